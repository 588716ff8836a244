"""Tier is bought on the running stack: through the gateway, at the simulated banks' pages, with all timers."""

from __future__ import annotations

import pytest

from local.banks import NAMES
from tests.support.buyers import buyer, state_of
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


@pytest.mark.parametrize("bank", NAMES)
def test_a_tier_is_bought_on_the_banks_page_with_five_calls_and_the_timer_at_once(
    stack: RunningStack, bank: str
) -> None:
    stack.local(f"providers/{bank}", "PUT", {"callbacks": "five_times"})
    with buyer(stack) as client:
        body = client.post("/api/payments", json={"tier": "basic", "bank": bank}).json()
        page = stack.local("banks")[0]["page"]
        paid = client.post(page, data={"action": "pay"}, headers={"Origin": stack.url})
        assert paid.status_code in (200, 303), paid.text
        stack.local("timers/payment_reconciler/0", "POST")
        assert state_of(client, body["payment_id"]) == "completed"
        assert client.get("/api/subscriptions").json()["data"]["tier_code"] == "basic"
        assert len(client.get("/api/subscriptions/history").json()["data"]) == 1
    stack.local(f"providers/{bank}", "PUT", {"callbacks": "ok"})
