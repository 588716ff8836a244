"""Liveness, and the deep check of the dependencies."""

import pytest

from tests.support.functions import Functions
from tests.support.sms import SmsWorld


def test_liveness_needs_nothing(functions: Functions) -> None:
    functions.set(SUPABASE_URL="", SUPABASE_SERVICE_ROLE_KEY="")
    answer = functions.get("health", "/health")
    assert (answer.status, answer.body["data"]["status"]) == (200, "ok")


def test_the_deep_check_asks_every_dependency(functions: Functions, sms_world: SmsWorld) -> None:
    functions.set(**sms_world.environ)
    key = {"X-Staff-Key": functions.environ["STAFF_KEY"]}
    answer = functions.get("health", "/health", query={"deep": "1"}, headers=key)
    found = {part["name"]: part["ok"] for part in answer.body["data"]["dependencies"]}
    assert found == {"database": True, "sms_nikita": True, "sms_smsc": True}
    sms_world.turn("nikita", "dead")
    answer = functions.get("health", "/health", query={"deep": "1"}, headers=key)
    assert answer.status == 200
    assert answer.body["data"]["status"] == "degraded"


@pytest.mark.parametrize("key", [{}, {"X-Staff-Key": "wrong"}, {"X-Staff-Key": "ключ"}])
def test_the_deep_check_is_for_operators(functions: Functions, key: dict[str, str]) -> None:
    assert functions.get("health", "/health", query={"deep": "1"}, headers=key).status == 403


def test_liveness_tells_which_headers_reached_the_function(functions: Functions) -> None:
    assert functions.get("health", "/health").body["data"]["arrived"] == {"authorization": False, "cookie": False}
    sent = {"Authorization": "Bearer x", "Cookie": "a=1"}
    answer = functions.get("health", "/health", headers=sent)
    assert answer.body["data"]["arrived"] == {"authorization": True, "cookie": True}
