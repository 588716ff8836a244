"""Campaigns on the operations page: draft, preview, start, stop; and whom they reach."""

from __future__ import annotations

import threading

import pytest

from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.pushes import Handset, PushWorld
from tests.support.rows import rows
from tests.support.sms import SmsWorld
from tests.support.staff import Browser, staff_browser

AT = "/admin/notifications"
TEXTS = {
    "title_ru": "Неделя скидок",
    "title_ky": "Арзандатуу жумасы",
    "title_en": "A week of discounts",
    "message_ru": "Премиум дешевле",
    "message_ky": "Премиум арзан",
    "message_en": "Premium for less",
    "action_url": "app360://subscription",
}


@pytest.fixture
def admin(functions: Functions, database: Database, sms_world: SmsWorld, push_world: PushWorld) -> Browser:
    functions.set(**push_world.environ)
    return staff_browser(functions, database, sms_world, "admin")


def consent(world: PushWorld, user: str, *, marketing: bool = True, notifications: bool = True) -> None:
    rows(
        world.database,
        """insert into user_consents (user_id, terms_version, privacy_version, processing_version, marketing_accepted,
             notifications_accepted) values (%s, '1', '1', '1', %s, %s) returning 1""",
        user, marketing, notifications,
    )  # fmt: skip


def in_city(world: PushWorld, city: str, language: str = "ru") -> Handset:
    phone = world.phone(world.user(language=language))
    rows(world.database, "update accounts set city = %s where id = %s returning 1", city, phone.user)
    return phone


def draft(admin: Browser, city: str, max_recipients: int = 100) -> str:
    page = admin.submit(AT, {**TEXTS, "city": city, "max_recipients": max_recipients}, on=AT)
    assert page.status == 303, page.words
    return page.location


def fan_out(world: PushWorld) -> None:
    while rows(world.database, "select notification_fanout_step(3)") == [(True,)]:
        pass


def test_a_campaign_reaches_those_who_consented_each_in_the_own_language(
    admin: Browser, push_world: PushWorld, database: Database
) -> None:
    city = "Каракол"
    reached = [in_city(push_world, city, language) for language in ("ru", "ky", "en", "ru", "ru")]
    for phone in reached:
        consent(push_world, phone.user)
    half, none, elsewhere = in_city(push_world, city), in_city(push_world, city), in_city(push_world, "Нарын")
    consent(push_world, half.user, notifications=False)
    consent(push_world, elsewhere.user)
    told = "select count(*) from notifications where type = 'campaign'"
    before = rows(database, told)
    at = draft(admin, city)
    page = admin.get(at)
    assert "Неделя скидок" in page.words
    assert "Получателей сейчас 5" in page.words
    assert rows(database, told) == before, "a draft tells nobody"
    assert admin.submit(f"{at}/start", {}, on=at).location == f"{at}?done=campaign_start"
    assert admin.submit(f"{at}/start", {}, on=AT).location == f"{at}?done=sent_before"
    fan_out(push_world)
    push_world.send()
    titles = [[message["title"] for message in push_world.received(phone.token)] for phone in reached]
    assert titles == [
        ["Неделя скидок"],
        ["Арзандатуу жумасы"],
        ["A week of discounts"],
        ["Неделя скидок"],
        ["Неделя скидок"],
    ]
    for phone in (half, none, elsewhere):
        assert push_world.states(phone.user) == []
    noted = "select action from audit_log where subject_type = 'campaign' and subject_id = %s"
    assert rows(database, noted, at.rpartition("/")[2]) == [("campaign.start",)]
    assert "закончена" in admin.get(at).words


def test_the_cap_holds_and_the_next_campaign_of_the_day_passes_the_same_users_over(
    admin: Browser, push_world: PushWorld, database: Database
) -> None:
    phones = [in_city(push_world, "Талас") for _ in range(5)]
    for phone in phones:
        consent(push_world, phone.user)
    for max_recipients, audience in ((4, 4), (100, 1)):
        at = draft(admin, "Талас", max_recipients)
        page = admin.get(at).words
        assert f"Получателей сейчас {audience} " in page
        assert "кроме тех, кому за последние 24 часа пришла другая рассылка" in page
        admin.submit(f"{at}/start", {}, on=at)
        fan_out(push_world)
    told = (
        "select count(*) from notifications where type = 'campaign' and user_id = any (%s::uuid[]) group by dedupe_key"
    )
    assert sorted(rows(database, told, [phone.user for phone in phones])) == [(1,), (4,)]


