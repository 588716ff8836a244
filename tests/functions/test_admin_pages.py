"""Operations page: what each section shows, and what its forms do."""

from __future__ import annotations

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.people import new_phone
from tests.support.rows import rows
from tests.support.sellers import Seller, car, new_seller
from tests.support.sms import SmsWorld
from tests.support.staff import Browser, Page, staff_browser

MODERATION = "/admin/moderation"


@pytest.fixture
def seller(functions: Functions, database: Database) -> Seller:
    return new_seller(functions, database)


@pytest.fixture
def moderator(functions: Functions, database: Database, sms_world: SmsWorld) -> Browser:
    return staff_browser(functions, database, sms_world, "moderator")


@pytest.fixture
def admin(functions: Functions, database: Database, sms_world: SmsWorld) -> Browser:
    return staff_browser(functions, database, sms_world, "admin")


def decide(browser: Browser, listing: str, action: str, **fields: object) -> Page:
    at = f"{MODERATION}/{listing}"
    return browser.submit(f"{at}/{action}", {"version": 1, **fields}, on=at)


def noted(database: Database, subject: str) -> list[str]:
    query = "select action from audit_log where subject_id = %s order by created_at, id"
    return [action for (action,) in rows(database, query, subject)]


def state(database: Database, listing: str) -> tuple[str, str]:
    [(status, moderation)] = rows(database, "select status, moderation_status from listings where id = %s", listing)
    return status, moderation


def test_a_moderator_looks_at_a_listing_and_approves_it(moderator: Browser, seller: Seller, database: Database) -> None:
    listing = seller.posted(car(title="Toyota Camry <b>2018</b>", description="Торг & обмен"))
    # The first of the queue, whatever other tests have posted.
    first = "update moderation_queue set priority = 'urgent', submitted_at = '2001-01-01' where listing_id = %s"
    rows(database, f"{first} returning id", listing)
    assert listing in moderator.get(MODERATION).text
    page = moderator.get(f"{MODERATION}/{listing}")
    assert "Toyota Camry" in page.words
    assert "<b>2018</b>" not in page.text, "what sellers write is escaped"
    done = decide(moderator, listing, "approve")
    assert (done.status, done.location) == (303, f"{MODERATION}?done=approve")
    assert "Объявление одобрено." in moderator.get(done.location).words
    assert state(database, listing) == ("active", "approved")
    assert noted(database, listing) == ["moderation.approve"]


def test_a_rejection_needs_a_reason_which_the_seller_reads(
    moderator: Browser, seller: Seller, database: Database
) -> None:
    listing = seller.posted(car())
    refused = decide(moderator, listing, "reject", reason=" ")
    assert refused.status == 422
    assert "reason" in refused.words
    assert decide(moderator, listing, "reject", reason="На видео другой автомобиль").status == 303
    assert state(database, listing) == ("rejected", "rejected")
    query = "select reason from moderation_queue where listing_id = %s"
    assert rows(database, query, listing) == [("На видео другой автомобиль",)]


def test_details_of_a_listing_have_names_and_grouped_numbers(moderator: Browser, seller: Seller) -> None:
    listing = seller.posted(car())
    moderator.post("/admin/language", {"language": "en"})
    page = moderator.get(f"{MODERATION}/{listing}").words
    assert "Year 2018" in page
    assert "Mileage, km 90,000" in page
    home = seller.posted(
        car(category="real_estate", details={"property_type": "apartment", "rooms": 2, "is_owner": True})
    )
    assert "Owner sells yes" in moderator.get(f"{MODERATION}/{home}").words


def test_an_escalated_listing_is_the_administrators(
    moderator: Browser, admin: Browser, seller: Seller, database: Database
) -> None:
    listing = seller.posted(car())
    assert decide(moderator, listing, "escalate", reason="").status == 303
    assert "Решение за администратором" in moderator.get(f"{MODERATION}/{listing}").words
    assert decide(moderator, listing, "approve").status == 403
    assert decide(admin, listing, "approve").status == 303
    assert state(database, listing) == ("active", "approved")
    assert noted(database, listing) == ["moderation.escalate", "moderation.approve"]


def test_what_has_changed_since_the_moderator_looked_is_not_decided(
    moderator: Browser, seller: Seller, database: Database
) -> None:
    listing = seller.posted(car())
    decide(moderator, listing, "approve")
    again = decide(moderator, listing, "reject", reason="Поздно")
    assert again.status == 409
    assert "Назад в раздел" in again.words


