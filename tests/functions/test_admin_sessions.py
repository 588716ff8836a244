"""Operations page: who gets in, for how long, and what no other page can send."""

from __future__ import annotations

import json

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.people import new_phone, wrong
from tests.support.rows import rows
from tests.support.sms import SmsWorld
from tests.support.staff import ORIGIN, SESSION, Browser, new_staff_member, sign_in, staff_browser


@pytest.fixture
def browser(functions: Functions, sms_world: SmsWorld) -> Browser:
    functions.set(**sms_world.environ, OPERATIONS_ORIGINS=ORIGIN)
    return Browser(functions)


def set_cookie(page_headers: dict[str, list[str]], name: str) -> str:
    return next(line for line in page_headers["Set-Cookie"] if line.startswith(name))


def let_time_pass(database: Database, seconds: int) -> None:
    with database.connect() as connection:
        connection.execute(
            "update operator_sessions set last_used_at = last_used_at - make_interval(secs => %s)", [seconds]
        )


def test_an_operator_signs_in_by_phone_code_and_lands_where_he_wanted(
    browser: Browser, database: Database, sms_world: SmsWorld
) -> None:
    phone = new_staff_member(database, "moderator")
    asked = browser.get("/admin/moderation")
    assert (asked.status, asked.location) == (303, "/admin/sign-in?then=/admin/moderation")
    sent = browser.post("/admin/sign-in", {"phone": phone, "then": "/admin/moderation"})
    assert (sent.status, sent.location) == (303, "/admin/sign-in")
    assert phone in browser.get("/admin/sign-in").words
    done = browser.post("/admin/sign-in/code", {"code": sms_world.code(phone)})
    assert (done.status, done.location) == (303, "/admin/moderation")
    assert "Гулзат · модератор" in browser.get("/admin/moderation").words


def test_the_cookie_is_kept_from_scripts_other_hosts_other_sites_and_plain_http(
    browser: Browser, database: Database, sms_world: SmsWorld
) -> None:
    done = sign_in(browser, sms_world, new_staff_member(database, "admin"))
    name, *marks = set_cookie(done.headers, SESSION).split("; ")
    assert set(marks) == {"Path=/", "HttpOnly", "SameSite=Strict", "Secure"}
    token = name.partition("=")[2]
    assert len(token) == 43
    [(kept,)] = rows(database, "select count(*) from operator_sessions s where s::text like '%%' || %s || '%%'", token)
    assert kept == 0


def test_on_this_machine_the_cookie_goes_without_tls(
    functions: Functions, browser: Browser, database: Database
) -> None:
    functions.set(OPERATIONS_ORIGINS="http://127.0.0.1:8360")
    sent = browser.post(
        "/admin/sign-in", {"phone": new_staff_member(database, "admin")}, Origin="http://127.0.0.1:8360"
    )
    assert "Secure" not in set_cookie(sent.headers, "staff_sign_in")


def test_a_proved_phone_without_a_role_gets_no_session(
    browser: Browser, database: Database, sms_world: SmsWorld
) -> None:
    phone = new_phone()
    refused = sign_in(browser, sms_world, phone)
    assert refused.status == 403
    assert "нет доступа" in refused.words
    assert SESSION not in browser.cookies
    query = """select a.revoked_at is not null, o.id from auth_sessions a join accounts u on u.id = a.user_id
               left join operator_sessions o on o.auth_session_id = a.id where u.phone = %s"""
    assert rows(database, query, phone) == [(True, None)]


def test_who_is_an_operator_is_not_told_before_the_code(browser: Browser, database: Database) -> None:
    answers = [
        browser.post("/admin/sign-in", {"phone": phone}) for phone in (new_phone(), new_staff_member(database, "admin"))
    ]
    assert {(answer.status, answer.location) for answer in answers} == {(303, "/admin/sign-in")}


def test_the_rules_of_the_apps_login_hold_here_as_well(
    browser: Browser, database: Database, sms_world: SmsWorld
) -> None:
    phone = new_staff_member(database, "admin")
    assert browser.post("/admin/sign-in", {"phone": phone}).status == 303
    again = browser.post("/admin/sign-in", {"phone": phone})
    assert again.status == 429
    assert "через минуту" in again.words
    code = sms_world.code(phone)
    statuses = [browser.post("/admin/sign-in/code", {"code": wrong(code)}).status for _ in range(3)]
    assert statuses == [400, 400, 400]
    assert browser.post("/admin/sign-in/code", {"code": code}).status == 400
    assert SESSION not in browser.cookies


def test_a_session_ends_when_it_is_not_used(functions: Functions, database: Database, sms_world: SmsWorld) -> None:
    browser = staff_browser(functions, database, sms_world, "admin")
    let_time_pass(database, 1790)
    assert browser.get("/admin").status == 200
    let_time_pass(database, 1790)
    assert browser.get("/admin").status == 200, "using it keeps it alive"
    let_time_pass(database, 1810)
    assert browser.get("/admin").status == 303


def test_a_session_ends_in_the_end_however_much_it_is_used(
    functions: Functions, database: Database, sms_world: SmsWorld
) -> None:
    browser = staff_browser(functions, database, sms_world, "admin")
    with database.connect() as connection:
        connection.execute("update operator_sessions set expires_at = now()")
    assert browser.get("/admin").status == 303


@pytest.mark.parametrize("change", ["role = 'user'", "is_blocked = true"])
def test_whoever_loses_the_role_or_is_blocked_is_out_at_once(
    functions: Functions, database: Database, sms_world: SmsWorld, change: str
) -> None:
    browser = staff_browser(functions, database, sms_world, "admin")
    with database.connect() as connection:
        connection.execute(
            f"""update accounts u set {change} from auth_sessions a join operator_sessions o on o.auth_session_id = a.id
                where u.id = a.user_id and a.revoked_at is null"""
        )
    assert browser.get("/admin").status == 303


