"""Each function's artifact stands alone: it imports with an empty environment and fails politely without settings."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.artifact import ArtifactError, assemble, function_names
from infra.openapi import serves_pages
from local.gateway.template import load_template
from local.paths import TEMPLATE
from tests.artifacts.isolated import Run, run_alone
from tests.support.functions import http_event
from tests.support.route_events import event_for

SPECS = {spec.name: spec for spec in load_template(TEMPLATE).functions}
HTTP = {name: spec for name, spec in SPECS.items() if spec.routes}
PAGES = [name for name, spec in HTTP.items() if serves_pages(spec)]

# Each of these costs more than a cold start may; a function that truly needs one imports it when it is called.
# Powertools looks for botocore wherever it is installed; its root alone is small.
NEVER = {
    "boto3",
    "botocore.session",
    "supabase",
    "postgrest",
    "psycopg",
    "yandexcloud",
    "grpc",
    "sentry_sdk",
    "email_validator",
}
PROVIDERS = {
    "auto360.providers.sms.nikita",
    "auto360.providers.sms.smsc",
    "auto360.providers.sms.nikita_push",
    "auto360.providers.sms.smsc_push",
    "auto360.providers.rate_limit.redis",
}
LATER = {
    "jwt",
    "cryptography",
    "hiredis",
    "httptools",
    "phonenumbers",
    "auto360.providers.database.postgrest",
    "auto360.providers.rate_limit.postgres",
}
# What came with Powertools, pydantic or httpx in whole, and is used by no function at its start (docs/decisions/0155).
UNUSED = {
    "asyncio",
    "concurrent.futures",
    "email",
    "http.client",
    "importlib.resources",
    "httpcore",
    "httpx",
    "multiprocessing",
    "subprocess",
    "tempfile",
    "zipfile",
    "aws_lambda_powertools.event_handler.appsync",
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.tracing",
    "aws_lambda_powertools.utilities.data_classes.sqs_event",
}
# What the template gives to every function; without it pydantic reads the metadata of all packages.
AS_DEPLOYED = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}


# One process: it assembles the artifacts once, and keeps what each of them answered.
pytestmark = pytest.mark.xdist_group("artifacts")


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the artifact of every function."""
    folder = tmp_path_factory.mktemp("artifacts")
    for name in SPECS:
        assemble(name, folder / name)
    return folder


@cache
def call_every_route(artifacts: Path, name: str) -> Run:
    return run_alone(artifacts / name, *(event_for(route) for route in HTTP[name].routes))


@cache
def only_import(artifacts: Path, name: str) -> Run:
    return run_alone(artifacts / name)


@pytest.mark.parametrize("name", SPECS)
def test_an_artifact_imports_alone_with_an_empty_environment(artifacts: Path, name: str) -> None:
    run = only_import(artifacts, name)
    assert "handler" in run.modules
    outside = [path for path in run.paths if "site-packages" in path or "layers/common" in path]
    assert outside == []


@pytest.mark.parametrize("name", SPECS)
def test_importing_a_function_loads_nothing_heavy(artifacts: Path, name: str) -> None:
    modules = run_alone(artifacts / name, environ=AS_DEPLOYED).modules
    assert modules & (NEVER | PROVIDERS | LATER | UNUSED) == set()


def test_importing_health_does_not_even_load_the_http_client_of_providers(artifacts: Path) -> None:
    assert "httpcore" not in only_import(artifacts, "health").modules


@pytest.mark.parametrize("name", [name for name in HTTP if name not in ("health", *PAGES)])
def test_without_settings_every_route_answers_500_in_the_envelope(artifacts: Path, name: str) -> None:
    run = call_every_route(artifacts, name)
    assert {answer["statusCode"] for answer in run.answers} == {500}
    for body in run.bodies:
        assert body["success"] is False
        assert body["code"] == "internal"
        assert body["error"]
        assert body["request_id"]


@pytest.mark.parametrize("name", PAGES)
def test_without_settings_every_page_says_that_it_cannot_be_shown(artifacts: Path, name: str) -> None:
    answers = call_every_route(artifacts, name).answers
    # Some addresses are made up by this test, and are not found.
    assert {answer["statusCode"] for answer in answers} == {404, 500}
    assert all(answer["body"].startswith("<!doctype html>") for answer in answers)


@pytest.mark.parametrize("name", HTTP)
def test_no_answer_ever_shows_a_stack_trace(artifacts: Path, name: str) -> None:
    odd: list[dict[str, Any]] = [{}, {"httpMethod": "POST"}, {"messages": []}, {"requestContext": None, "path": "/x"}]
    events = [*(event_for(route) for route in HTTP[name].routes), *odd]
    for answer in run_alone(artifacts / name, *events).answers:
        assert answer["statusCode"] >= 200
        for sign in ("Traceback", 'File "', "Error(", ".py", "line "):
            assert sign not in answer["body"]


@pytest.mark.parametrize("name", [name for name in HTTP if name != "health"])
def test_the_log_names_the_missing_variables_without_a_stack_trace(artifacts: Path, name: str) -> None:
    output = call_every_route(artifacts, name).output
    assert "Settings are not usable" in output
    assert any(name in output for name in ("SUPABASE_URL", "OTP_SECRETS", "OPERATIONS_ORIGINS", "JWT_ISSUER"))
    assert "Traceback" not in output


@pytest.mark.parametrize("name", HTTP)
def test_an_event_that_is_no_request_at_all_raises_nothing(artifacts: Path, name: str) -> None:
    # A caller of a function's own address may send any JSON as the whole event.
    odd: list[Any] = [
        [],
        None,
        "x",
        5,
        {"headers": "x"},
        {"requestContext": "x"},
        {"requestContext": {"identity": "x"}},
    ]
    answers = run_alone(artifacts / name, *odd).answers
    assert all(400 <= answer["statusCode"] <= 500 for answer in answers)


def test_health_answers_200_with_nothing_in_the_environment(artifacts: Path) -> None:
    run = run_alone(artifacts / "health", http_event("GET", "/health"))
    assert run.answers[0]["statusCode"] == 200
    assert run.bodies[0] == {
        "success": True,
        "data": {"status": "ok", "dependencies": [], "arrived": {"authorization": False, "cookie": False}},
    }


def test_the_deep_check_without_settings_is_a_500_and_no_open_door(artifacts: Path) -> None:
    run = run_alone(artifacts / "health", http_event("GET", "/health", query={"deep": "1"}))
    assert run.answers[0]["statusCode"] == 500


def test_every_function_folder_can_be_assembled() -> None:
    assert function_names() == sorted(SPECS)


def test_assembling_an_unknown_function_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no function nowhere"):
        assemble("nowhere", tmp_path / "artifact")


def test_assembling_never_overwrites_a_folder_with_something_in_it(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine", encoding="utf-8")
    with pytest.raises(ArtifactError, match="not empty"):
        assemble("health", tmp_path)
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "mine"


def test_an_artifact_holds_our_code_the_libraries_and_their_bytecode_side_by_side(artifacts: Path) -> None:
    top = {path.name for path in (artifacts / "health").iterdir()}
    assert {"handler.py", "auto360", "pydantic", "httpx", "aws_lambda_powertools"} <= top
    assert list((artifacts / "health" / "auto360" / "core" / "__pycache__").glob("settings.*.pyc"))
    assert not {"boto3", "supabase", "tests", "bin"} & top
