"""Picture job with a quick encoder, which can be killed before or after each of its steps."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from auto360.container.data import database
from auto360.domains.pictures.deletion import PictureDeletion, PictureDeletionPolicy
from auto360.domains.pictures.processing import PictureWork, PictureWorkPolicy
from auto360.providers.pictures import EncodedPicture, PictureRefused, Rendition, Target
from tests.support.pictures import INCOMING, PictureWorld

BASE = "https://project.invalid/storage/v1/object/public/pictures/"


class Killed(BaseException):
    """End of the process: no handler of the job may run."""


class QuickEncoder:
    """Encoder that marks bytes as clean instead of decoding them; `bad…` is no picture."""

    def encode(self, content: bytes, targets: Sequence[Target]) -> EncodedPicture:
        if content.startswith(b"bad"):
            raise PictureRefused("damaged")
        mark = b"clean " + hashlib.sha256(content).hexdigest().encode()
        outputs = [Rendition(one.side, one.format, one.side, one.side, mark + str(one).encode()) for one in targets]
        return EncodedPicture(tuple(outputs), "L" * 28, int.from_bytes(hashlib.sha256(content).digest()[:8], "big"))


@dataclass
class Mortality:
    """Counts steps, and ends the process at one of them; 0: lives on."""

    at: int = 0
    steps: int = 0

    def step(self) -> None:
        """Pass one step. Raises Killed, at every later step as well: a dead process releases nothing."""
        self.steps += 1
        if self.at and self.steps >= self.at:
            raise Killed


@dataclass
class _Mortal:
    inner: Any
    mortality: Mortality

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)
        if not callable(method):
            return method

        def call(*arguments: Any, **options: Any) -> Any:
            self.mortality.step()
            answer = method(*arguments, **options)
            if name == "get":
                answer = iter(list(answer))
            self.mortality.step()
            return answer

        return call


@dataclass
class MortalJob:
    """Picture job on real stores and the real database."""

    world: PictureWorld
    mortality: Mortality = field(default_factory=Mortality)

    def sweep(self, *, die_at: int = 0) -> bool:
        """Encode what is due; True when the process was killed at this step."""
        work = PictureWork(
            self._mortal(database()),
            self._store(INCOMING),
            self._store,
            QuickEncoder(),
            PictureWorkPolicy.load({}),
            BASE,
            lambda: datetime.now(UTC),
        )
        return self._dies(die_at, lambda: work.sweep(until=datetime.now(UTC) + timedelta(minutes=5)))

    def delete(self, *, die_at: int = 0, limit: int = 500) -> bool:
        """Delete what is due; True when the process was killed at this step."""
        settings = {"PICTURE_DELETION": "true", "PICTURE_MAX_DELETIONS": str(limit)}
        policy = PictureDeletionPolicy.load(settings)
        deletion = PictureDeletion(self._mortal(database()), self._store(INCOMING), self._store, policy)
        return self._dies(die_at, deletion)

    def _dies(self, at: int, act: Any) -> bool:
        self.mortality.at, self.mortality.steps = at, 0
        try:
            act()
        except Killed:
            return True
        return False

    def _store(self, name: str) -> Any:
        return self._mortal(self.world.store(name))

    def _mortal(self, inner: Any) -> Any:
        return _Mortal(inner, self.mortality)
