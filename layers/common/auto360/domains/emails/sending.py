"""Timer that sends e-mails: claim, send, record, for most of a minute (docs/decisions/0144).

A claim is committed before anything is sent. The next claim settles the leftovers of a killed run.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.domains.emails.composing import Composer
from auto360.providers.database import Database
from auto360.providers.database.functions.email_queue import emails_claim, emails_record
from auto360.providers.database.lease import lease
from auto360.providers.database.recording import recorded
from auto360.providers.email import MailOutcome, MailProvider


class EmailSendingPolicy(EnvSettings):
    """Pace and length of a run. The rate is the provider's quota; a batch must end within the lease."""

    email_run_seconds: float = Field(50.0, ge=0, le=250)
    email_poll_seconds: float = Field(2.0, gt=0, le=30)
    email_per_second: float = Field(1.0, gt=0, le=1000)
    email_batch: int = Field(5, ge=1, le=50)
    email_lease_seconds: int = Field(120, ge=60, le=600)


@dataclass(frozen=True)
class EmailSender:
    """Sender and its dependencies."""

    database: Database
    provider: MailProvider
    composer: Composer
    policy: EmailSendingPolicy
    seconds: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> dict[str, int]:
        """Send due mails until the run's time is over: {claimed, and a count per outcome}.

        Does nothing while another run holds the lease or the job is paused.
        """
        with lease(self.database, "email_sender", seconds=round(self.policy.email_run_seconds) + 60) as is_ours:
            return self._work() if is_ours else {"skipped": 1}

    def _work(self) -> dict[str, int]:
        counts, ends_at = {"claimed": 0}, self.seconds() + self.policy.email_run_seconds
        while True:
            claimed = emails_claim(
                self.database, limit=self.policy.email_batch, lease_seconds=self.policy.email_lease_seconds
            )
            for message in claimed["messages"]:
                outcome = self._send(claimed["claim"], message)
                counts["claimed"] += 1
                counts[outcome.outcome] = counts.get(outcome.outcome, 0) + 1
            if self.seconds() >= ends_at:
                return counts
            if not claimed["due"]:
                self.sleep(min(self.policy.email_poll_seconds, max(ends_at - self.seconds(), 0.0)))

    def _send(self, claim: str, message: Mapping[str, Any]) -> MailOutcome:
        begun = self.seconds()
        try:
            outcome = self.provider.send(self.composer.mail(message))
        except KeyError:
            outcome = MailOutcome("refused", "secret_gone")
        results = [{"id": message["id"], **asdict(outcome)}]
        recorded(lambda: emails_record(self.database, claim=claim, results=results), sleep=self.sleep)
        self.sleep(max(1 / self.policy.email_per_second - (self.seconds() - begun), 0.0))
        return outcome
