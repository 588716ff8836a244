"""Attacks on the operations page: forms that others send, sessions that others plant, roles that others lack."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from uuid import uuid4

import httpx
import pytest

from local.paths import CHECKOUT
from tests.support.attackers import SESSION, SIGN_IN, Target, form_token
from tests.support.logs import remember_secret
from tests.support.people import new_phone
from tests.support.sms import code_in
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

FORM = "application/x-www-form-urlencoded"
ADMIN, FINANCE, MODERATOR = frozenset({"admin"}), frozenset({"admin", "finance"}), frozenset({"admin", "moderator"})
EVERY_ROLE = ADMIN | FINANCE | MODERATOR
# Who may send a form; a route that is not here has no form.
FORMS: Mapping[str, frozenset[str]] = {
    "/admin/sign-out": EVERY_ROLE,
    "/admin/moderation/<listing_id>/<action>": MODERATOR,
    "/admin/alerts/<alert_id>/silence": EVERY_ROLE,
    "/admin/payments/find": FINANCE,
    "/admin/payments/by-hand": FINANCE,
    "/admin/payments/<payment_id>/<action>": FINANCE,
    "/admin/approvals/<approval_id>/<action>": FINANCE,
    "/admin/refunds/<refund_id>/<action>": FINANCE,
    "/admin/orphans/<orphan_id>/<action>": FINANCE,
    "/admin/payments/<payment_id>/query": FINANCE,
    "/admin/jobs/<job>/<action>": ADMIN,
    "/admin/migration/<action>": ADMIN,
    "/admin/staff": ADMIN,
    "/admin/notifications": ADMIN,
    "/admin/notifications/<campaign_id>/<action>": ADMIN,
}
WITHOUT_SESSION = {"/admin/sign-in", "/admin/sign-in/code", "/admin/language"}
_ACTIONS = {"moderation": "approve", "payments": "refund", "approvals": "approve", "refunds": "approve"}


@pytest.fixture(scope="module")
def target(stack: RunningStack) -> Target:
    return Target(stack)


def address_of(route: str) -> str:
    """Return a route with ids and an action that exists."""
    area = route.split("/")[2]
    action = {**_ACTIONS, "orphans": "dismiss", "migration": "pause", "jobs": "pause", "notifications": "start"}.get(
        area, ""
    )
    return re.sub(r"<\w+_id>|<job>", str(uuid4()), route).replace("<action>", action)


def appointed(target: Target, phone: str) -> bool:
    """Return True when the attack has given somebody a role."""
    return target.rows("select 1 from accounts where phone = %s and role <> 'user'", phone) != []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1:9", "HTTP://LOCALHOST"])
@pytest.mark.parametrize("kind", [FORM, "application/json", "text/plain"])
def test_a_form_on_another_site_is_sent_in_vain(target: Target, origin: str, kind: str) -> None:
    # The worst case: the browser sends the cookie along, and the attacker has even read the token.
    admin, phone = target.staff_member("admin"), new_phone()
    fields = {"form_token": form_token(admin), "phone": phone, "role": "admin"}
    body = json.dumps(fields) if kind != FORM else str(httpx.QueryParams(fields))
    headers = {"Origin": origin, "Content-Type": kind, "Sec-Fetch-Site": "cross-site"}
    answer = admin.post("/admin/staff", content=body, headers=headers)
    assert answer.status_code == 403
    assert not appointed(target, phone)


def test_a_form_without_an_origin_is_sent_in_vain(target: Target) -> None:
    admin, phone = target.staff_member("admin"), new_phone()
    fields = {"form_token": form_token(admin), "phone": phone, "role": "admin"}
    del admin.headers["Origin"]
    assert admin.post("/admin/staff", data=fields, headers={"Referer": target.stack.url}).status_code == 403
    assert not appointed(target, phone)


def test_a_stolen_form_is_worth_nothing_in_another_session_or_none(target: Target) -> None:
    admin, other, nobody = target.staff_member("admin"), target.staff_member("admin"), target.browser()
    for thief, status in ((other, 403), (nobody, 401)):
        phone = new_phone()
        fields = {"form_token": form_token(admin), "phone": phone, "role": "admin"}
        assert thief.post("/admin/staff", data=fields).status_code == status
        assert not appointed(target, phone)


def test_a_form_in_an_address_changes_nothing(target: Target) -> None:
    admin, phone = target.staff_member("admin"), new_phone()
    fields = {"form_token": form_token(admin), "phone": phone, "role": "admin"}
    assert admin.get("/admin/staff", params=fields).status_code == 200
    assert admin.get("/admin/staff", params=fields, headers={"X-HTTP-Method-Override": "POST"}).status_code == 200
    assert not appointed(target, phone)


def test_every_form_of_the_page_is_in_this_table() -> None:
    routers = (CHECKOUT / "layers/common/auto360/admin/routers").glob("*.py")
    routes = "".join(router.read_text(encoding="utf-8") for router in routers)
    assert set(re.findall(r'@router\.post\("([^"]+)"\)', routes)) == set(FORMS) | WITHOUT_SESSION


@pytest.mark.parametrize("role", ["moderator", "finance"])
def test_whoever_lacks_the_role_sends_no_form_of_it(target: Target, role: str) -> None:
    browser = target.staff_member(role)
    token = form_token(browser)
    for route, roles in FORMS.items():
        if role not in roles:
            answer = browser.post(address_of(route), data={"form_token": token})
            assert answer.status_code == 403, f"{role} may send {route}"
    assert browser.get("/admin").status_code == 200, "the session lives on"


def test_a_session_that_was_planted_before_the_sign_in_is_not_the_one_that_is_opened(target: Target) -> None:
    attacker, victim = target.staff_member("moderator"), target.browser()
    planted = attacker.cookies[SESSION]
    for value in (planted, str(uuid4())):
        victim.cookies.clear()
        victim.cookies.set(SESSION, value, domain="127.0.0.1", path="/")
        # With somebody else's session in the jar the page leads on, so the victim signs in by the forms themselves.
        target.sign_in(victim, target.user("admin", "Жаныл")[1])
        cookies = {cookie.value for cookie in victim.cookies.jar if cookie.name == SESSION}
        assert cookies - {value}, "the sign-in has opened a session of its own"
    assert "Сотрудники" not in attacker.get("/admin").text, "the planted session has got no other role"
    assert attacker.get("/admin/staff").status_code == 403


def test_a_sign_in_that_was_begun_by_another_does_not_end_in_the_attackers_account(target: Target) -> None:
    attacker, victim = target.browser(), target.browser()
    attackers_phone, victims_phone = target.user("moderator")[1], target.user("admin")[1]
    attacker.post("/admin/sign-in", data={"phone": attackers_phone})
    victim.post("/admin/sign-in", data={"phone": victims_phone})
    planted = attacker.cookies[SIGN_IN]
    victim.cookies.clear()
    victim.cookies.set(SIGN_IN, planted, domain="127.0.0.1", path="/")
    answer = victim.post("/admin/sign-in/code", data={"code": code_in(target.stack.inbox(victims_phone)[0]["text"])})
    assert answer.status_code == 400
    assert SESSION not in victim.cookies


@pytest.mark.parametrize(
    "then", ["https://evil.example", "//evil.example", "/admin/../evil", "/admin\\evil", "javascript:1"]
)
def test_a_sign_in_leads_to_our_own_page_only(target: Target, then: str) -> None:
    browser, phone = target.browser(), target.user("moderator")[1]
    browser.post("/admin/sign-in", data={"phone": phone})
    begun = json.loads(base64.urlsafe_b64decode(browser.cookies[SIGN_IN] + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**begun, "then": then}).encode()).decode().rstrip("=")
    browser.cookies.clear()
    browser.cookies.set(SIGN_IN, changed, domain="127.0.0.1", path="/")
    answer = browser.post("/admin/sign-in/code", data={"code": code_in(target.stack.inbox(phone)[0]["text"])})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin")
    remember_secret(browser.cookies[SESSION])
