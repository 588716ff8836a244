"""SMS through nikita.kg (smspro.nikita.kg), XML API; codes as in docs/reference/sms-login.md, section 1."""

import hashlib
from functools import partial
from html import escape as escaped

from pydantic import Field, HttpUrl, SecretStr

from auto360.core.settings import EnvSettings
from auto360.providers.sms import (
    ReportState,
    SmsAccepted,
    SmsAccount,
    SmsBadNumber,
    SmsFailure,
    SmsRefused,
    SmsReport,
    SmsUncertain,
)
from auto360.providers.sms.exchange import exchange
from auto360.providers.sms.parsing import code_of, read_xml, tyiyn
from auto360.providers.sms.parsing import parts as parts_in
from auto360.providers.transport.lines import Lines

# That of xml.sax imports urllib.request, and email with it.
escape = partial(escaped, quote=False)
_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_ACCEPTED, _TEST_ACCEPTED = "0", "11"
_LASTING = ("2", "3", "4")  # login, address, money
_REFUSED = ("1", "5", "6", "8")
_BAD_NUMBER = "7"
_SEEN_BEFORE = "10"
_DR_UNKNOWN_MESSAGE = "4"
_REPORTS_OF_TAKEN = ("0", "1", "3", "7")
_STATES: dict[str, ReportState] = {
    "0": "pending",  # queued there
    "1": "pending",  # at the mobile network
    "2": "failed",  # rejected
    "3": "delivered",
    "4": "failed",  # not delivered
    "5": "failed",  # no money for it
    "6": "pending",  # not known yet
    "7": "unknown",  # the mobile network's time to report ran out
}


class NikitaSettings(EnvSettings):
    """Account at nikita.kg. `nikita_sms_price_tyiyn` is our price per segment."""

    nikita_sms_api_url: HttpUrl
    nikita_sms_login: str
    nikita_sms_password: SecretStr
    nikita_sms_sender: str = Field(pattern=r"^([A-Za-z0-9.\-]{1,11}|[0-9]{12,14})$")
    nikita_sms_price_tyiyn: int = Field(200, ge=0)


class NikitaSms:
    """`SmsProvider` at nikita.kg. HTTP 200 proves nothing there: only `<status>` decides.

    In `test_mode` messages are checked there, but neither sent nor billed.
    """

    name = "nikita"

    def __init__(self, settings: NikitaSettings, lines: Lines, *, test_mode: bool = False) -> None:
        self._settings, self._lines, self._test_mode = settings, lines, test_mode
        self._url = str(settings.nikita_sms_api_url).rstrip("/")

    def message_id(self, sms_id: str) -> str:
        """Return twelve base-36 characters, the longest id in the provider's documents."""
        number = int.from_bytes(hashlib.sha256(sms_id.encode()).digest()[:8], "big")
        characters = []
        for _ in range(12):
            number, index = divmod(number, 36)
            characters.append(_ID_ALPHABET[index])
        return "".join(characters)

    def send(self, phone: str, text: str, *, message_id: str, timeout: float) -> SmsAccepted:
        """Send a message. Raises SmsFailure."""
        test = "<test>1</test>" if self._test_mode else ""
        body = (
            f"<message>{self._account()}<id>{escape(message_id)}</id>"
            f"<sender>{escape(self._settings.nikita_sms_sender)}</sender><text>{escape(text)}</text>"
            f"<phones><phone>{phone.lstrip('+')}</phone></phones>{test}</message>"
        )
        reply = self._post("/api/message", body, timeout=timeout)
        status = reply.get("status", "")
        if status == _TEST_ACCEPTED and self._test_mode:
            return SmsAccepted(parts=parts_in(reply.get("smscnt")), cost_tyiyn=0)
        if status == _ACCEPTED:
            parts = parts_in(reply.get("smscnt")) * parts_in(reply.get("phones"))
            return SmsAccepted(parts=parts, cost_tyiyn=parts * self._settings.nikita_sms_price_tyiyn)
        raise _failure(status)

    def has_accepted(self, phone: str, *, message_id: str, timeout: float) -> bool | None:
        """Query the delivery receipt: the one proof that a message was accepted."""
        try:
            reply = self._delivery_report(phone, message_id, timeout=timeout)
        except SmsFailure:
            return None
        if reply.get("status") == _DR_UNKNOWN_MESSAGE:
            return False
        if reply.get("status") == _ACCEPTED and reply.get("report") is not None:
            return reply["report"] in _REPORTS_OF_TAKEN
        return None

    def report(self, phone: str, *, message_id: str, timeout: float) -> SmsReport | None:
        """Query the delivery receipt. Raises SmsFailure."""
        reply = self._delivery_report(phone, message_id, timeout=timeout)
        if reply.get("status") == _DR_UNKNOWN_MESSAGE:
            return None
        if reply.get("status") != _ACCEPTED:
            raise _failure(reply.get("status", ""))
        return report_of(reply.get("report", ""))

    def account(self, *, timeout: float) -> SmsAccount:
        """Return balance and price of a segment. Raises SmsFailure."""
        body = f'<info xmlns="http://Giper.mobi/schema/Info">{self._account()}</info>'
        reply = self._post("/api/info", body, timeout=timeout)
        if reply.get("status") != _ACCEPTED:
            raise _failure(reply.get("status", ""))
        balance = tyiyn(reply.get("account"), per_unit=100)
        if balance is None:
            raise SmsUncertain("unreadable")
        return SmsAccount(balance, tyiyn(reply.get("smsprice"), per_unit=100))

    def _delivery_report(self, phone: str, message_id: str, *, timeout: float) -> dict[str, str]:
        body = f"<dr>{self._account()}<id>{escape(message_id)}</id><phone>{phone.lstrip('+')}</phone></dr>"
        return self._post("/api/dr", body, timeout=timeout)

    def _account(self) -> str:
        password = self._settings.nikita_sms_password.get_secret_value()
        return f"<login>{escape(self._settings.nikita_sms_login)}</login><pwd>{escape(password)}</pwd>"

    def _post(self, path: str, body: str, *, timeout: float) -> dict[str, str]:
        content = f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode()
        content_type = "application/xml; charset=utf-8"
        reply = exchange(self._lines, self._url + path, content, content_type=content_type, timeout=timeout)
        return read_leaves(reply)


def _failure(status: str) -> SmsFailure:
    if status == _BAD_NUMBER:
        return SmsBadNumber(status)
    if status in _LASTING:
        return SmsRefused(status, lasting=True)
    if status in _REFUSED or status == _TEST_ACCEPTED:
        return SmsRefused(status)
    if status == _SEEN_BEFORE:
        return SmsUncertain(status, repeat=False)
    # 9 is "overloaded" or "spam filter", depending on the source; any other code is unknown. Both may mean "taken".
    return SmsUncertain(code_of(status) or "no_status")


def report_of(code: str) -> SmsReport:
    """Return the meaning of a delivery code; an unknown one may still become final."""
    return SmsReport(_STATES.get(code, "pending"), code_of(code))


def read_leaves(document: bytes) -> dict[str, str]:
    """Return the texts of a flat XML document by local name; the first of equal names wins.

    Namespaces differ between live answers and the vendor's examples, so they are ignored. Raises SmsUncertain for
    any other document.
    """
    leaves: dict[str, str] = {}
    texts: list[str] = []

    def text(data: str) -> None:
        texts[-1] += data

    def end(name: str) -> None:
        leaves.setdefault(name, texts.pop().strip())

    read_xml(document, start=lambda _: texts.append(""), text=text, end=end, refused=SmsUncertain)
    return leaves