def test_the_stop_button_ends_the_writing_and_drops_what_waits(
    admin: Browser, push_world: PushWorld, database: Database
) -> None:
    phones = [in_city(push_world, "Баткен") for _ in range(6)]
    for phone in phones:
        consent(push_world, phone.user)
    at = draft(admin, "Баткен")
    admin.submit(f"{at}/start", {}, on=at)
    assert rows(database, "select notification_fanout_step(3)") == [(True,)]
    explained = "Остановка убирает и то, что ждёт в очереди"
    assert explained in admin.get(at).words
    assert admin.submit(f"{at}/stop", {}, on=at).location == f"{at}?done=campaign_stop"
    fan_out(push_world)
    push_world.send()
    assert [push_world.received(phone.token) for phone in phones] == [[]] * 6
    states = [state for phone in phones for state in push_world.states(phone.user)]
    assert states == [("suppressed", "campaign_stopped")] * 3
    assert explained not in admin.get(at).words


def test_who_withdraws_consent_after_the_writing_gets_no_push(admin: Browser, push_world: PushWorld) -> None:
    phone = in_city(push_world, "Токмок")
    consent(push_world, phone.user)
    at = draft(admin, "Токмок")
    admin.submit(f"{at}/start", {}, on=at)
    fan_out(push_world)
    ended = "update user_consents set ended_at = now(), ended_reason = 'revoked' where user_id = %s returning 1"
    rows(push_world.database, ended, phone.user)
    push_world.send()
    assert (push_world.received(phone.token), push_world.states(phone.user)) == ([], [("suppressed", "unwanted")])


def test_two_timers_at_once_tell_everybody_once(admin: Browser, push_world: PushWorld, database: Database) -> None:
    phones = [in_city(push_world, "Кант") for _ in range(20)]
    for phone in phones:
        consent(push_world, phone.user)
    at = draft(admin, "Кант")
    admin.submit(f"{at}/start", {}, on=at)
    threads = [threading.Thread(target=fan_out, args=(push_world,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fan_out(push_world)
    told = "select count(*), count(distinct user_id) from notifications where type = 'campaign' and dedupe_key = %s"
    assert rows(database, told, f"campaign:{at.rpartition('/')[2]}") == [(20, 20)]


def test_a_campaign_leaves_after_everything_else(admin: Browser, push_world: PushWorld, database: Database) -> None:
    phone = in_city(push_world, "Исфана")
    consent(push_world, phone.user)
    at = draft(admin, "Исфана")
    admin.submit(f"{at}/start", {}, on=at)
    fan_out(push_world)
    push_world.notify(phone.user, "listing_expiring")
    rows(database, "update pushes set not_before = now() returning 1")
    [(claimed,)] = rows(database, "select pushes_claim(1, 60)")
    assert [message["type"] for message in claimed["messages"]] == ["listing_expiring"]


@pytest.mark.parametrize("role", ["moderator", "finance"])
def test_other_roles_see_the_figures_and_no_campaign(
    push_world: PushWorld, admin: Browser, sms_world: SmsWorld, role: str
) -> None:
    phone = push_world.phone()
    push_world.notify(phone.user)
    push_world.send()
    push_world.ask_receipts()
    at = draft(admin, "Ош")
    other = staff_browser(admin.functions, push_world.database, sms_world, role)
    page = other.get(AT)
    assert page.status == 200
    assert "Объявление одобрено 1 0 1" in page.words, "sent, accepted, forwarded"
    assert "Новая рассылка" not in page.words
    assert other.get(at).status == 403
    for action in ("", f"/{at.rpartition('/')[2]}/start"):
        assert other.submit(f"{AT}{action}", TEXTS | {"max_recipients": 5}, on=AT).status == 403


@pytest.mark.parametrize(
    "broken", [{"title_ky": ""}, {"message_en": "x" * 241}, {"action_url": "javascript:x"}, {"max_recipients": 0}]
)
def test_a_campaign_that_lacks_a_language_or_leads_elsewhere_is_refused(
    admin: Browser, broken: dict[str, object]
) -> None:
    page = admin.submit(AT, {**TEXTS, "max_recipients": 10, **broken}, on=AT)
    assert page.status == 422


def test_an_open_circuit_and_a_growing_queue_are_shown_and_measured(
    admin: Browser, push_world: PushWorld, database: Database
) -> None:
    phone = push_world.phone()
    push_world.expo.turn({"mode": "unauthorized"})
    push_world.notify(phone.user)
    push_world.send()
    rows(database, "update pushes set not_before = now() - interval '2 hours' where state = 'queued' returning 1")
    words = admin.get(AT).words
    assert "expo отклоняет наши ключи (UNAUTHORIZED)" in words
    measured = dict(rows(database, "select metric, value from private.push_metrics()"))
    assert (measured["push_credentials"], 119 < measured["push_queue_age"] < 121) == (1, True)


def test_the_share_of_dead_tokens_is_measured_over_receipts(push_world: PushWorld, database: Database) -> None:
    phones = [push_world.phone() for _ in range(4)]
    for phone in phones:
        push_world.notify(phone.user)
    push_world.expo.turn({"uninstall": phones[0].token})
    push_world.send()
    push_world.ask_receipts()
    query = "select value, weak from private.push_metrics() where metric = 'push_dead_share'"
    assert rows(database, query) == [(25, True)]
