"""People with the app, calling the running stack over HTTP: its API, and PostgREST with the same token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from tests.support.logs import remember_secret
from tests.support.people import REQUEST_CODE, VERIFY_CODE, new_address, new_phone
from tests.support.plain_http import plain_request
from tests.support.sms import code_in
from tests.support.stack import RunningStack


@dataclass
class Caller:
    """Phone behind one address. `token` is empty until `log_in`."""

    stack: RunningStack
    phone: str = field(default_factory=new_phone)
    address: str = field(default_factory=new_address)
    token: str = ""
    refresh_token: str = ""
    id: str = ""

    def request_code(self) -> httpx.Response:
        """Ask for a login code."""
        return self.api("POST", REQUEST_CODE, {"phone": self.phone})

    def verify(self, code: str, **body: object) -> httpx.Response:
        """Show a login code."""
        return self.api("POST", VERIFY_CODE, {"phone": self.phone, "code": code, **body})

    def newest_code(self) -> str:
        """Return the code in the newest SMS of the phone."""
        return code_in(self.stack.inbox(self.phone)[0]["text"])

    def log_in(self) -> Self:
        """Return the whole way from phone to tokens."""
        asked = self.request_code()
        assert asked.status_code == 200, asked.text
        answer = self.verify(self.newest_code())
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        self.token, self.refresh_token, self.id = data["token"], data["refreshToken"], data["user"]["id"]
        remember_secret(self.token)
        remember_secret(self.refresh_token)
        return self

    def api(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Return a request to the API, with the token if there is one."""
        return self._send(self.stack.url + path, method, body, headers | {"X-Local-Address": self.address})

    def rest(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Return a request past the API, straight to PostgREST."""
        return self._send(f"http://127.0.0.1:{self.stack.ports.postgrest}{path}", method, body, headers)

    def _send(self, url: str, method: str, body: Any, headers: dict[str, str]) -> httpx.Response:
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        return plain_request(method, url, json=body, headers=headers, timeout=60)
