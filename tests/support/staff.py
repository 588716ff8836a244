"""Staff browser without pictures: keeps cookies, sends forms as a browser does."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.support.database import Database
from tests.support.functions import Functions, http_event
from tests.support.logs import remember_secret
from tests.support.people import new_address, new_phone
from tests.support.rows import rows
from tests.support.sms import SmsWorld

ORIGIN = "https://ops.360auto.example"
SESSION = "__Host-staff_session"
_FIELD = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass(frozen=True)
class Page:
    """Response in a browser."""

    status: int
    headers: dict[str, list[str]]
    text: str

    @property
    def location(self) -> str:
        """Return the redirect's target."""
        return self.headers.get("Location", [""])[0]

    @property
    def words(self) -> str:
        """Return the visible text."""
        body = re.sub(r"(?s)<(style|title|svg).*?</\1>|<[^>]+>", " ", self.text)
        return re.sub(r"\s+", " ", html.unescape(body)).strip()


@dataclass
class Browser:
    """Browser at the operations page."""

    functions: Functions
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = field(default_factory=new_address)

    def get(self, path: str, **headers: str) -> Page:
        """Open an address."""
        return self._send("GET", path, "", headers)

    def post(self, path: str, fields: Mapping[str, object], **headers: str) -> Page:
        """Send fields as they are, from our own origin unless told otherwise."""
        sent = {"Origin": ORIGIN, "Content-Type": "application/x-www-form-urlencoded"} | headers
        return self._send("POST", path, urlencode(fields), {name: value for name, value in sent.items() if value})

    def form_token(self, path: str = "/admin") -> str:
        """Return the token of the forms of a page."""
        page = self.get(path)
        assert page.status in (200, 403), page.words
        found = _FIELD.search(page.text)
        assert found, f"{path} has no form of a session"
        return found[1]

    def submit(self, path: str, fields: Mapping[str, object], *, on: str = "/admin") -> Page:
        """Send a form that stands on a page."""
        return self.post(path, {"form_token": self.form_token(on), **fields})

    def _send(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> Page:
        parts = urlsplit(path)
        sent = dict(headers)
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        event = http_event(method, parts.path, address=self.address, query=dict(parse_qsl(parts.query)), headers=sent)
        event |= {"body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True}
        answer: dict[str, Any] = self.functions.handler("admin")(event, None)
        for line in answer["multiValueHeaders"].get("Set-Cookie", []):
            self._keep(line)
        return Page(answer["statusCode"], answer["multiValueHeaders"], answer["body"])

    def _keep(self, line: str) -> None:
        cookies: SimpleCookie = SimpleCookie()
        cookies.load(line)
        for name, morsel in cookies.items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
                if name == SESSION:
                    remember_secret(morsel.value)


def sign_in(browser: Browser, sms: SmsWorld, phone: str) -> Page:
    """Sign in by phone and code; returns the last page."""
    assert browser.post("/admin/sign-in", {"phone": phone}).status == 303
    return browser.post("/admin/sign-in/code", {"code": sms.code(phone)})


def new_staff_member(database: Database, role: str, *, name: str = "Гулзат") -> str:
    """Add a staff member with this role; returns the phone."""
    phone = new_phone()
    rows(database, "insert into accounts (phone, name, role) values (%s, %s, %s) returning id", phone, name, role)
    return phone


def staff_browser(functions: Functions, database: Database, sms: SmsWorld, role: str) -> Browser:
    """Return a browser in which a staff member with this role is signed in."""
    functions.set(**sms.environ, OPERATIONS_ORIGINS=ORIGIN)
    browser = Browser(functions)
    assert sign_in(browser, sms, new_staff_member(database, role)).status == 303
    return browser
