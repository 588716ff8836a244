"""Monitor round: measure, evaluate, notify. SQL alone opens, repeats and closes alerts."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auto360.domains.monitoring.message_format import Wording
from auto360.providers.alert_channels import AlertChannel, AlertMessage, ChannelFailure
from auto360.providers.database import Database, DatabaseUnavailable
from auto360.providers.database.functions.alert_judgement import alerts_judge
from auto360.providers.database.functions.alert_messages import alert_message_record, alert_messages_claim
from auto360.providers.database.lease import lease
from auto360.providers.metrics import MetricSource, Sample, SourceFailure

_LEASE_SECONDS = 75
_MESSAGE_SECONDS = 60
_BATCH = 10
SOURCE_DOWN = "source_down"


@dataclass
class _Found:
    """Samples of the sources; `down` holds the reason of each failed source."""

    measured: list[str] = field(default_factory=lambda: [SOURCE_DOWN])
    readings: list[Sample] = field(default_factory=list)
    down: dict[str, str] = field(default_factory=dict)


@dataclass
class _Told:
    """Results of a round's messages; `problems` holds the last reason of each channel."""

    sent: int = 0
    failed: int = 0
    problems: dict[str, str] = field(default_factory=dict)

    def note(self, channel: str, failure: str | None) -> None:
        if failure is None:
            self.sent += 1
        else:
            self.failed += 1
            self.problems[channel] = failure


@dataclass(frozen=True)
class Monitor:
    """Monitor and its dependencies. `call_for_help` is used when the database is down."""

    database: Database
    sources: Sequence[MetricSource]
    channels: Mapping[str, AlertChannel]
    recipients: Mapping[str, Sequence[str]]
    wording: Wording
    call_for_help: Callable[[], int]
    now: Callable[[], float] = time.monotonic
    sending_seconds: float = 35.0

    def __call__(self) -> dict[str, int | str]:
        """Return counters {opened, repeated, closed, sent, failed, sources_down} and, on failures, `problems`.

        {skipped} while another round runs.
        """
        try:
            with lease(self.database, "monitor", seconds=_LEASE_SECONDS) as held:
                return self._round() if held else {"skipped": 1}
        except DatabaseUnavailable:
            self.call_for_help()
            raise

    def _round(self) -> dict[str, int | str]:
        found = self._measure()
        judged = alerts_judge(
            self.database,
            measured=found.measured,
            readings=[vars(reading) for reading in found.readings],
            recipients=self.recipients,
        )
        told = self._notify()
        problems = {**found.down, **told.problems}
        return {
            **judged,
            "sent": told.sent,
            "failed": told.failed,
            "sources_down": len(found.down),
            **({"problems": ", ".join(f"{name}: {reason}" for name, reason in problems.items())} if problems else {}),
        }

    def _measure(self) -> _Found:
        """Read all sources; a failed source is itself a finding, and its metrics keep their state."""
        found = _Found()
        for source in self.sources:
            try:
                read = source.read()
            except SourceFailure as failure:
                found.readings.append(Sample(SOURCE_DOWN, 1, source.name))
                found.down[source.name] = str(failure)
            else:
                unknown = {reading.metric for reading in read if reading.value is None}
                found.measured += [metric for metric in source.metrics if metric not in unknown]
                found.readings += [reading for reading in read if reading.metric not in unknown]
        return found

    def _notify(self) -> _Told:
        """Send due messages while time is left; a channel that is down is skipped for the rest of the round."""
        told, down = _Told(), dict[str, str]()
        for due in self._due(until=self.now() + self.sending_seconds):
            channel = due["channel"]
            failure = down.get(channel) or self._send(channel, self.wording.message(due), down)
            alert_message_record(self.database, id=due["id"], failure=failure)
            told.note(channel, failure)
        return told

    def _due(self, *, until: float) -> Iterator[Mapping[str, Any]]:
        while self.now() < until:
            batch = alert_messages_claim(self.database, limit=_BATCH, seconds=_MESSAGE_SECONDS)
            yield from batch
            if len(batch) < _BATCH:
                return

    def _send(self, channel: str, message: AlertMessage, down: dict[str, str]) -> str | None:
        """Return the reason of a refused message, None on success; a channel that is down is added to `down`."""
        if channel not in self.channels:
            return "not_configured"
        try:
            self.channels[channel].send(message)
        except ChannelFailure as failure:
            if failure.is_down:
                down[channel] = str(failure)
            return str(failure)
        return None