def test_after_signing_out_neither_the_cookie_nor_a_kept_form_is_worth_anything(
    functions: Functions, database: Database, sms_world: SmsWorld
) -> None:
    browser = staff_browser(functions, database, sms_world, "admin")
    kept, token = dict(browser.cookies), browser.form_token()
    out = browser.submit("/admin/sign-out", {})
    assert (out.status, out.location) == (303, "/admin/sign-in?done=signed_out")
    assert SESSION not in browser.cookies
    browser.cookies = kept
    assert browser.get("/admin").status == 303
    fields = {"form_token": token, "phone": new_phone(), "role": "admin"}
    assert browser.post("/admin/staff", fields).status == 401
    assert rows(database, "select 1 from accounts where phone = %s", fields["phone"]) == []


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", f"{ORIGIN}.evil.example", "http://ops.360auto.example"]
)
def test_a_form_from_another_origin_changes_nothing(
    functions: Functions, database: Database, sms_world: SmsWorld, origin: str
) -> None:
    browser = staff_browser(functions, database, sms_world, "admin")
    fields = {"form_token": browser.form_token(), "phone": new_phone(), "role": "admin"}
    assert browser.post("/admin/staff", fields, Origin=origin).status == 403
    assert rows(database, "select 1 from accounts where phone = %s", fields["phone"]) == []
    assert browser.post("/admin/sign-in", {"phone": fields["phone"]}, Origin=origin).status == 403
    assert sms_world.texts(str(fields["phone"])) == []


def test_a_form_with_the_token_of_another_session_or_none_changes_nothing(
    functions: Functions, database: Database, sms_world: SmsWorld
) -> None:
    browser = staff_browser(functions, database, sms_world, "admin")
    thief = staff_browser(functions, database, sms_world, "admin")
    for stolen in (thief.form_token(), "", "x" * 43, browser.cookies[SESSION]):
        fields = {"form_token": stolen, "phone": new_phone(), "role": "admin"}
        refused = browser.post("/admin/staff", fields)
        assert refused.status == 403
        assert rows(database, "select 1 from accounts where phone = %s", fields["phone"]) == []


def test_a_form_may_also_come_as_json(functions: Functions, database: Database, sms_world: SmsWorld) -> None:
    browser = staff_browser(functions, database, sms_world, "admin")
    body = json.dumps({"form_token": browser.form_token(), "phone": new_phone(), "role": "finance"})
    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    assert browser._send("POST", "/admin/staff", body, headers).status == 303


def test_a_moderator_who_tries_finance_or_administration_is_refused_with_a_page(
    functions: Functions, database: Database, sms_world: SmsWorld
) -> None:
    browser = staff_browser(functions, database, sms_world, "moderator")
    for path in ("/admin/metrics", "/admin/backups", "/admin/staff", "/admin/audit"):
        refused = browser.get(path)
        assert refused.status == 403
        assert refused.text.startswith("<!doctype html>")
        assert path not in browser.get("/admin").text, "what is forbidden is not offered"
    fields = {"phone": new_phone(), "role": "admin"}
    assert browser.submit("/admin/staff", fields).status == 403


@pytest.mark.parametrize("then", ["https://evil.example", "//evil.example", "/admin/../x", "/api", "javascript:x"])
def test_nobody_is_led_to_another_site(browser: Browser, database: Database, sms_world: SmsWorld, then: str) -> None:
    phone = new_staff_member(database, "admin")
    browser.post("/admin/sign-in", {"phone": phone, "then": then})
    assert browser.post("/admin/sign-in/code", {"code": sms_world.code(phone)}).location == "/admin"


def test_pages_allow_no_script_no_frame_and_are_kept_nowhere(
    functions: Functions, database: Database, sms_world: SmsWorld
) -> None:
    page = staff_browser(functions, database, sms_world, "admin").get("/admin")
    [policy] = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == ["no-store"]
    assert page.headers["X-Frame-Options"] == ["DENY"]
    assert page.headers["Referrer-Policy"] == ["same-origin"]
    assert "<script" not in page.text
    assert " style=" not in page.text


def test_the_language_is_switched_and_remembered(browser: Browser) -> None:
    assert "Вход для сотрудников" in browser.get("/admin/sign-in").words
    back = browser.post("/admin/language", {"language": "en", "back": "/admin/sign-in"})
    assert back.location == "/admin/sign-in"
    assert "Staff sign-in" in browser.get("/admin/sign-in").words


def test_the_stylesheet_may_be_kept_for_ever_since_its_address_changes_with_it(browser: Browser) -> None:
    address = browser.get("/admin/sign-in").text.split('rel="stylesheet" href="')[1].split('"')[0]
    sheet = browser.get(address)
    assert sheet.headers["Content-Type"] == ["text/css; charset=utf-8"]
    assert "immutable" in sheet.headers["Cache-Control"][0]
    assert browser.get("/admin/assets/..").status == 404


def test_a_failure_is_a_page_with_the_request_id_and_no_trace(
    functions: Functions, database: Database, sms_world: SmsWorld
) -> None:
    browser = staff_browser(functions, database, sms_world, "admin")
    functions.set(SUPABASE_URL="http://127.0.0.1:9", SUPABASE_REST_URL="http://127.0.0.1:9")
    page = browser.get("/admin")
    assert page.status == 503
    assert page.text.startswith("<!doctype html>")
    for sign in ("Traceback", "127.0.0.1", "postgrest"):
        assert sign not in page.text
