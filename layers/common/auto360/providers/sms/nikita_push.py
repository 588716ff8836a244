"""Delivery webhook of nikita.kg: unsigned XML, so its receipts are hints (docs/reference/sms-login.md, section 1.6)."""

from collections.abc import Sequence

from auto360.providers.sms import PushedReport, SmsPushRefused
from auto360.providers.sms.nikita import report_of
from auto360.providers.sms.parsing import read_xml

_MAX_REPORTS = 500
_MAX_DEPTH = 8


class NikitaPushReader:
    """`SmsPushReader` for nikita.kg."""

    is_proof = False

    def read(self, body: bytes) -> Sequence[PushedReport]:
        """Return every `phone` of every `dr`. A document type, and with it every entity, is refused."""
        reading = _Reading()
        read_xml(body, start=reading.start, text=reading.text, end=reading.end, refused=SmsPushRefused)
        return reading.reports


class _Reading:
    """Walks through `report/dr/{id, phone/{number, report}}`, matching by local names."""

    def __init__(self) -> None:
        self.reports: list[PushedReport] = []
        self._path: list[str] = []
        self._text = ""
        self._message_id = ""
        self._phone: dict[str, str] = {}

    def start(self, name: str) -> None:
        self._path.append(name)
        self._text = ""
        if self._path[-1] == "dr":
            self._message_id = ""
        if len(self._path) > _MAX_DEPTH:
            raise SmsPushRefused("too_deep")

    def text(self, data: str) -> None:
        self._text += data

    def end(self, _name: str) -> None:
        place, text, self._text = self._path[-2:], self._text.strip(), ""
        if place == ["dr", "id"]:
            self._message_id = text[:100]
        elif place in (["phone", "number"], ["phone", "report"]):
            self._phone[place[1]] = text[:20]
        elif place == ["dr", "phone"]:
            self._take()
        self._path.pop()

    def _take(self) -> None:
        phone = "+" + self._phone.get("number", "").lstrip("+")
        self.reports.append(PushedReport(self._message_id, phone, report_of(self._phone.get("report", ""))))
        self._phone = {}
        if len(self.reports) > _MAX_REPORTS:
            raise SmsPushRefused("too_many")
