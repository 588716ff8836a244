"""Phones that watch videos: what they saw, and the batches that their sampled reports make."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

VIEWS = 10
_FAILING, _MEDIAN_MS, _SPREAD = 0.02, 900.0, 0.8
_KINDS = {"provider": ("yandex", "api_video"), "network": ("cellular", "wifi"), "kind": ("feed", "detail")}


@dataclass
class Crowd:
    """Everything that all phones saw, and what of it must be counted."""

    random: Random
    starts: list[int] = field(default_factory=list)
    expected: Counter[str] = field(default_factory=Counter)
    sessions: int = 0

    def batch(self) -> bytes:
        """Return the next batch that is sent; sessions without a report pass by until one has some."""
        while True:
            session, sampled = f"{self.sessions:08x}{self.random.getrandbits(32):08x}", self.sessions % 10 == 0
            self.sessions += 1
            seen = [self._view() for _ in range(VIEWS)]
            self.starts += [view["start_ms"] for view in seen if "start_ms" in view]
            sent = [view for view in seen if sampled or "failure" in view]
            if sent:
                return self._body(session, sent)

    def _body(self, session: str, views: list[dict[str, Any]]) -> bytes:
        for view in views:
            is_failed = "failure" in view
            self.expected["reports"] += 1
            self.expected["attempts"] += 1 if is_failed else 10
            self.expected["start_failures" if is_failed else "starts"] += 1 if is_failed else 10
        identity = UUID(int=self.random.getrandbits(128), version=4)
        head = {
            "v": 1,
            "id": str(identity),
            "session": session,
            "rate": 10,
            "os": self.random.choice(("android", "ios")),
        }
        return json.dumps({**head, "views": views}).encode()

    def _view(self) -> dict[str, Any]:
        view: dict[str, Any] = {name: self.random.choice(words) for name, words in _KINDS.items()}
        if self.random.random() < _FAILING:
            return {**view, "failure": "network", "wait_ms": 4000}
        start = min(60_000, int(self.random.lognormvariate(math.log(_MEDIAN_MS), _SPREAD)))
        return {
            **view,
            "start_ms": start,
            "play_ms": 15_000,
            "stall_ms": self.random.choice((0, 0, 0, 250)),
            "stalls": 0,
        }

    def percentile(self, share: float) -> int:
        """Return the exact percentile over all phones."""
        ordered = sorted(self.starts)
        return ordered[math.ceil(share * len(ordered)) - 1]
