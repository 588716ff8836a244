"""Lock screens of simulated phones: what is shown, what was replaced, and what Android hides."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.simulators.switch import BadSwitch

_KEPT = 60_000
_SHOWN = 200


@dataclass
class LockScreens:
    """Phones by token. A phone is Android's where its token says so, and has every channel until it is set."""

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
        """Deliver a message: one with the tag, or on iOS the collapse id, of a shown one replaces it."""
        token, is_android = message["to"], "android" in message["to"].lower()
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.received.append({**message, "at": moment})
        created = self._channels.get(token)
        if is_android and created is not None and message.get("channelId", "default") not in {*created, "default"}:
            return
        name = message.get("tag" if is_android else "collapseId") or f"{moment} {len(self.received)}"
        former = self._shown.pop((token, name), None)
        self._shown[token, name] = {
            "token": token,
            "system": "Android" if is_android else "iOS",
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
        """Return what all screens show, newest first."""
        return list(reversed(self._shown.values()))[:_SHOWN]
