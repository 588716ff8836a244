"""The delivery webhook of nikita.kg: XML without a signature, so its reports are hints (facts on SMS login, §1.6)."""

from collections.abc import Sequence
from xml.parsers import expat

from auto360.sms import PushedReport, SmsPushRefused
from auto360.sms.nikita import report_of

_MOST_REPORTS = 500
_MOST_DEPTH = 8


class NikitaPushReader:
    """The `SmsPushReader` port for nikita.kg."""

    is_proof = False

    def read(self, body: bytes) -> Sequence[PushedReport]:
        """Every `phone` of every `dr`. A document type, and with it every entity, is refused."""
        reading = _Reading()
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = reading.start
        parser.CharacterDataHandler = reading.text
        parser.EndElementHandler = reading.end
        parser.StartDoctypeDeclHandler = reading.refuse
        try:
            parser.Parse(body, True)  # noqa: FBT003
        except (expat.ExpatError, ValueError) as error:
            raise SmsPushRefused("unreadable") from error
        return reading.reports


class _Reading:
    """Walks through `report/dr/{id, phone/{number, report}}`, matching by local names."""

    def __init__(self) -> None:
        self.reports: list[PushedReport] = []
        self._path: list[str] = []
        self._text = ""
        self._message_id = ""
        self._phone: dict[str, str] = {}

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name.rpartition(" ")[2])
        self._text = ""
        if self._path[-1] == "dr":
            self._message_id = ""
        if len(self._path) > _MOST_DEPTH:
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
        if len(self.reports) > _MOST_REPORTS:
            raise SmsPushRefused("too_many")

    def refuse(self, *_declaration: object) -> None:
        raise SmsPushRefused("doctype")
