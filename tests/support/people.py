"""People for tests: phones of their own, and the way from phone to session."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from typing import Any

from tests.support.functions import ADDRESS, Answer, Functions
from tests.support.logs import remember_secret
from tests.support.sms import SmsWorld

_numbers = itertools.count(1)
REQUEST_CODE, VERIFY_CODE = "/api/auth/request-code", "/api/auth/verify-code"


def new_phone() -> str:
    """Return a number that no other test uses; far apart, so that blocks of numbers are not shared."""
    number = next(_numbers)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return f"+99670{worker}{number * 7919 % 10_000:04d}{number % 90 + 10:02d}"


def new_address() -> str:
    """Return an address of a network of its own."""
    number = next(_numbers)
    return f"10.{number // 250 + 1}.{number % 250}.{number % 199 + 1}"


@dataclass(frozen=True)
class Person:
    """Person with a phone behind an address, using the functions."""

    functions: Functions
    sms: SmsWorld
    phone: str
    address: str = ADDRESS

    def request_code(self, **body: object) -> Answer:
        """Ask for a code."""
        return self.functions.post("request_code", REQUEST_CODE, {"phone": self.phone, **body}, address=self.address)

    def verify(self, code: str, **body: object) -> Answer:
        """Show a code."""
        answer = self.functions.post(
            "verify_code", VERIFY_CODE, {"phone": self.phone, "code": code, **body}, address=self.address
        )
        for name in ("token", "refreshToken"):
            if answer.status == 200:
                remember_secret(answer.body["data"][name])
        return answer

    def log_in(self) -> dict[str, Any]:
        """Return the whole way; gives the answer's data."""
        asked = self.request_code()
        assert asked.status == 200, asked.body
        answer = self.verify(self.sms.code(self.phone))
        assert answer.status == 200
        data: dict[str, Any] = answer.body["data"]
        return data


def wrong(code: str) -> str:
    """Return a code of the same length that is not this one."""
    return str((int(code) + 1) % 10 ** len(code)).zfill(len(code))
