"""SMS through SMSC (smsc.kz / smsc.ru), JSON answers; codes as in docs/reference/sms-login.md, section 2.1."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from pydantic import Field, HttpUrl, SecretStr

from auto360.core.settings import EnvSettings
from auto360.providers.sms import SmsAccepted, SmsAccount, SmsBadNumber, SmsFailure, SmsRefused, SmsReport, SmsUncertain
from auto360.providers.sms.exchange import exchange
from auto360.providers.sms.parsing import code_of, json_object, tyiyn
from auto360.providers.sms.parsing import parts as parts_in
from auto360.providers.transport.lines import Lines

_LASTING = (2, 3, 4)  # login or address, money, address blocked for a while
_REFUSED = (1, 5, 6)
_BAD_NUMBER = (7, 8)
_STATUS_NOT_FOUND = -3
_STATUSES_OF_TAKEN = (-1, 0, 1, 2)
_DELIVERED = (1, 2)
_NOT_DELIVERED = (3, 20, 22, 23, 24, 25)  # expired, impossible, wrong number, prohibited, no money, unavailable


class SmscSettings(EnvSettings):
    """Account at SMSC. `smsc_tyiyn_per_unit` converts its currency to tyiyn."""

    smsc_api_url: HttpUrl
    smsc_login: str
    smsc_password: SecretStr
    smsc_sender: str = Field("", max_length=15)
    smsc_tyiyn_per_unit: int = Field(100, ge=1)


class SmscSms:
    """`SmsProvider` at SMSC. In `test_mode` only the price is queried: nothing is sent or billed."""

    name = "smsc"

    def __init__(self, settings: SmscSettings, lines: Lines, *, test_mode: bool = False) -> None:
        self._settings, self._lines, self._test_mode = settings, lines, test_mode
        self._url = str(settings.smsc_api_url).rstrip("/")

    def message_id(self, sms_id: str) -> str:
        """Return a positive 31-bit number."""
        return str(int.from_bytes(hashlib.sha256(sms_id.encode()).digest()[:4], "big") % (2**31 - 1) + 1)

    def send(self, phone: str, text: str, *, message_id: str, timeout: float) -> SmsAccepted:
        """Send a message; the answer contains segments and cost. Raises SmsFailure."""
        cost = "1" if self._test_mode else "3"
        form = {"phones": phone, "mes": text, "id": message_id, "cost": cost, "valid": "00:10"}
        if self._settings.smsc_sender:
            form["sender"] = self._settings.smsc_sender
        reply = self._post("/sys/send.php", form, timeout=timeout)
        if "error_code" in reply:
            raise _failure(reply["error_code"])
        parts = parts_in(reply.get("cnt"))
        if self._test_mode:
            return SmsAccepted(parts=parts, cost_tyiyn=0)
        if "id" not in reply:
            raise SmsUncertain("no_id")
        return SmsAccepted(parts=parts, cost_tyiyn=self._tyiyn(reply.get("cost")))

    def has_accepted(self, phone: str, *, message_id: str, timeout: float) -> bool | None:
        """Query the state of a message."""
        try:
            reply = self._post("/sys/status.php", {"phone": phone, "id": message_id}, timeout=timeout)
        except SmsFailure:
            return None
        status = _number(reply.get("status"))
        if status == _STATUS_NOT_FOUND:
            return False
        return None if status is None else status in _STATUSES_OF_TAKEN

    def report(self, phone: str, *, message_id: str, timeout: float) -> SmsReport | None:
        """Query the state of a message. Raises SmsFailure."""
        reply = self._post("/sys/status.php", {"phone": phone, "id": message_id}, timeout=timeout)
        if "error_code" in reply:
            raise _failure(reply["error_code"])
        if _number(reply.get("status")) == _STATUS_NOT_FOUND:
            return None
        return report_of(reply.get("status"))

    def account(self, *, timeout: float) -> SmsAccount:
        """Return the balance; SMSC reports prices per message only. Raises SmsFailure."""
        reply = self._post("/sys/balance.php", {"cur": "1"}, timeout=timeout)
        if "error_code" in reply:
            raise _failure(reply["error_code"])
        balance = self._tyiyn(reply.get("balance"))
        if balance is None:
            raise SmsUncertain("unreadable")
        return SmsAccount(balance)

    def _tyiyn(self, cost: object) -> int | None:
        return tyiyn(cost, per_unit=self._settings.smsc_tyiyn_per_unit)

    def _post(self, path: str, form: dict[str, str], *, timeout: float) -> dict[str, Any]:
        password = self._settings.smsc_password.get_secret_value()
        account = {"login": self._settings.smsc_login, "psw": password, "fmt": "3", "charset": "utf-8"}
        content, content_type = urlencode(account | form).encode(), "application/x-www-form-urlencoded"
        reply = json_object(
            exchange(self._lines, self._url + path, content, content_type=content_type, timeout=timeout)
        )
        if reply is None:
            raise SmsUncertain("unreadable")
        return reply


def _number(value: object) -> int | None:
    """Return a code that is a number; None for texts and booleans."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def report_of(status: object) -> SmsReport:
    """Return the meaning of a status; an unknown one may still become final."""
    known, code = _number(status), code_of(status)
    if known in _DELIVERED:
        return SmsReport("delivered", code)
    return SmsReport("failed" if known in _NOT_DELIVERED else "pending", code)


def _failure(code: object) -> SmsFailure:
    known = _number(code)
    if known in _BAD_NUMBER:
        return SmsBadNumber(code_of(code))
    if known in _LASTING:
        return SmsRefused(code_of(code), lasting=True)
    if known in _REFUSED:
        return SmsRefused(code_of(code))
    # 9: the same request within a minute, or too many in parallel: the first one may have been taken.
    return SmsUncertain(code_of(code), repeat=False)