def test_a_listing_that_is_taken_is_left_alone_by_others(
    functions: Functions, database: Database, sms_world: SmsWorld, moderator: Browser, seller: Seller
) -> None:
    other = staff_browser(functions, database, sms_world, "moderator")
    listing = seller.posted(car())
    assert decide(moderator, listing, "assign").location == f"{MODERATION}/{listing}?done=assign"
    assert listing in moderator.get(f"{MODERATION}?mine=1").text
    assert listing not in other.get(f"{MODERATION}?mine=1").text
    assert "проверяет другой модератор" in other.get(f"{MODERATION}/{listing}").words
    assert decide(other, listing, "approve").status == 409


def test_finance_is_refused_in_moderation(
    functions: Functions, database: Database, sms_world: SmsWorld, seller: Seller
) -> None:
    finance = staff_browser(functions, database, sms_world, "finance")
    listing = seller.posted(car())
    assert finance.get(MODERATION).status == 403
    assert finance.submit(f"{MODERATION}/{listing}/approve", {"version": 1}).status == 403


@pytest.mark.parametrize("path", ["/admin/moderation/x", "/admin/moderation?state=x", "/admin/moderation?cursor=x"])
def test_an_address_that_cannot_be_is_a_page_that_says_so(moderator: Browser, path: str) -> None:
    page = moderator.get(path)
    assert page.status in (404, 422)
    assert page.text.startswith("<!doctype html>")


def test_an_open_alert_is_shown_and_silenced(moderator: Browser, database: Database) -> None:
    query = """insert into alerts (rule_id, state, value, opened_at, next_message_at)
               select id, 'open', 7.5, now(), now() from alert_rules where code = 'error_rate_critical'
               returning id::text"""
    [(alert,)] = rows(database, query)
    try:
        assert "7.5" in moderator.get("/admin/alerts").words
        done = moderator.submit(f"/admin/alerts/{alert}/silence", {"minutes": 240}, on="/admin/alerts")
        assert done.location == "/admin/alerts?done=silenced"
        assert "приглушены до" in moderator.get("/admin/alerts").words
        assert noted(database, alert) == ["alert.silence"]
        refused = moderator.submit(f"/admin/alerts/{alert}/silence", {"minutes": 999999}, on="/admin/alerts")
        assert refused.status == 422
    finally:
        rows(database, "delete from alerts where id = %s returning id", alert)


def test_two_administrators_give_a_role_and_one_takes_it_away(
    admin: Browser, functions: Functions, database: Database, sms_world: SmsWorld
) -> None:
    phone, second = new_phone(), staff_browser(functions, database, sms_world, "admin")
    for who, outcome in ((admin, "appointment_waits"), (second, "appointed")):
        done = who.submit("/admin/staff", {"phone": phone, "role": "finance"})
        assert done.location == f"/admin/staff?done={outcome}"
        assert phone in who.get("/admin/staff").words
    assert admin.submit("/admin/staff", {"phone": phone, "role": "user"}).status == 303
    assert phone not in admin.get("/admin/staff").words
    [(user,)] = rows(database, "select id::text from accounts where phone = %s", phone)
    query = "select details - 'asked_by' from audit_log where subject_id = %s order by created_at, id"
    told = [details for (details,) in rows(database, query, user)]
    assert told == [*[{"from": "user", "to": "finance"}] * 2, {"from": "finance", "to": "user"}]


def test_nobody_changes_his_own_role(admin: Browser, database: Database) -> None:
    query = (
        "select u.phone from accounts u join audit_log l on l.actor_user_id = u.id where l.action = 'operator.sign_in'"
    )
    [(phone,)] = rows(database, query + " order by l.created_at desc limit 1")
    refused = admin.submit("/admin/staff", {"phone": phone, "role": "user"})
    assert refused.status == 409
    assert rows(database, "select role from accounts where phone = %s", phone) == [("admin",)]


def test_the_audit_log_tells_who_did_what_from_where(admin: Browser) -> None:
    phone = new_phone()
    admin.submit("/admin/staff", {"phone": phone, "role": "moderator"})
    page = admin.get("/admin/audit?area=operator").words
    assert "роль ждёт второго администратора to: moderator, from: user" in page
    assert admin.address in page
    assert "роль ждёт" not in admin.get("/admin/audit?area=moderation").words


