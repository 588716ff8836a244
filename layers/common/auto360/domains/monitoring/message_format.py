"""Alert texts: short for a phone, whole for mail, fields for programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from auto360.core.timezone import BISHKEK
from auto360.providers.alert_channels import AlertMessage

# Fixed, without daylight saving: works without a database of time zones.
_UNITS = {"som": "сом", "d": "д", "h": "ч", "min": "мин", "s": "с"}
_WORDS = {
    "ru": {
        "opened": "360Auto! {what}: {value}, порог {threshold}. {time}",
        "repeated": "360Auto! Всё ещё: {what}: {value}, порог {threshold}. С {time}",
        "closed": "360Auto: в норме. {what}{now}. Было с {time}",
        "steps": "Что делать: {page}",
        "severity": "Важность: {severity}. Правило: {rule}.",
    },
    "en": {
        "opened": "360Auto! {what}: {value}, threshold {threshold}. {time}",
        "repeated": "360Auto! Still: {what}: {value}, threshold {threshold}. Since {time}",
        "closed": "360Auto: back to normal. {what}{now}. Was so since {time}",
        "steps": "What to do: {page}",
        "severity": "Severity: {severity}. Rule: {rule}.",
    },
}
_FIELDS = (
    "event", "alert_id", "rule", "severity", "subject", "value", "comparison", "threshold", "unit", "opened_at",
    "closed_at", "runbook",
)  # fmt: skip


@dataclass(frozen=True)
class Wording:
    """Formats messages in one language. `runbook_url` is the base address of docs/runbooks."""

    language: Literal["ru", "en"]
    runbook_url: str

    def message(self, due: Mapping[str, Any]) -> AlertMessage:
        """Return the message for a row of SQL function `alert_messages_claim`."""
        words = _WORDS[self.language]
        short = words[due["event"]].format(
            what=self._what(due),
            value=self._formatted(due["value"], due["unit"]),
            now=f": {self._formatted(due['value'], due['unit'])}" if due["value"] is not None else "",
            threshold=self._formatted(due["threshold"], due["unit"]),
            time=datetime.fromisoformat(due["opened_at"]).astimezone(BISHKEK).strftime("%H:%M"),
        )
        page = f"{self.runbook_url.rstrip('/')}/{due['runbook']}.md"
        lines = [short, words["severity"].format(severity=due["severity"], rule=due["rule"])]
        if due["event"] != "closed":
            lines.append(words["steps"].format(page=page))
        return AlertMessage(
            id=due["id"],
            recipient=due["recipient"],
            short=short,
            subject=f"[{due['severity']}] {short}",
            text="\n".join(lines) + "\n",
            fields={name: due[name] for name in _FIELDS},
        )

    def _what(self, due: Mapping[str, Any]) -> str:
        title = str(due["title_ru"] if self.language == "ru" else due["title_en"])
        return f"{title} ({due['subject']})" if due["subject"] else title

    def _formatted(self, value: float | None, unit: str) -> str:
        """Format a number with its unit; a dash where nothing was measured."""
        if value is None:
            return "–"
        shown = _UNITS.get(unit, unit) if self.language == "ru" else unit
        return f"{value:.10g} {shown}".strip()
