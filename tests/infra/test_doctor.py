"""Doctor: a line per part, what to do about it, no secret in it, nothing left behind."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm

from infra import doctor, smoke
from infra.doctor import (
    Check,
    Warn,
    Wrong,
    configuration,
    examine,
    gateway,  # noqa: F401 - registers its check
    providers,
    supabase,
)
from infra.stage import StageError, load_stage
from local.secrets import Keyring
from local.thread_server import serving
from local.tokens import new_signing_key
from tests.infra.conftest import Site
from tests.support.healthy_site import HealthySite


def found(check: str, variables: dict[str, str]) -> doctor.Finding:
    return next(iter(examine(variables, [each for each in doctor.REGISTRY if each.name == check])))


def of(run: object) -> list[Check]:
    return [Check("it", (), "do something", run)]  # type: ignore[arg-type]


def broken(_variables: object) -> str:
    raise ValueError("password hunter2 refused")


def warned(_variables: object) -> str:
    raise Warn("soon")


def wrong(_variables: object) -> str:
    raise Wrong("no")


@pytest.mark.parametrize(
    ("run", "outcome", "line"),
    [
        (lambda _: "fine", "ok", "ok    it"),
        (warned, "warning", "soon → do something"),
        (wrong, "failure", "no → do something"),
        (broken, "failure", "ValueError → do something"),
    ],
)
def test_a_finding_is_one_line_that_says_what_to_do(run: object, outcome: str, line: str) -> None:
    [finding] = examine({}, of(run))
    assert finding.outcome == outcome
    assert line in str(finding)
    assert "\n" not in str(finding)


def test_a_providers_text_is_never_shown() -> None:
    [finding] = examine({}, of(broken))
    assert "hunter2" not in str(finding)


def test_what_is_not_configured_is_said_and_not_asked() -> None:
    finding = found("SMS: nikita.kg", {})
    assert (finding.outcome, finding.told) == ("absent", "not configured (NIKITA_SMS_LOGIN)")


def test_settings_that_cannot_be_loaded_are_named_without_their_values() -> None:
    finding = found("settings", {"STAFF_KEY": "too-short"})
    assert finding.outcome == "failure"
    assert "STAFF_KEY" in finding.told
    assert "too-short" not in finding.told


@pytest.mark.parametrize(
    ("profile", "outcome", "told"),
    [("", "ok", "strict"), ("strict", "ok", "6 digits"), ("shops", "warning", "0.86 in 10,000")],
)
def test_the_profile_of_a_stage_and_its_cost_are_told(profile: str, outcome: str, told: str) -> None:
    finding = found("app profile", {"JWT_ISSUER": "https://x.example/auth/v1", "APP_PROFILE": profile})
    assert finding.outcome == outcome
    assert told in finding.told


@pytest.mark.parametrize("value", ["tiny1", "a" * 40, "changeme-please-now"])
def test_weak_secrets_are_named(value: str) -> None:
    finding = found("weak secrets", {"STAFF_KEY": value, "JWT_SECRET": Keyring.generate().jwt_secret})
    assert finding.outcome == "warning"
    assert finding.told.startswith("STAFF_KEY:")
    assert value not in str(finding)


def test_one_secret_for_two_purposes_is_named() -> None:
    same = Keyring.generate().jwt_secret
    finding = found("secrets used twice", {"STAFF_KEY": same, "JWT_SECRET": same})
    assert finding.told == "JWT_SECRET = STAFF_KEY"


def test_a_secret_in_a_file_that_git_knows_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Keyring.generate().staff_key
    (tmp_path / "notes.txt").write_text(f"key: {secret}", encoding="utf-8")
    (tmp_path / ".env").write_text("X=1", encoding="utf-8")
    for command in (["git", "init", "-q"], ["git", "add", "-A"]):
        subprocess.run(command, cwd=tmp_path, check=True)
    monkeypatch.setattr(configuration, "ROOT", tmp_path)
    finding = found("exposed secrets", {"STAFF_KEY": secret})
    assert finding.told == ".env is in git; STAFF_KEY in notes.txt"
    assert secret not in str(finding)


def test_a_private_key_among_the_public_ones_is_found() -> None:
    jwks = json.dumps({"keys": [{"kid": "1", "kty": "EC", "d": "private"}]})
    assert found("public keys", {"JWT_PUBLIC_KEYS": jwks}).outcome == "failure"


def test_a_signing_key_whose_public_half_is_missing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from auto360.container.tokens import access_tokens

    keyring = Keyring.generate()
    variables = {
        "JWT_ISSUER": "https://issuer.test",
        "JWT_SIGNING_KEY": new_signing_key(),
        "JWT_SIGNING_KEY_ID": keyring.signing_key_id,
        "JWT_PUBLIC_KEYS": keyring.token_keys("https://issuer.test").public_jwks(),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    access_tokens.cache_clear()
    assert found("access tokens", variables).outcome == "failure"
    monkeypatch.setenv("JWT_SIGNING_KEY", keyring.signing_key_pem)
    access_tokens.cache_clear()
    assert found("access tokens", variables).outcome == "ok"
    access_tokens.cache_clear()


def test_a_gateway_that_keeps_headers_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"PUBLIC_API_URL": "https://api.example.test/api"}
    monkeypatch.setattr(smoke, "send", HealthySite().send)
    assert found("gateway", variables).told.startswith("20 calls came out as they should")
    monkeypatch.setattr(smoke, "send", HealthySite(kept_back=("Authorization",)).send)
    finding = found("gateway", variables)
    assert finding.outcome == "failure"
    assert finding.told.startswith("1 of 20 calls: Authorization: GET /health did not bring authorization")


class Shelf:
    """Store in memory that may lose what it is given."""

    def __init__(self, *, loses: bool = False) -> None:
        self.objects: dict[str, bytes] = {}
        self.loses = loses

    def put(self, key: str, chunks: list[bytes]) -> object:
        import hashlib
        from types import SimpleNamespace

        self.objects[key] = b"" if self.loses else b"".join(chunks)
        return SimpleNamespace(sha256=hashlib.sha256(b"".join(chunks)).digest())

    def get(self, key: str) -> list[bytes]:
        return [self.objects[key]]

    def head(self, key: str) -> object:
        return self.objects.get(key)

    def delete(self, keys: list[str]) -> None:
        for key in keys:
            del self.objects[key]


def test_a_probe_leaves_nothing_in_a_bucket() -> None:
    shelf = Shelf()
    assert providers._probe(shelf) == "written, read and deleted"
    assert shelf.objects == {}


def test_a_probe_leaves_nothing_even_where_it_fails() -> None:
    shelf = Shelf(loses=True)
    with pytest.raises(Wrong, match="read bytes differ"):
        providers._probe(shelf)
    assert shelf.objects == {}


def test_one_of_the_checks_is_about_rows_that_anybody_could_read() -> None:
    assert supabase.row_level_security in [each.run for each in doctor.REGISTRY]


def test_every_check_tells_what_to_do_and_which_variables_it_is_about() -> None:
    assert len({each.name for each in doctor.REGISTRY}) == len(doctor.REGISTRY)
    for each in doctor.REGISTRY:
        assert each.advice.endswith((".", "?"))
        assert all(re.fullmatch(r"[A-Z][A-Z0-9_]+", name) for name in each.needs)


def test_secrets_of_a_stage_are_read_from_lockbox(site: Site) -> None:
    from infra.yandex.secrets import read_secrets

    site.set_secrets()
    read = read_secrets(site.cloud, site.stage, {"OTP_SECRETS", "JWT_SECRET"})
    assert read == {"OTP_SECRETS": "the value of OTP_SECRETS"}


def test_a_stage_without_a_file_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"copy example\.toml"):
        load_stage("nowhere", tmp_path)
    (tmp_path / "broken.toml").write_text("[yandex]\nfolder = 1", encoding="utf-8")
    with pytest.raises(StageError, match="folder"):
        load_stage("broken", tmp_path)


def test_the_example_of_a_stage_can_be_read() -> None:
    stage = load_stage("example")
    assert stage.prefix == "auto360-example"
    assert stage.scaling_of("listings").provisioned == 2
    assert stage.scaling_of("chat").provisioned == 0


def test_the_example_of_a_stage_names_only_what_the_template_has(site: Site) -> None:
    stage, project = load_stage("example"), site.project
    secrets = {each.secret for variables in project.variables.values() for each in variables}
    required = {name for name, default in project.defaults.items() if default is None}
    assert required <= set(stage.parameters) <= set(project.defaults)
    assert stage.absent_secrets <= secrets
    assert set(stage.scaling) - {"default"} <= {spec.name for spec in project.functions}


@pytest.mark.parametrize(
    ("told", "outcome", "line"),
    [
        ({"Tus-Max-Size": "52428800"}, "failure", "takes 50 MB, its largest bucket allows 100 MB"),
        ({"Tus-Max-Size": "104857600"}, "ok", "100 MB, buckets up to 100 MB"),
        ({}, "warning", "does not report"),
    ],
)
def test_a_project_that_takes_smaller_files_than_its_buckets_is_found(
    told: dict[str, str], outcome: str, line: str
) -> None:
    seen: list[str] = []

    async def buckets(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.json_response([{"id": "listings-videos", "file_size_limit": 104857600}, {"id": "a"}])

    async def options(_request: web.Request) -> web.Response:
        return web.Response(headers=told)

    def site() -> web.Application:
        app = web.Application()
        app.router.add_get("/storage/v1/bucket", buckets)
        app.router.add_route("OPTIONS", "/storage/v1/upload/resumable", options)
        return app

    with serving(site) as url:
        finding = found("file size limit", {"SUPABASE_URL": url, "SUPABASE_SERVICE_ROLE_KEY": "sb_secret_x"})
    assert (finding.outcome, seen) == (outcome, [""])
    assert line in str(finding)


def test_a_signing_key_in_the_form_of_the_command_line_tool_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    from auto360.container.tokens import access_tokens

    keyring = Keyring.generate()
    private = load_pem_private_key(keyring.signing_key_pem.encode(), None)
    assert isinstance(private, EllipticCurvePrivateKey)
    variables = {
        "JWT_ISSUER": "https://issuer.test",
        "JWT_SIGNING_KEY": json.dumps(ECAlgorithm.to_jwk(private, as_dict=True) | {"kid": keyring.signing_key_id}),
        "JWT_PUBLIC_KEYS": keyring.token_keys("https://issuer.test").public_jwks(),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("JWT_SIGNING_KEY_ID", raising=False)
    access_tokens.cache_clear()
    assert found("access tokens", variables).outcome == "ok"
    access_tokens.cache_clear()
