"""Users of the running stack who are notified: calls, timers, and what their locked screens show."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.support.plain_http import plain_request
from tests.support.pushes import AREAS, NEXT_DAY, PUSHES_OF_A_DAY
from tests.support.stack import RunningStack

# Titles on the lock screen of what is fired by more than an SQL function, in Russian, Kyrgyz and English.
ACCOUNT_TITLES = {
    "security_email_changed": ("Электронная почта изменена", "Электрондук почта өзгөрдү", "E-mail address changed"),
    "security_email_login": (
        "Вход по коду из почты", "Почтадан келген код менен кирүү", "Login with a code by e-mail",
    ),
    "security_new_device": ("Вход с нового устройства", "Жаңы түзмөктөн кирүү", "Login from a new device"),
    "email_stopped": ("Письма не доходят", "Каттар жетпей жатат", "E-mails do not arrive"),
}  # fmt: skip
WITHOUT_A_PHONE = {"security_logged_out"}
"""Type that ends the sessions of all phones, so that no push can tell of it."""


def call(stack: RunningStack, method: str, path: str, token: str, body: object = None) -> Any:
    """Call the API as a user; returns the data of its answer."""
    answer = ask(stack, method, path, token, body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def ask(stack: RunningStack, method: str, path: str, token: str, body: object = None) -> httpx.Response:
    """Call the API as a user."""
    headers = {"Authorization": f"Bearer {token}"}
    return plain_request(method, f"{stack.url}/api{path}", json=body, headers=headers, timeout=60)


def run(stack: RunningStack, function: str) -> Any:
    """Run a timer once."""
    done = stack.local(f"timers/{function}/0", "POST")
    assert done["ok"], done
    return done["result"]


def new_person(stack: RunningStack, name: str, language: str) -> str:
    """Insert a user; returns the id."""
    query = "insert into accounts (phone, name, language) values (%s, %s, %s) returning id::text"
    [(user,)] = stack.rows(query, f"+99655{uuid4().int % 10**7:07d}", name, language)
    return str(user)


def with_a_phone(stack: RunningStack, user: str) -> tuple[str, str]:
    """Sign a user in without quiet hours, on a phone with every channel: access token and push token."""
    token, device = stack.user_token(user), f"ExponentPushToken[{uuid4().hex}]"
    call(stack, "PUT", "/notifications/preferences", token, {"quiet_from": None, "quiet_to": None})
    channels = [*AREAS, "account", "news"]
    call(stack, "POST", "/devices", token, {"token": device, "platform": "ios", "channels": channels})
    return token, device


def push_everything(stack: RunningStack, user: str) -> None:
    """Run the sender until nothing waits: each day brings three pushes that are capped, and all others."""
    while stack.rows("select 1 from pushes where user_id = %s and state = 'queued'", user):
        stack.rows(PUSHES_OF_A_DAY)
        run(stack, "push_sender")
        stack.rows(NEXT_DAY)


def titles_on(stack: RunningStack, device: str) -> list[tuple[str, str]]:
    """Return type and title of what a locked screen shows."""
    shown = [screen for screen in stack.local("inboxes/expo") if screen["token"] == device]
    return sorted((screen["data"]["type"], screen["title"]) for screen in shown)


def told(stack: RunningStack, user: str) -> dict[str, int]:
    """Return how often a user was notified, by type."""
    return dict(stack.rows("select type, count(*) from notifications where user_id = %s group by 1", user))
