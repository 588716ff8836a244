"""Ordering, looking at and giving up payments; who may; what the fraud rules say; what banks may send."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from tests.support.functions import http_event
from tests.support.market import NOBODY, new_user_id
from tests.support.paying import Paying
from tests.support.rows import rows


def refused(paying: Paying, **body: Any) -> tuple[int, str | None]:
    answer = paying.call("POST", "/payments", {"tier": "basic", "bank": "mbank", **body})
    return answer.status, answer.code


def test_the_app_may_use_its_own_names_of_tiers_and_banks(paying: Paying) -> None:
    payment = paying.order("obank", "lite")
    assert (payment["bank"], payment["tier"], payment["tier_code"]) == ("odengi", "lite", "basic")


def test_the_apps_fields_stand_at_the_top_of_the_answer(paying: Paying) -> None:
    body = paying.call("POST", "/payments", {"tier": "basic", "bank": "freedompay"}).body
    assert (body["success"], body["payment_id"], body["status"]) == (True, body["data"]["id"], "pending")
    assert body["payment_url"] == body["data"]["pay"]["redirect_url"]


def test_what_cannot_be_ordered_is_told_apart(paying: Paying) -> None:
    assert refused(paying, bank="kicb") == (422, "bank_not_offered")
    assert refused(paying, tier="gold") == (422, "tier_not_for_sale")
    assert refused(paying, tier="free") == (422, "tier_not_for_sale")
    assert refused(paying, tier="pro") == (409, "tier_needs_offer")
    assert refused(paying, amount=1) == (422, "validation_failed")
    assert refused(paying, tier="Basic'; drop") == (422, "validation_failed")
    paying.functions.set(BANKS_PAUSED="mbank")
    assert refused(paying) == (422, "bank_not_offered")


def test_nobody_orders_without_a_token_or_while_blocked(paying: Paying) -> None:
    event = http_event("POST", "/api/payments", {"tier": "basic", "bank": "mbank"})
    assert paying.functions.raw("payments", event).code == "authentication_required"
    rows(paying.database, "update accounts set is_blocked = true where id = %s returning id", paying.user)
    assert refused(paying) == (403, "account_blocked")


def test_another_persons_payment_does_not_exist(paying: Paying) -> None:
    payment = paying.order("mbank")
    owner, paying.user = paying.user, new_user_id(paying.database)
    for path in (f"/payments/{payment['id']}", f"/payments/{NOBODY}"):
        assert paying.call("GET", path).code == "not_found"
        assert paying.call("POST", f"{path}/cancel").code == "not_found"
    assert paying.call("GET", "/payments").body["data"]["payments"] == []
    paying.user = owner
    assert len(paying.call("GET", "/payments").body["data"]["payments"]) == 1


def test_the_history_has_the_apps_fields_page_by_page(paying: Paying) -> None:
    made = []
    for _ in range(5):
        payment = paying.order("optima")
        paying.call("POST", f"/payments/{payment['id']}/cancel")
        made.append(payment["id"])
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = paying.call("GET", "/payments", query=query).body["data"]
        seen += [line["id"] for line in page["payments"]]
        assert {"id", "amount", "currency", "payment_type", "description", "status", "created_at", "metadata"} <= set(
            page["payments"][0]
        )
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


def test_a_picture_is_drawn_as_svg_or_png_or_not(paying: Paying) -> None:
    payment = paying.order("mbank")
    shown = {
        kind: paying.call("GET", f"/payments/{payment['id']}", query={"picture": kind}).body["data"]["pay"][
            "qr_picture"
        ]
        for kind in ("svg", "png", "none")
    }
    assert shown["svg"].startswith("<svg")
    assert shown["png"].startswith("data:image/png;base64,iVBOR")
    assert shown["none"] is None


def test_a_bank_is_asked_at_most_once_in_twelve_seconds_however_often_the_app_looks(paying: Paying) -> None:
    payment = paying.order("odengi")
    asked = paying.world.simulators["odengi"].requests
    for _ in range(5):
        assert paying.read(payment["id"])["state"] == "pending"
    assert asked["statusPayment"] == 1
    rows(
        paying.database,
        "update payment_attempts set last_query_at = now() - interval '13 seconds' where payment_id = %s returning id",
        payment["id"],
    )
    paying.read(payment["id"])
    assert asked["statusPayment"] == 2


def test_a_code_that_has_run_out_is_replaced_and_the_old_one_still_counts(paying: Paying) -> None:
    first = paying.order("mbank")
    ref = paying.world.simulated("mbank").ref
    rows(
        paying.database,
        "update payment_attempts set expires_at = now() where payment_id = %s returning id",
        first["id"],
    )
    assert paying.read(first["id"])["pay"] is None
    second = paying.order("mbank")
    assert second["id"] == first["id"]
    assert second["pay"]["qr_text"] != first["pay"]["qr_text"]
    paying.world.act("mbank", "pay", ref=ref)
    paying.wait_for_calls(1)
    assert paying.state(first["id"]) == "completed"
    paying.world.act("mbank", "pay")
    paying.wait_for_calls(2)
    assert rows(paying.database, "select overpaid_tyiyn from payments where id = %s", first["id"]) == [(10000,)]
    paying.assert_nothing_is_lost()


def test_only_an_open_payment_can_be_given_up(paying: Paying) -> None:
    payment = paying.order("odengi")
    paying.world.act("odengi", "pay")
    paying.wait_for_calls(1)
    assert paying.call("POST", f"/payments/{payment['id']}/cancel").code == "payment_not_open"


def test_while_an_order_is_being_made_the_same_request_waits(paying: Paying) -> None:
    payment = paying.order("odengi")
    rows(
        paying.database,
        "update payment_attempts set state = 'created' where payment_id = %s returning id",
        payment["id"],
    )
    answer = paying.call("POST", "/payments", {"tier": "basic", "bank": "odengi"})
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (409, "payment_being_prepared", "3")


def test_too_many_orders_are_refused_and_every_decision_is_recorded(paying: Paying) -> None:
    paying.functions.set(RISK_ORDERS_OF_USER_PER_HOUR="2")
    for tier in ("basic", "premium"):
        paying.order("odengi", tier)
    assert refused(paying) == (403, "payment_refused")
    query = "select decision, reasons, payment_id is null from payment_risk_decisions where user_id = %s"
    said = rows(paying.database, f"{query} order by created_at", paying.user)
    assert said == [("allow", [], False), ("allow", [], False), ("block", ["orders_of_user"], True)]


def test_many_users_on_one_device_are_paid_and_looked_at(paying: Paying) -> None:
    device = {"X-Device-Id": f"device-{uuid4()}"}
    for _ in range(5):
        paying.user = new_user_id(paying.database)
        payment = paying.order("odengi", headers=device)
    paying.world.act("odengi", "pay")
    paying.wait_for_calls(1)
    held = rows(paying.database, "select state, review_reason from payments where id = %s", payment["id"])
    assert held == [("manual_review", "routine")]
    reasons = "select reasons from payment_risk_decisions where payment_id = %s and decision = 'review'"
    assert rows(paying.database, reasons, payment["id"]) == [(["users_of_device"],)]
    digest = "select device_digest from payment_risk_decisions where payment_id = %s and decision = 'review'"
    stored = rows(paying.database, digest, payment["id"])
    assert device["X-Device-Id"].encode() not in bytes(stored[0][0])


def test_one_phone_that_pays_for_many_users_is_looked_at(paying: Paying) -> None:
    paying.functions.set(RISK_USERS_OF_PAYER="1")
    paying.world.turn("odengi", callbacks="lost")
    states = []
    for _ in range(2):
        paying.user = new_user_id(paying.database)
        payment = paying.order("odengi")
        paying.world.act("odengi", "pay")
        simulated = paying.world.simulated("odengi")
        simulated.payments = [replace(paid, payer="996700777001") for paid in simulated.payments]
        states.append(paying.read(payment["id"])["state"])
    assert states == ["completed", "manual_review"]


def test_test_money_starts_nothing_in_production(paying: Paying) -> None:
    paying.functions.set(ODENGI_TEST="true")
    local = paying.order("odengi")
    paying.world.act("odengi", "pay")
    paying.wait_for_calls(1)
    assert paying.state(local["id"]) == "completed"
    paying.user = new_user_id(paying.database)
    paying.functions.set(APP_ENV="production")
    payment = paying.order("odengi")
    paying.world.act("odengi", "pay")
    paying.wait_for_calls(2)
    held = rows(paying.database, "select state, review_reason, paid_tyiyn from payments where id = %s", payment["id"])
    assert held == [("manual_review", "test_money", 0)]


def post(paying: Paying, path: str, body: bytes | str, **headers: str) -> Any:
    event = http_event("POST", path, "", headers={"Content-Type": "application/json", **headers})
    text = body.decode() if isinstance(body, bytes) else body
    return paying.functions.handler("payment_webhook")({**event, "body": text}, None)


def test_a_bank_without_a_contract_is_not_heard(paying: Paying) -> None:
    paying.functions.set(BANKS="odengi")
    for path in ("/webhooks/payments/mbank/secret", "/webhooks/payments/kicb"):
        assert post(paying, path, "{}")["statusCode"] == 404


@pytest.mark.parametrize("bank", ["odengi", "mbank", "bakai", "optima", "freedompay"])
def test_whoever_proves_nothing_is_turned_away_and_leaves_no_trace(paying: Paying, bank: str) -> None:
    before = rows(paying.database, "select count(*) from payment_webhook_events")
    for body in ("{}", "", "[1]", '{"id": "MKSA-1", "status": "paid"}', "x" * 1000):
        for path in (f"/webhooks/payments/{bank}", f"/webhooks/payments/{bank}/{'0' * 43}"):
            assert 400 <= post(paying, path, body)["statusCode"] < 500 or bank == "freedompay"
    assert rows(paying.database, "select count(*) from payment_webhook_events") == before


def test_a_body_that_is_too_large_is_not_read(paying: Paying) -> None:
    assert post(paying, "/webhooks/payments/odengi", "x" * 70_000)["statusCode"] == 413


def test_while_the_database_is_away_the_bank_is_asked_to_repeat(paying: Paying) -> None:
    payment = paying.order("odengi")
    paying.functions.set(SUPABASE_REST_URL="http://127.0.0.1:9")
    paying.world.act("odengi", "pay")
    paying.wait_for_calls(1)
    assert paying.answered[0] >= 500
    paying.functions.set(SUPABASE_REST_URL=paying.database.environ["SUPABASE_REST_URL"])
    paying.wait_for_calls(2)
    assert paying.answered[-1] == 200
    assert paying.state(payment["id"]) == "completed"


def test_a_call_that_could_not_be_confirmed_is_taken_up_by_the_timer(paying: Paying) -> None:
    payment = paying.order("mbank")
    paying.world.turn("mbank", "http_500")
    paying.world.act("mbank", "pay")
    paying.wait_for_calls(1)
    assert paying.answered[0] >= 500
    assert paying.state(payment["id"]) == "pending"
    paying.world.turn("mbank", "ok")
    paying.reconcile()
    assert paying.state(payment["id"]) == "completed"


def test_money_for_no_order_of_ours_is_kept_for_a_person(paying: Paying) -> None:
    payment = paying.order("odengi")
    rows(
        paying.database,
        "with a as (update payment_attempts set provider_ref = 'another' where payment_id = %s returning id)"
        " select id from a",
        payment["id"],
    )
    simulated = paying.world.simulated("odengi")
    simulated.our_id = "of-another-system"
    paying.world.act("odengi", "pay")
    paying.wait_for_calls(1)
    assert paying.answered[0] == 200
    paying.reconcile()
    orphans = (
        "select amount_tyiyn, state from payment_orphans where provider = 'odengi' order by created_at desc limit 1"
    )
    assert rows(paying.database, orphans) == [(10000, "open")]
    assert paying.state(payment["id"]) == "pending"


def test_stored_bodies_hold_no_phone_and_no_signature(paying: Paying) -> None:
    payment = paying.order("odengi")
    paying.world.act("odengi", "pay")
    paying.wait_for_calls(1)
    [(body,)] = rows(
        paying.database, "select body_redacted from payment_webhook_events where payment_id = %s", payment["id"]
    )
    stored = json.loads(body)
    assert stored["hash"] == "***"
    assert "996" not in str(stored.get("mobile"))
