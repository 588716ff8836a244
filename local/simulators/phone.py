"""Simulated phone: all messages delivered by providers."""

from __future__ import annotations

import json
import re
import sys
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

_KEPT = 20_000
_CODE = re.compile(r"(?<!\d)\d{4,8}(?!\d)")


@dataclass(frozen=True)
class Sms:
    """Received message."""

    phone: str
    text: str
    provider: str
    at: str


@dataclass
class Phone:
    """Inbox of all phones of the country."""

    delivered_codes: Path | None = None
    _received: deque[Sms] = field(default_factory=lambda: deque(maxlen=_KEPT), init=False)

    def receive(self, phone: str, text: str, provider: str) -> None:
        number = e164(phone)
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._received.append(Sms(number, text, provider, moment))
        if self.delivered_codes is not None:
            with self.delivered_codes.open("a", encoding="utf-8") as file:
                file.write("".join(code + "\n" for code in _CODE.findall(text)))
        note("sms delivered to the phone", provider=provider, phone=masked(number))

    def inbox(self, phone: str | None = None) -> list[dict[str, str]]:
        """Return received messages, newest first."""
        wanted = e164(phone) if phone else None
        return [asdict(sms) for sms in reversed(self._received) if wanted is None or sms.phone == wanted]

    def clear(self) -> None:
        """Forget everything."""
        self._received.clear()


def e164(phone: str) -> str:
    """Return the number with one plus in front."""
    return "+" + re.sub(r"\D", "", phone)


def masked(phone: str) -> str:
    """Return a number in its form for logs."""
    return f"{e164(phone)[:4]}***{phone[-2:]}"


def note(message: str, **fields: object) -> None:
    """Write one log line; never a text, never a whole number."""
    sys.stdout.write(json.dumps({"message": message, **fields}, ensure_ascii=False) + "\n")
    sys.stdout.flush()
