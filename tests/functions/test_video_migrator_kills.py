"""Run may be killed anywhere: before and after every call to the database and to a provider. The end is the same."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from auto360.container import video_transfer
from auto360.container.data import database
from auto360.domains.videos.transfer.run import RunOptions
from auto360.providers.database import Database as DatabasePort
from auto360.providers.transport.line import Reply
from auto360.providers.transport.lines import Lines
from auto360.providers.video.tus import TusPolicy
from tests.support.functions import forget_container
from tests.support.moves import MoveWorld
from tests.support.rows import rows

SHARES = 4


class Killed(BaseException):
    """Exception that no code of ours catches, like the end of the process."""


@dataclass
class Fuse:
    """Burns down with every step; at its end the process does."""

    left: float
    burnt: int = 0

    def burn(self, *_: object) -> None:
        self.burnt += 1
        if self.burnt > self.left:
            self.left = float("inf")
            raise Killed


@dataclass
class FusedDatabase:
    """Database, with a fuse at both ends of every call."""

    inner: DatabasePort
    fuse: Fuse

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Return a call that may not be made, or of whose success nobody hears."""
        self.fuse.burn()
        answer = self.inner.call(function, arguments)
        self.fuse.burn()
        return answer

    def call_read(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Return a read, with the same fuse."""
        self.fuse.burn()
        return self.inner.call_read(function, arguments)


@dataclass(frozen=True)
class FusedLines:
    """Lines to the providers, with a fuse at both ends of every call."""

    inner: Lines
    fuse: Fuse

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None, *, seconds: float
    ) -> Reply:
        """Return a call that may not be made, or of whose success nobody hears."""
        self.fuse.burn()
        reply = self.inner.send(method, url, headers, content, seconds=seconds)
        self.fuse.burn()
        return reply


def killed_after(moves: MoveWorld, monkeypatch: pytest.MonkeyPatch, steps: float) -> int:
    """Run until nothing is left or the fuse has burnt down; gives how far it has."""
    forget_container()
    fuse = Fuse(steps)
    with monkeypatch.context() as patched:
        held = FusedDatabase(database(), fuse)
        patched.setattr("auto360.container.video_transfer.database", lambda: held)
        lines = FusedLines(video_transfer.lines(), fuse)
        patched.setattr("auto360.container.video_transfer.lines", lambda: lines)
        client = video_transfer.http()
        assert isinstance(client, httpx.Client)
        client.event_hooks = {"request": [fuse.burn], "response": [fuse.burn]}
        try:
            moves.new_run().until(float("inf"), RunOptions(is_patient=True))
        except Killed:
            pass
        finally:
            client.close()
            forget_container()
    return fuse.burnt


@pytest.mark.parametrize("share", range(SHARES))
def test_a_run_killed_at_any_boundary_ends_as_if_it_had_not_been(
    moves: MoveWorld, monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    policy = TusPolicy(chunk_bytes=256 * 1024, first_wait_seconds=0.02, tries=20)
    monkeypatch.setattr(video_transfer, "tus_policy", lambda: policy)
    moves.add(size=600_000)
    boundaries = killed_after(moves, monkeypatch, float("inf"))
    assert boundaries > 80
    assert moves.states() == [("confirmed", None)]
    for steps in range(share, boundaries, SHARES):
        moving = moves.add(size=600_000)
        assert moves.require_plays(moving) == "api_video"
        killed_after(moves, monkeypatch, steps)
        provider = moves.require_plays(moving)
        moves.finish()
        entry = moves.entry(moving)
        assert (entry["state"], entry["failure_reason"]) == ("confirmed", None), f"killed after {steps} steps"
        assert moves.require_plays(moving) == "yandex"
        assert provider in ("api_video", "yandex")
        assert moves.copies()[moving.video] == 1
        assert moves.is_same_file(moving)
        assert_digests_cover(entry)
        moves.videos.yandex.videos.pop(entry["target_video_id"])
        rows(moves.database, "delete from video_migrations where id = %s returning id", entry["id"])
    [(started,)] = rows(moves.database, "select started from video_migration_days")
    assert started == 1 + len(range(share, boundaries, SHARES))


def assert_digests_cover(entry: dict[str, Any]) -> None:
    """Require digests from the first byte to the last, each once."""
    ends = [0, *(chunk["to"] for chunk in entry["chunk_digests"])]
    assert [chunk["from"] for chunk in entry["chunk_digests"]] == ends[:-1]
    assert ends[-1] == entry["bytes_total"]
    assert all(first < second for first, second in itertools.pairwise(ends))
