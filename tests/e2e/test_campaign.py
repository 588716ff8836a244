"""A campaign on the running stack: staff writes, previews, starts and stops it; users who consented see it once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.support.logs import remember_secret
from tests.support.people import new_phone
from tests.support.sms import code_in
from tests.support.stack import RunningStack
from tests.support.stack_notifications import call, new_person, push_everything, titles_on, told, with_a_phone

pytestmark = pytest.mark.xdist_group("stack")

AT = "/admin/notifications"
TITLES = {"ru": "Неделя скидок", "ky": "Арзандатуу жумасы", "en": "A week of discounts"}
MESSAGES = {"ru": "Премиум дешевле", "ky": "Премиум арзан", "en": "Premium for less"}
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Staff:
    """Administrator at the operations page of the running stack."""

    def __init__(self, stack: RunningStack) -> None:
        phone = new_phone()
        stack.rows("insert into accounts (phone, name, role) values (%s, 'Жаныл', 'admin')", phone)
        self.http = httpx.Client(base_url=stack.url, headers={"Origin": stack.url}, trust_env=False, timeout=60)
        assert self.http.post("/admin/sign-in", data={"phone": phone}).status_code == 303
        code = code_in(stack.inbox(phone)[0]["text"])
        assert self.http.post("/admin/sign-in/code", data={"code": code}).status_code == 303
        remember_secret(self.http.cookies["staff_session"])

    def words(self, path: str) -> str:
        """Return the text of a page."""
        page = self.http.get(path)
        assert page.status_code == 200, page.text
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))

    def submit(self, path: str, on: str, **fields: object) -> str:
        """Send a form that stands on a page; returns where it leads."""
        token = _TOKEN.search(self.http.get(on).text)
        assert token, f"{on} has no form"
        page = self.http.post(path, data={"form_token": token[1], **fields})
        assert page.status_code == 303, page.text
        return page.headers["Location"]

    def draft(self, city: str, max_recipients: int) -> str:
        """Write a campaign; returns the address of its preview."""
        texts = {f"title_{language}": title for language, title in TITLES.items()}
        texts |= {f"message_{language}": message for language, message in MESSAGES.items()}
        return self.submit(AT, AT, **texts, action_url="", city=city, max_recipients=max_recipients)


@pytest.fixture(scope="module")
def staff(stack: RunningStack) -> Iterator[Staff]:
    member = Staff(stack)
    yield member
    member.http.close()


def in_city(stack: RunningStack, city: str, language: str, *, marketing: bool = True, notified: bool = True) -> str:
    """Insert a user of a city with these optional consents; returns the id."""
    user = new_person(stack, "Айбек", language)
    stack.rows("update accounts set city = %s where id = %s", city, user)
    stack.rows(
        """insert into user_consents (user_id, terms_version, privacy_version, processing_version, marketing_accepted,
             notifications_accepted) values (%s, '1', '1', '1', %s, %s)""",
        user, marketing, notified,
    )  # fmt: skip
    return user


def push(stack: RunningStack, users: list[str]) -> None:
    """Work off what is to be told, then push it."""
    while stack.rows("select notification_fanout_step(2)") == [(True,)]:
        pass
    for user in users:
        push_everything(stack, user)


def test_a_campaign_reaches_each_who_consented_once_in_the_own_language(stack: RunningStack, staff: Staff) -> None:
    city = f"Город {uuid4().hex[:8]}"
    users = {language: in_city(stack, city, language) for language in TITLES}
    phones = {language: with_a_phone(stack, user) for language, user in users.items()}
    others = [in_city(stack, city, "ru", marketing=False), in_city(stack, city, "ru", notified=False)]
    their_phones = [with_a_phone(stack, user) for user in others]
    at = staff.draft(city, 100)
    assert all(word in staff.words(at) for word in (*TITLES.values(), *MESSAGES.values(), "Получателей сейчас 3"))
    push(stack, [*users.values(), *others])
    assert [told(stack, user) for user in users.values()] == [{}] * 3, "a draft tells nobody"
    assert staff.submit(f"{at}/start", at).endswith("campaign_start")
    push(stack, [*users.values(), *others])
    # Another click, another run, another campaign on the same day.
    assert staff.submit(f"{at}/start", AT).endswith("sent_before")
    second = staff.draft(city, 100)
    staff.submit(f"{second}/start", second)
    push(stack, [*users.values(), *others])
    for language, (token, device) in phones.items():
        [line] = call(stack, "GET", "/notifications?limit=50", token)["notifications"]
        assert (line["type"], line["title"]) == ("campaign", TITLES[language])
        assert titles_on(stack, device) == [("campaign", TITLES[language])]
        sent = stack.rows("select state from pushes where user_id = %s", users[language])
        assert sent == [("accepted",)]
    for user, (_, device) in zip(others, their_phones, strict=True):
        assert (told(stack, user), titles_on(stack, device)) == ({}, [])
    assert "закончена" in staff.words(at)


def test_a_campaign_ends_at_its_cap(stack: RunningStack, staff: Staff) -> None:
    city = f"Город {uuid4().hex[:8]}"
    users = [in_city(stack, city, "ru") for _ in range(5)]
    at = staff.draft(city, 3)
    assert "Получателей сейчас 3" in staff.words(at)
    staff.submit(f"{at}/start", at)
    push(stack, users)
    assert sorted(sum(told(stack, user).values()) for user in users) == [0, 0, 1, 1, 1]


def test_a_stopped_campaign_tells_nobody_further_and_what_waits_is_not_sent(stack: RunningStack, staff: Staff) -> None:
    city = f"Город {uuid4().hex[:8]}"
    users = [in_city(stack, city, "ru") for _ in range(5)]
    devices = [with_a_phone(stack, user)[1] for user in users]
    at = staff.draft(city, 100)
    staff.submit(f"{at}/start", at)
    assert stack.rows("select notification_fanout_step(2)") == [(True,)]
    assert staff.submit(f"{at}/stop", at).endswith("campaign_stop")
    push(stack, users)
    assert sorted(sum(told(stack, user).values()) for user in users) == [0, 0, 0, 1, 1]
    assert [titles_on(stack, device) for device in devices] == [[]] * 5
    states = stack.rows("select state, reason from pushes where user_id = any (%s::uuid[])", users)
    assert states == [("suppressed", "campaign_stopped")] * 2