def test_the_audit_log_goes_on_page_by_page(admin: Browser, database: Database) -> None:
    rows(
        database,
        """insert into audit_log (action, subject_type, created_at) select 'pages.x', 'y', now() - n * interval '1 s'
           from generate_series(1, 60) as n returning id""",
    )
    first = admin.get("/admin/audit?area=pages")
    assert first.text.count("pages.x") == 50
    after = first.text.split("cursor=")[1].split("&")[0]
    assert admin.get(f"/admin/audit?area=pages&cursor={after}").text.count("pages.x") == 10


def test_sms_show_balance_delivery_and_cost(moderator: Browser, database: Database) -> None:
    rows(
        database,
        """insert into supplier_balances (supplier, balance, currency, price_tyiyn)
           values ('nikita', 1234.5, 'KGS', 185)
           returning id""",
    )
    page = moderator.get("/admin/sms")
    assert "1 234.5 KGS".replace(" ", "\u202f", 1) in page.text
    assert "1.85" in page.words
    assert "nikita" in page.words
    assert "<svg" in page.text


def test_figures_of_days_are_pictures_in_som_where_they_are_money(admin: Browser, database: Database) -> None:
    rows(
        database,
        """insert into metrics_daily (day, metric, dimension, value) values
           (current_date, 'listings_created', '', 12), (current_date, 'revenue_tyiyn', 'tier:basic', 1000000)
           on conflict (metric, dimension, day) do update set value = excluded.value returning id""",
    )
    page = admin.get("/admin/metrics?days=14")
    assert page.text.count("<svg") >= 2
    assert "10\u202f000\u00a0сом" in page.text
    assert "<rect" in page.text
    admin.post("/admin/language", {"language": "en"})
    page = admin.get("/admin/metrics?days=14")
    assert "10,000\u00a0som" in page.text
    assert "\u00a0сом" not in page.text


def test_backups_show_what_failed_and_why(admin: Browser, database: Database) -> None:
    rows(
        database,
        """insert into backup_runs (kind, state, bytes, failure_reason, finished_at) values
           ('database_daily', 'uploaded', 123456789, null, now()), ('videos', 'failed', null, 'bucket is full', now())
           returning id""",
    )
    page = admin.get("/admin/backups").words
    assert "123.5 MB" in page
    assert "bucket is full" in page


def test_the_overview_shows_each_role_its_own_work(
    functions: Functions, database: Database, sms_world: SmsWorld, moderator: Browser, admin: Browser
) -> None:
    finance = staff_browser(functions, database, sms_world, "finance")
    assert "Ждут проверки" in moderator.get("/admin").words
    assert "Оплачено сегодня" not in moderator.get("/admin").words
    assert "Оплачено сегодня" in finance.get("/admin").words
    assert "Ждут проверки" not in finance.get("/admin").words
    assert "Копия базы" in admin.get("/admin").words


def test_an_administrator_pauses_and_resumes_a_job(admin: Browser, moderator: Browser, database: Database) -> None:
    take = "select holder from take_job_lease('paused by hand', 'run', 0)"
    assert rows(database, take) == [("run",)]
    assert "Пауза" in admin.get("/admin").words
    assert "Пауза" not in moderator.get("/admin").words

    assert admin.submit("/admin/jobs/paused by hand/pause", {}).location == "/admin?done=job_pause"
    assert admin.submit("/admin/jobs/paused by hand/pause", {}).location == "/admin?done=nothing"
    assert rows(database, take) == [(None,)]
    assert moderator.submit("/admin/jobs/paused by hand/resume", {}).status == 403
    assert admin.submit("/admin/jobs/paused by hand/resume", {}).location == "/admin?done=job_resume"
    assert rows(database, take) == [("run",)]
    assert noted(database, "paused by hand") == ["job.pause", "job.resume"]
    assert admin.submit("/admin/jobs/has never run/pause", {}).status == 404


def test_health_asks_every_dependency_now(moderator: Browser, sms_world: SmsWorld) -> None:
    sms_world.turn("smsc", "dead")
    page = moderator.get("/admin/health").words
    assert "отвечает База данных" in page
    assert "не отвечает SMS: SMSC" in page


@pytest.mark.parametrize(
    "path", ["", "/moderation", "/alerts", "/health", "/sms", "/metrics", "/backups", "/staff", "/audit"]
)
def test_every_section_is_there_in_english(admin: Browser, path: str) -> None:
    admin.post("/admin/language", {"language": "en"})
    page = admin.get(f"/admin{path}")
    assert page.status == 200
    assert 'lang="en"' in page.text
    assert "Sign out" in page.words
