"""One round of the monitor: measure, judge, tell. Who opens, repeats and closes what is decided by SQL, once."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auto360.channels import AlertChannel, AlertMessage, ChannelFailure
from auto360.database import Database, DatabaseUnavailable
from auto360.database.lease import lease
from auto360.metrics import MetricSource, Reading, SourceFailure
from auto360.monitoring.wording import Wording

_LEASE_SECONDS = 75
_MESSAGE_SECONDS = 60
_BATCH = 10
SOURCE_DOWN = "source_down"


@dataclass(frozen=True)
class Monitor:
    """The monitor with everything it touches. `call_for_help` is used when there is no database to judge with."""

    database: Database
    sources: Sequence[MetricSource]
    channels: Mapping[str, AlertChannel]
    recipients: Mapping[str, Sequence[str]]
    wording: Wording
    call_for_help: Callable[[], int]
    now: Callable[[], float] = time.monotonic
    sending_seconds: float = 35.0

    def __call__(self) -> dict[str, int]:
        """Counters: {opened, repeated, closed, sent, failed, sources_down}, or {skipped} while another round runs."""
        try:
            with lease(self.database, "monitor", seconds=_LEASE_SECONDS) as held:
                return self._round() if held else {"skipped": 1}
        except DatabaseUnavailable:
            self.call_for_help()
            raise

    def _call(self, function: str, **arguments: object) -> Any:
        return self.database.call(function, arguments)

    def _round(self) -> dict[str, int]:
        measured, readings, down = self._measure()
        judged = self._call(
            "alerts_judge",
            p_measured=measured,
            p_readings=[vars(reading) for reading in readings],
            p_recipients=self.recipients,
        )
        sent, failed = self._tell()
        return {**judged, "sent": sent, "failed": failed, "sources_down": down}

    def _measure(self) -> tuple[list[str], list[Reading], int]:
        """What was measured; a source that fails is itself a finding, and its metrics are left as they were."""
        measured, readings, down = [SOURCE_DOWN], list[Reading](), 0
        for source in self.sources:
            try:
                found = source.read()
            except SourceFailure:
                readings.append(Reading(SOURCE_DOWN, 1, source.name))
                down += 1
            else:
                unknown = {reading.metric for reading in found if reading.value is None}
                measured += [metric for metric in source.metrics if metric not in unknown]
                readings += [reading for reading in found if reading.metric not in unknown]
        return measured, readings, down

    def _tell(self) -> tuple[int, int]:
        """Send what is due while there is time; a channel that fails is left alone for the rest of the round."""
        sent, failed, broken = 0, 0, dict[str, str]()
        for due in self._due(until=self.now() + self.sending_seconds):
            reason = broken.get(due["channel"]) or self._send(due["channel"], self.wording.message(due))
            self._call("alert_message_record", p_id=due["id"], p_failure=reason)
            if reason is None:
                sent += 1
            else:
                failed, broken[due["channel"]] = failed + 1, reason
        return sent, failed

    def _due(self, *, until: float) -> Iterator[Mapping[str, Any]]:
        while self.now() < until:
            batch = self._call("alert_messages_claim", p_most=_BATCH, p_seconds=_MESSAGE_SECONDS)
            yield from batch
            if len(batch) < _BATCH:
                return

    def _send(self, channel: str, message: AlertMessage) -> str | None:
        """Why the channel did not take the message; None when it did."""
        if channel not in self.channels:
            return "not_configured"
        try:
            self.channels[channel].send(message)
        except ChannelFailure as failure:
            return str(failure)
        return None
