"""Functions whose secrets do not fit into their environment read them once, and report failures clearly."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from auto360.container import data, secrets
from auto360.container.secrets import complete_environment
from auto360.core import invocation_token
from auto360.core.errors import SettingsInvalid
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.yandex_lockbox import YandexLockbox

TOKEN = "t1.of-the-functions-account"


@pytest.fixture
def side() -> YandexLockbox:
    """Return the store, with one version of one secret."""
    return YandexLockbox(TOKEN, {("e6q1", "v1"): {"REDIS_URL": "redis://first", "OTP_SECRETS": "k1:first"}})


@pytest.fixture
def environ(side: YandexLockbox) -> Iterator[dict[str, str]]:
    """Yield the environment of a function in an instance of its own."""
    secrets.forget()
    data.provider_lines.cache_clear()
    invocation_token.remember_grant(SimpleNamespace(token={"access_token": TOKEN, "expires_in": 3600}))
    with served(Simulators(Phone(), {"lockbox": side})) as url:
        yield {"LOCKBOX_URL": f"{url}/lockbox", "LOCKBOX_SECRET_ID": "e6q1", "LOCKBOX_VERSION_ID": "v1"}
    invocation_token.remember_grant(None)
    data.provider_lines.cache_clear()
    secrets.forget()


def test_secrets_are_read_by_one_call_in_the_life_of_an_instance(side: YandexLockbox, environ: dict[str, str]) -> None:
    for _ in range(3):
        complete_environment(environ)
    assert (environ["REDIS_URL"], environ["OTP_SECRETS"]) == ("redis://first", "k1:first")
    assert side.requests["payload"] == 1


def test_a_function_without_such_secrets_asks_nobody(side: YandexLockbox, environ: dict[str, str]) -> None:
    del environ["LOCKBOX_SECRET_ID"]
    complete_environment(environ)
    assert side.requests == {}


@pytest.mark.parametrize(
    ("mode", "code"),
    [("dead", "no_reply"), ("http_500", "http_500"), ("denied", "http_403"), ("garbage", "unreadable")],
)
def test_a_store_that_fails_is_named_and_asked_again(
    side: YandexLockbox, environ: dict[str, str], mode: str, code: str
) -> None:
    side.turn({"mode": mode})
    with pytest.raises(SettingsInvalid, match=rf"LOCKBOX_SECRET_ID: the secrets cannot be read \({code}\)"):
        complete_environment(environ)
    assert "REDIS_URL" not in environ
    side.turn({"mode": "ok"})
    complete_environment(environ)
    assert environ["REDIS_URL"] == "redis://first"


@pytest.mark.parametrize("token", [None, "text", {}, {"access_token": "broken\n"}])
def test_a_function_without_a_token_says_so(environ: dict[str, str], token: Any) -> None:
    invocation_token.remember_grant(SimpleNamespace(token=token))
    with pytest.raises(SettingsInvalid, match="no_token"):
        complete_environment(environ)


def test_a_version_that_is_gone_is_a_failure(environ: dict[str, str]) -> None:
    environ["LOCKBOX_VERSION_ID"] = "v0"
    with pytest.raises(SettingsInvalid, match="http_404"):
        complete_environment(environ)
