"""Timer that sends pushes: claim, send, record, for most of a minute (docs/decisions/0136).

A claim is committed before anything is sent. The next claim settles the leftovers of a killed run.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.domains.notifications.pace import PushPace
from auto360.providers.database import Database, DatabaseRefused
from auto360.providers.database.functions.notification_fanouts import notification_fanout_step
from auto360.providers.database.functions.push_claim import pushes_claim
from auto360.providers.database.functions.push_results import pushes_record
from auto360.providers.database.lease import lease
from auto360.providers.database.recording import recorded
from auto360.providers.push import PushMessage, PushProvider

_FANOUT_USERS = 1000
_MIN_BATCH = 5


class PushPolicy(EnvSettings):
    """Pace and length of a run. `push_fresh_seconds`: an older batch is given back unsent, since the phone's
    user may have left meanwhile; the database waits two seconds for it."""

    push_run_seconds: float = Field(50.0, ge=0, le=250)
    push_poll_seconds: float = Field(2.0, gt=0, le=30)
    push_per_second: int = Field(300, ge=1, le=600)
    push_requests_at_once: int = Field(6, ge=1, le=6)
    push_lease_seconds: int = Field(60, ge=20, le=600)
    push_fresh_seconds: float = Field(1.5, gt=0, le=1.8)


@dataclass
class _Counts:
    claimed: int = 0
    given_back: int = 0
    fanouts: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    def report(self) -> dict[str, int]:
        return {"claimed": self.claimed, "given_back": self.given_back, "fanouts": self.fanouts, **self.outcomes}


@dataclass(frozen=True)
class _Batch:
    claim: str
    messages: Sequence[Mapping[str, Any]]
    begun_at: float


@dataclass(frozen=True)
class PushSender:
    """Sender and its dependencies."""

    database: Database
    provider: PushProvider
    policy: PushPolicy
    pace: PushPace
    seconds: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> dict[str, int]:
        """Send due pushes until the run's time is over: {claimed, given_back, fanouts, and a count per outcome}.

        Does nothing while another run holds the lease or the job is paused.
        """
        seconds = round(self.policy.push_run_seconds) + 25
        with lease(self.database, "push_sender", seconds=seconds) as is_ours:
            return self._work() if is_ours else {"skipped": 1}

    def _work(self) -> dict[str, int]:
        counts, ends_at = _Counts(), self.seconds() + self.policy.push_run_seconds
        limit, flying = self.provider.batch, set[Future[dict[str, int]]]()
        with ThreadPoolExecutor(self.policy.push_requests_at_once) as pool:
            while True:
                counts.fanouts += self._fan_out(counts)
                batch, due = self._claim(limit)
                if batch.messages:
                    counts.claimed += len(batch.messages)
                    flying.add(pool.submit(copy_context().run, self._send, batch))
                flying, limit = self._landed(flying, counts, limit)
                if self.seconds() >= ends_at:
                    break
                if not due and not flying:
                    self.sleep(min(self.policy.push_poll_seconds, max(ends_at - self.seconds(), 0.0)))
            for flight in flying:
                self._count(counts, flight.result())
        return counts.report()

    def _fan_out(self, counts: _Counts) -> bool:
        """Work off one chunk; returns True when there was one. A chunk that the database refuses delays no push."""
        try:
            return bool(notification_fanout_step(self.database, limit=_FANOUT_USERS))
        except DatabaseRefused:
            self._count(counts, {"fanout_refused": 1})
            return False

    def _claim(self, limit: int) -> tuple[_Batch, int]:
        self.pace.take(limit)
        begun_at = self.seconds()
        claimed = pushes_claim(self.database, limit=limit, lease_seconds=self.policy.push_lease_seconds)
        self.pace.give_back(limit - len(claimed["messages"]))
        return _Batch(claimed["claim"], claimed["messages"], begun_at), claimed["due"]

    def _landed(
        self, flying: set[Future[dict[str, int]]], counts: _Counts, limit: int
    ) -> tuple[set[Future[dict[str, int]]], int]:
        """Count finished requests, waiting for one while as many as allowed are under way.

        Halves the batch where one was too old to be sent, and doubles it again afterwards.
        """
        if not flying:
            return flying, limit
        is_full = len(flying) >= self.policy.push_requests_at_once
        done, rest = wait(flying, timeout=None if is_full else 0.05, return_when="FIRST_COMPLETED")
        for flight in done:
            landed = flight.result()
            limit = max(limit // 2, _MIN_BATCH) if landed.get("given_back") else min(limit * 2, self.provider.batch)
            self._count(counts, landed)
        return rest, limit

    def _send(self, batch: _Batch) -> dict[str, int]:
        messages = [_message(row) for row in batch.messages]
        stale_at = batch.begun_at + self.policy.push_fresh_seconds
        # A batch may need several requests, and each of them some time.
        outcomes = self.provider.send(messages, is_fresh=lambda: self.seconds() <= stale_at)
        results = [{"id": row["id"], **asdict(outcome)} for row, outcome in zip(batch.messages, outcomes, strict=True)]
        recorded(lambda: pushes_record(self.database, claim=batch.claim, results=results), sleep=self.sleep)
        counts: dict[str, int] = {}
        for outcome in outcomes:
            name = "given_back" if outcome.code == "given_back" else outcome.outcome
            counts[name] = counts.get(name, 0) + 1
        return counts

    @staticmethod
    def _count(counts: _Counts, landed: Mapping[str, int]) -> None:
        for name, number in landed.items():
            if name == "given_back":
                counts.given_back += number
            else:
                counts.outcomes[name] = counts.outcomes.get(name, 0) + number


def _message(row: Mapping[str, Any]) -> PushMessage:
    data = {"type": row["type"], "n": row["notification_id"]}
    if row["action_url"]:
        data["url"] = row["action_url"]
    return PushMessage(
        token=row["token"],
        title=row["title"],
        body=row["body"],
        subject=row["subject"],
        data=data,
        seconds=int(row["seconds"]),
        badge=row["badge"],
        project=row["project"],
        channel=row["channel"],
        is_urgent=row["is_urgent"],
        is_silent=row["is_silent"],
    )
