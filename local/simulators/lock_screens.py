"""Lock screens of simulated phones: shown, replaced and hidden pushes."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.simulators.switch import BadSwitch

_KEPT = 60_000
_SHOWN = 200
_SYSTEM = re.compile(r"\b(android|ios)\b", re.IGNORECASE)
_NAMES = {"android": "Android", "ios": "iOS"}


@dataclass
class LockScreens:
    """Phones by token. A token with the word `android` or `ios` has that system; others have none, for Expo names none.

    A phone has every channel until its channels are set.
    """

    received: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_KEPT))
    """Everything that Apple or Google delivered, oldest first."""
    _channels: dict[str, frozenset[str]] = field(default_factory=dict, init=False)
    _shown: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict, init=False)

    def set_phone(self, phone: object) -> None:
        """Set the Android channels that the app on a phone has created: `{"token": …, "channels": […]}`."""
        channels = phone.get("channels") if isinstance(phone, dict) else None
        if not isinstance(phone, dict) or not isinstance(phone.get("token"), str) or not isinstance(channels, list):
            raise BadSwitch("a phone needs token and channels")
        self._channels[phone["token"]] = frozenset(map(str, channels))

    def show(self, message: dict[str, Any]) -> None:
        """Deliver a message: one with the tag (Android) or collapse id (iOS) of a shown one replaces it."""
        token = message["to"]
        system = _system_of(token)
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.received.append({**message, "at": moment})
        created = self._channels.get(token)
        if (
            system == "Android"
            and created is not None
            and message.get("channelId", "default") not in {*created, "default"}
        ):
            return
        name = message.get("tag" if system == "Android" else "collapseId") or f"{moment} {len(self.received)}"
        former = self._shown.pop((token, name), None)
        self._shown[token, name] = {
            "token": token,
            "system": system,
            "title": message.get("title", ""),
            "body": message.get("body", ""),
            "badge": message.get("badge"),
            "channel": message.get("channelId"),
            "is_silent": "sound" not in message,
            "data": message.get("data", {}),
            "times": 1 + (former["times"] if former else 0),
            "at": moment,
        }

    def shown(self) -> list[dict[str, Any]]:
        """Return the shown pushes of all screens, newest first."""
        return list(reversed(self._shown.values()))[:_SHOWN]


def _system_of(token: str) -> str:
    """Return the system named by the token, empty without one."""
    found = _SYSTEM.search(token)
    return _NAMES[found[1].lower()] if found else ""
