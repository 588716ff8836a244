"""Attacks over HTTP on the running stack: who exists there, who is signed in, what the database holds afterwards."""

from __future__ import annotations

import re
from typing import Any

import httpx

from local.paths import DataFolder
from local.secrets import Keyring
from tests.support.kept_connections import kept_connection
from tests.support.logs import remember_secret
from tests.support.people import new_address, new_phone
from tests.support.plain_http import plain_client
from tests.support.sms import code_in
from tests.support.stack import RunningStack

SESSION, SIGN_IN = "staff_session", "staff_sign_in"
_FIELD = re.compile(r'name="form_token" value="([^"]+)"')


class Target:
    """Running stack."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        self.keyring = Keyring.load_or_create(DataFolder(stack.data).secrets)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the stack's database with its owner's rights."""
        with kept_connection(self.stack.dsn) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def user(self, role: str = "user", name: str = "Айбек") -> tuple[str, str]:
        """Return a new user with a role: id and phone."""
        query = "insert into accounts (phone, name, role) values (%s, %s, %s) returning id::text"
        phone = new_phone()
        return str(self.rows(query, phone, name, role)[0][0]), phone

    def client(self, **headers: str) -> httpx.Client:
        """Return a client at a new address."""
        sent = {"X-Local-Address": new_address(), **headers}
        return plain_client(base_url=self.stack.url, headers=sent, timeout=60)

    def app(self, user: str) -> httpx.Client:
        """Return the app of a user."""
        return self.client(Authorization=f"Bearer {self.stack.user_token(user)}")

    def rest(self, user: str) -> httpx.Client:
        """PostgREST with a user's own token."""
        headers = {"Authorization": f"Bearer {self.stack.user_token(user)}"}
        url = f"http://127.0.0.1:{self.stack.ports.postgrest}"
        return plain_client(base_url=url, headers=headers, timeout=60)

    def browser(self) -> httpx.Client:
        """Return a browser at the operations page, not signed in: it names its origin and keeps cookies."""
        return self.client(Origin=self.stack.url)

    def staff_member(self, role: str) -> httpx.Client:
        """Return a browser in which somebody with a role has signed in by phone code."""
        browser = self.browser()
        self.sign_in(browser, self.user(role, "Жаныл")[1])
        return browser

    def sign_in(self, browser: httpx.Client, phone: str) -> None:
        """Sign in by the forms for the phone and the code."""
        assert browser.post("/admin/sign-in", data={"phone": phone}).status_code == 303
        answer = browser.post("/admin/sign-in/code", data={"code": code_in(self.stack.inbox(phone)[0]["text"])})
        assert answer.status_code == 303, answer.text
        remember_secret(browser.cookies[SESSION])


def form_token(browser: httpx.Client) -> str:
    """Return the token of the forms of a browser's session."""
    found = _FIELD.search(browser.get("/admin").text)
    assert found, "the page has no form of a session"
    return found[1]
