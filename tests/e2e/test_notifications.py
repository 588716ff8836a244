"""Notifications on the running stack: each event by its cause, one line in the app, one push on the lock screen."""

from __future__ import annotations

from collections import Counter
from uuid import uuid4

import pytest

from tests.support.event_causes import Causes
from tests.support.pushes import AREAS
from tests.support.stack import RunningStack
from tests.support.stack_notifications import (
    ACCOUNT_TITLES,
    WITHOUT_A_PHONE,
    call,
    new_person,
    push_everything,
    run,
)
from tests.support.stack_requests import database

pytestmark = pytest.mark.xdist_group("stack")

# Title on the lock screen; the types without a push by default have none.
TITLES = {
    "moderation_approved": ("Объявление одобрено", "Жарыя бекитилди", "Your listing is approved"),
    "moderation_rejected": ("Объявление отклонено", "Жарыя четке кагылды", "Your listing was rejected"),
    "report_upheld": ("Жалоба рассмотрена", "Арыз каралды", "Your report was reviewed"),
    "business_invitation": ("Ала-Тоо Авто",) * 3,
    "chat_message": ("Азамат",) * 3,
    "video_failed": ("Видео не загрузилось", "Видео жүктөлгөн жок", "Your video did not work"),
    "comment": ("Новый комментарий", "Жаңы комментарий", "New comment"),
    "saved_search": ("Новое по поиску «Редкое»", "«Редкое» издөөсү боюнча жаңы", 'New for "Редкое"'),
    "business_ownership": ("Азия Авто",) * 3,
    "payment_in_review": ("Оплата проверяется", "Төлөм текшерилүүдө", "Your payment is being checked"),
    "tier_offered": ("Для вас есть предложение", "Сиз үчүн сунуш бар", "An offer for you"),
    "price_drop": ("Цена снижена", "Баасы түштү", "Price drop"),
    "listing_expiring": ("Срок объявления заканчивается", "Жарыянын мөөнөтү бүтүп баратат", "A listing expires soon"),
    "listing_expired": ("Срок объявления закончился", "Жарыянын мөөнөтү бүттү", "A listing has expired"),
    "payment_not_made": ("Оплата не прошла", "Төлөм өткөн жок", "The payment did not go through"),
    "payment_completed": ("Тариф подключён", "Тариф кошулду", "Your plan is active"),
    "payment_refunded": ("Деньги возвращены", "Акча кайтарылды", "Money returned"),
    "subscription_ending": ("Тариф скоро закончится", "Тариф жакында бүтөт", "Your plan ends soon"),
    "subscription_grace": ("Тариф закончился", "Тариф бүттү", "Your plan has ended"),
    "subscription_ended": ("Теперь у вас бесплатный тариф", "Эми сизде акысыз тариф", "You are on the free plan now"),
}
SILENT = {"video_ready", "listing_removed", "report_dismissed"}


def test_every_type_is_fired_by_its_cause_in_these_tests(stack: RunningStack) -> None:
    """Those of an account in test_security_notices.py, campaigns in test_campaign.py."""
    fired = {*TITLES, *SILENT, *ACCOUNT_TITLES, *WITHOUT_A_PHONE, "campaign"}
    assert {code for (code,) in stack.rows("select code from notification_types")} == fired


@pytest.mark.parametrize(("place", "language"), list(enumerate(("ru", "ky", "en"))))
def test_each_event_is_one_line_and_one_push_in_the_users_language(
    stack: RunningStack, place: int, language: str
) -> None:
    user, other = new_person(stack, "Айбек", language), new_person(stack, "Азамат", "ru")
    token, device = stack.user_token(user), f"ExponentPushToken[{language}-{uuid4().hex}]"
    call(stack, "PUT", "/notifications/preferences", token, {"quiet_from": None, "quiet_to": None})
    call(stack, "POST", "/devices", token, {"token": device, "platform": "ios", "channels": AREAS})
    with database(stack) as connection:
        causes = Causes(connection, user, other)
        causes.all()
        run(stack, "search_matcher")
        push_everything(stack, user)
        first = call(stack, "GET", "/notifications?limit=50", token)
        causes.deliver_again()
        run(stack, "search_matcher")
        push_everything(stack, user)
    listed = call(stack, "GET", "/notifications?limit=50", token)
    assert Counter(line["type"] for line in listed["notifications"]) == dict.fromkeys({*TITLES, *SILENT}, 1)
    assert listed["unread"] == first["unread"] == len(listed["notifications"])
    shown = [screen for screen in stack.local("inboxes/expo") if screen["token"] == device]
    titles = {screen["data"]["type"]: screen["title"] for screen in shown}
    # What is about one payment or the subscription has replaced its forerunner on the screen.
    replaced = {"subscription_ending", "subscription_grace", "subscription_ended", "payment_completed"}
    assert titles == {name: told[place] for name, told in TITLES.items() if name not in replaced}
    sent = stack.rows("select type, count(*) from pushes where user_id = %s group by 1", user)
    assert dict(sent) == dict.fromkeys(TITLES, 1)
    assert {state for (state,) in stack.rows("select state from pushes where user_id = %s", user)} == {"accepted"}


def test_reading_empties_the_counter_and_the_badge_follows(stack: RunningStack) -> None:
    user = new_person(stack, "Айбек", "ru")
    token = stack.user_token(user)
    for number in range(3):
        stack.rows(
            "select 1 from private.enqueue_notification(%s, 'video_ready', %s, '{}')", user, f"video:{number}:ready"
        )
    assert call(stack, "GET", "/notifications/unread", token) == {"unread": 3}
    page = call(stack, "GET", "/notifications?limit=2", token)
    first = page["notifications"][0]["id"]
    assert call(stack, "POST", f"/notifications/{first}/read", token) == {"read": 1, "unread": 2}
    assert call(stack, "POST", f"/notifications/{first}/read", token) == {"read": 0, "unread": 2}
    rest = call(stack, "GET", f"/notifications?limit=2&cursor={page['next_cursor']}", token)
    assert ({line["id"] for line in rest["notifications"]} & {line["id"] for line in page["notifications"]}) == set()
    assert call(stack, "POST", "/notifications/read", token) == {"read": 2, "unread": 0}


def test_a_logout_by_the_api_takes_the_phone_along(stack: RunningStack) -> None:
    user = new_person(stack, "Айбек", "ru")
    token, device = stack.user_token(user), f"ExponentPushToken[{uuid4().hex}]"
    call(stack, "POST", "/devices", token, {"token": device})
    call(stack, "POST", "/auth/logout", token, {})
    assert stack.rows("select 1 from push_devices where token = %s", device) == []
    other = stack.user_token(user)
    call(stack, "POST", "/devices", other, {"token": device})
    call(stack, "DELETE", "/devices/current", other)
    assert stack.rows("select 1 from push_devices where token = %s", device) == []
