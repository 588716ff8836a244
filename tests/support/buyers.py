"""Buyers on the running stack: people with a token of the stack's own keys, who order and pay over HTTP."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx

from local.function_environment import token_keys
from local.paths import DataFolder
from local.secrets import Keyring
from tests.support.market import new_number
from tests.support.plain_http import plain_client, plain_request
from tests.support.stack import RunningStack


def buyer(stack: RunningStack) -> httpx.Client:
    """Return a new user's client, signed in."""
    keyring = Keyring.load_or_create(DataFolder(stack.data).secrets)
    keys = token_keys(keyring)
    user = str(uuid4())
    rest = {"apikey": keys.role_token("service_role"), "Authorization": f"Bearer {keys.role_token('service_role')}"}
    address = f"http://127.0.0.1:{stack.ports.postgrest}"
    made = plain_request("POST", f"{address}/accounts", json={"id": user, "phone": new_number()}, headers=rest)
    assert made.status_code == 201, made.text
    token = {"Authorization": f"Bearer {stack.user_token(user)}"}
    return plain_client(base_url=stack.url, headers=token, timeout=30)


def order(client: httpx.Client, *, tier: str, bank: str) -> str:
    """Order a tier; gives the id of the payment."""
    answer = client.post("/api/payments", json={"tier": tier, "bank": bank})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["payment_id"])


def pay(stack: RunningStack, page: str) -> None:
    """Pay on the page of an order at a simulated bank, as a person does."""
    paid = plain_request(
        "POST", f"{stack.url}{page}", data={"action": "pay"}, headers={"Origin": stack.url}, timeout=30
    )
    assert paid.status_code in (200, 303), paid.text


def state_of(client: httpx.Client, payment_id: str, *, seconds: float = 20) -> Any:
    """Return the state of a payment once it is no longer pending, or after so many seconds."""
    until = time.monotonic() + seconds
    while True:
        state = client.get(f"/api/payments/{payment_id}").json()["data"]["state"]
        if state != "pending" or time.monotonic() > until:
            return state
        time.sleep(0.2)
