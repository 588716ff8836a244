"""Each function's artifact stands alone: it imports with an empty environment and fails politely without settings."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.artifact import ArtifactError, assemble, function_names
from infra.openapi import serves_pages
from local.gateway.template import ApiEvent, load_template
from local.paths import TEMPLATE
from tests.artifacts.isolated import Run, run_alone
from tests.support.functions import http_event

SPECS = {spec.name: spec for spec in load_template(TEMPLATE).functions}
HTTP = {name: spec for name, spec in SPECS.items() if spec.routes}
PAGES = [name for name, spec in HTTP.items() if serves_pages(spec)]

# The id of anything.
SOMETHING = "5f0b4c8e-9b38-4a3f-8f0e-5c107d1c7a52"
# A body that passes validation, so that the call goes on until it needs a setting.
BODIES: dict[str, dict[str, Any]] = {
    "/api/auth/request-code": {"phone": "+996555123456", "platform": "android"},
    "/api/auth/verify-code": {"phone": "+996555123456", "code": "123456"},
    "/api/auth/refresh": {"refreshToken": "a" * 43},
    "/api/auth/logout": {},
    "/api/consents/accept": {},
    "/api/consents/revoke": {},
    "/api/business": {"name": "Салон"},
    "/api/business/{business_id}": {"city": "Ош"},
    "/api/business/{business_id}/members": {"user_id": SOMETHING},
    "/api/business/{business_id}/members/{user_id}": {"role": "seller"},
    "/api/business/{business_id}/transfer": {"user_id": SOMETHING},
    "/api/listings": {
        "category": "car",
        "title": "Toyota Camry 2018",
        "price": 1200000,
        "details": {"brand": "Toyota", "model": "Camry"},
    },
    "/api/listings/{listing_id}": {"price": 5},
    "/api/listings/{listing_id}/report": {"reason": "spam"},
    **{
        f"/api/moderation/listings/{{listing_id}}/{action}": {"version": 1} for action in ("take", "release", "approve")
    },
    "/api/moderation/listings/{listing_id}/escalate": {"version": 1},
    "/api/moderation/listings/{listing_id}/reject": {"version": 1, "reason": "Чужое видео"},
    "/api/sms/send": {"phone": "+996555123456", "template": "test"},
    "/api/payments": {"tier": "basic", "bank": "mbank"},
    "/api/subscriptions/upgrade": {"tier": "premium", "bank": "mbank"},
    "/api/subscriptions/downgrade": {"tier": "basic"},
    "/api/video/create": {"title": "Toyota Camry"},
    "/api/video/{video_id}/uploaded": {"videoId": "vi1"},
    "/api/chat/threads": {"listing_id": SOMETHING},
    "/api/chat/threads/{thread_id}/messages": {"text": "Здравствуйте"},
    "/api/chat/blocks": {"user_id": SOMETHING},
    "/api/chat/reports": {"target_type": "user", "target_id": SOMETHING, "reason": "spam"},
}
# Each of these costs more than a cold start may; a function that truly needs one imports it when it is called.
# Powertools looks for botocore wherever it is installed; its root alone is small.
NEVER = {"boto3", "botocore.session", "supabase", "postgrest", "psycopg", "yandexcloud", "grpc", "sentry_sdk"}
SUPPLIERS = {
    "auto360.providers.sms.nikita",
    "auto360.providers.sms.smsc",
    "auto360.providers.sms.nikita_push",
    "auto360.providers.sms.smsc_push",
    "auto360.providers.rate_limit.redis",
}
LATER = {
    "jwt",
    "cryptography",
    "redis",
    "phonenumbers",
    "auto360.providers.database.postgrest",
    "auto360.providers.rate_limit.postgres",
}


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the artifact of every function."""
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


def event_for(route: ApiEvent) -> dict[str, Any]:
    path = re.sub(r"\{\w+\}", SOMETHING, route.path.replace("{action}", "approve"))
    query = {"q": "toyota"} if path.endswith("/search") else {}
    return http_event(route.method, path, BODIES.get(route.path), query=query)


@pytest.mark.parametrize("name", SPECS)
def test_an_artifact_imports_alone_with_an_empty_environment(artifacts: Path, name: str) -> None:
    run = only_import(artifacts, name)
    assert "handler" in run.modules
    outside = [path for path in run.paths if "site-packages" in path or "layers/common" in path]
    assert outside == []


@pytest.mark.parametrize("name", SPECS)
def test_importing_a_function_loads_nothing_heavy(artifacts: Path, name: str) -> None:
    modules = only_import(artifacts, name).modules
    assert modules & (NEVER | SUPPLIERS | LATER) == set()


def test_importing_health_does_not_even_load_the_http_client_of_suppliers(artifacts: Path) -> None:
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
    assert any(name in output for name in ("SUPABASE_URL", "OTP_SECRETS", "OPERATIONS_ORIGINS"))
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
