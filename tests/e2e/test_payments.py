"""A tier is bought on the running stack: through the gateway, at the simulated banks' pages, with all timers."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.banks import NAMES
from local.folders import DataFolder
from local.function_environment import token_keys
from local.keyring import Keyring
from tests.support.market import new_number
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


def buyer(stack: RunningStack) -> httpx.Client:
    """A new user's client, with a token of the stack's own keys."""
    keyring = Keyring.load_or_create(DataFolder(stack.data).secrets)
    keys = token_keys(keyring)
    user = str(uuid4())
    rest = {"apikey": keys.role_token("service_role"), "Authorization": f"Bearer {keys.role_token('service_role')}"}
    address = f"http://127.0.0.1:{stack.ports.postgrest}"
    made = httpx.post(f"{address}/users", json={"id": user, "phone": new_number()}, headers=rest, trust_env=False)
    assert made.status_code == 201, made.text
    token = {"Authorization": f"Bearer {keys.user_token(user)}"}
    return httpx.Client(base_url=stack.url, headers=token, trust_env=False, timeout=30)


@pytest.mark.parametrize("bank", NAMES)
def test_a_tier_is_bought_on_the_banks_page_with_five_calls_and_the_timer_at_once(
    stack: RunningStack, bank: str
) -> None:
    stack.local(f"suppliers/{bank}", "PUT", {"callbacks": "five_times"})
    with buyer(stack) as client:
        body = client.post("/api/payments", json={"tier": "basic", "bank": bank}).json()
        page = stack.local("banks")[0]["page"]
        paid = client.post(page, data={"action": "pay"}, headers={"Origin": stack.url})
        assert paid.status_code in (200, 303), paid.text
        stack.local("timers/payment_reconciler/0", "POST")
        assert state_of(client, body["payment_id"]) == "completed"
        assert client.get("/api/subscriptions").json()["data"]["tier_code"] == "basic"
        assert len(client.get("/api/subscriptions/history").json()["data"]) == 1
    stack.local(f"suppliers/{bank}", "PUT", {"callbacks": "ok"})


def state_of(client: httpx.Client, payment_id: str) -> Any:
    """The state once it is no longer pending."""
    until = time.monotonic() + 20
    while True:
        state = client.get(f"/api/payments/{payment_id}").json()["data"]["state"]
        if state != "pending" or time.monotonic() > until:
            return state
        time.sleep(0.2)
