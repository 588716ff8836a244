"""Timer that queries receipts of accepted pushes, a quarter of an hour after sending."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from auto360.providers.database import Database
from auto360.providers.database.functions.push_results import push_receipts_due, push_receipts_record
from auto360.providers.database.lease import lease
from auto360.providers.push import PushProvider


@dataclass(frozen=True)
class PushReceipts:
    """Receipt queries and their dependencies."""

    database: Database
    provider: PushProvider
    run_seconds: float = 200.0
    seconds: Callable[[], float] = time.monotonic

    def run(self) -> dict[str, int]:
        """Query receipts that are due: {queried, and a count per outcome}. Safe to repeat.

        Does nothing while another run holds the lease or the job is paused.
        """
        with lease(self.database, "push_receipts", seconds=round(self.run_seconds) + 60) as is_ours:
            return self._work() if is_ours else {"skipped": 1}

    def _work(self) -> dict[str, int]:
        counts, ends_at = {"queried": 0}, self.seconds() + self.run_seconds
        while self.seconds() < ends_at:
            due = push_receipts_due(self.database, limit=self.provider.receipt_batch)
            if not due:
                break
            found = self.provider.receipts([row["provider_ref"] for row in due])
            told = [
                {
                    "id": row["id"],
                    "outcome": found[row["provider_ref"]].outcome,
                    "code": found[row["provider_ref"]].code,
                }
                for row in due
                if row["provider_ref"] in found
            ]
            push_receipts_record(self.database, receipts=told)
            counts["queried"] += len(due)
            for receipt in told:
                counts[receipt["outcome"]] = counts.get(receipt["outcome"], 0) + 1
        return counts
