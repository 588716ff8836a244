"""Reconciliation timer: recovers payments after a lost webhook or a crashed process."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from auto360.domains.billing import reports
from auto360.domains.billing.notifications import Notices
from auto360.domains.billing.refunds import Refunding
from auto360.domains.billing.reports import PaymentAttempt
from auto360.domains.billing.settlement import Settlement
from auto360.domains.billing.webhooks import BankWebhooks, StoredCall
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.payment_settlement import payment_orphan_found
from auto360.providers.database.functions.payment_upkeep import (
    payment_checks_due,
    payment_compare,
    payment_comparison_finish,
    payment_comparisons_due,
    payment_expire,
    payment_webhooks_open,
)
from auto360.providers.database.lease import lease
from auto360.providers.payments import BankFailure, Lists, OrderState, WebhookAuthenticity

_ACTOR = {"kind": "timer"}
_BATCH = 50
_LIST_SECONDS = 40.0
_DAYS_BACK = 3
# Longer than a run, shorter than the cost of two missed minutes.
_LEASE_SECONDS = 110
# Banks' clocks and ours differ: their list is read some hours beyond the day.
_MARGIN = timedelta(hours=3)


@dataclass(frozen=True)
class Reconciler:
    """Polls payments, finishes stored webhooks and compares daily statements, within the time of one run."""

    database: Database
    settlement: Settlement
    calls: BankWebhooks
    refunding: Refunding
    notices: Notices
    run_seconds: float = 45.0
    seconds: Callable[[], float] = time.monotonic

    def run(self) -> dict[str, int]:
        """Run one round; returns counts of queries, changes, expiries, webhooks, refunds, SMS, days and gaps.

        Work that does not fit is left to the next run. Does nothing while another run holds the lease or the job is
        paused.
        """
        with lease(self.database, "payment_reconciler", seconds=_LEASE_SECONDS) as is_ours:
            return self._work() if is_ours else {"skipped": 1}

    def _work(self) -> dict[str, int]:
        ends_at = self.seconds() + self.run_seconds
        counts = {"asked": 0, "changed": 0, "expired": 0, "calls": 0, "refunds": 0, "sms": 0, "compared": 0, "gaps": 0}
        self._finish_calls(counts, ends_at)
        for due in self._due(ends_at):
            self._check(due, counts)
        if self.seconds() < ends_at:
            counts["refunds"] = self.refunding.work_off()
        counts["sms"] = self.notices.send(may_go_on=lambda: self.seconds() < ends_at)
        self._compare_days(counts, ends_at)
        return counts

    def _due(self, ends_at: float) -> Iterator[Row]:
        """Yield payments to poll, claimed in small batches; a killed run's claims expire."""
        while self.seconds() < ends_at:
            batch: list[Row] = payment_checks_due(self.database, limit=_BATCH)
            yield from batch
            if len(batch) < _BATCH:
                return

    def _check(self, due: Row, counts: dict[str, int]) -> None:
        answered = True
        for row in due["ask"]:
            settled = self.settlement.query_and_settle(PaymentAttempt.of(row), actor=_ACTOR)
            counts["asked"] += 1
            counts["changed"] += bool(settled and settled["changed"])
            answered = answered and (settled is not None or row["provider_ref"] is None)
        # A silent bank may hold the money: close its payment only after its last query.
        if due["is_over"] and (answered or due["is_last"]):
            counts["expired"] += bool(payment_expire(self.database, payment_id=due["payment_id"], actor=_ACTOR))

    def _finish_calls(self, counts: dict[str, int], ends_at: float) -> None:
        for row in payment_webhooks_open(self.database, limit=_BATCH):
            bank = self.settlement.banks.named(row["bank"])
            if bank is None or self.seconds() > ends_at:
                continue
            told = reports.notification_of(row["report"])
            attempt = PaymentAttempt.of(row["attempt"]) if row["attempt"] else None
            call = StoredCall(row["event_id"], told, WebhookAuthenticity(row["trust"]), attempt, is_old=row["is_old"])
            self.calls.act(call, bank, actor=_ACTOR)
            counts["calls"] += 1

    def _compare_days(self, counts: dict[str, int], ends_at: float) -> None:
        with_lists = [name for name in self.settlement.banks.connected if self._lists_of(name) is not None]
        if not with_lists or self.seconds() > ends_at:
            return
        due = payment_comparisons_due(self.database, banks=with_lists, days=_DAYS_BACK)
        for row in due:
            lists = self._lists_of(row["bank"])
            if lists is not None and self.seconds() < ends_at:
                counts["compared"] += 1
                counts["gaps"] += self._compare(row["bank"], lists, row)

    def _lists_of(self, name: str) -> Lists | None:
        bank = self.settlement.banks.named(name)
        return None if bank is None else bank.lists

    def _compare(self, bank: str, lists: Lists, row: Row) -> int:
        """Settle lines of a daily statement that we lack, and record the comparison. Returns remaining gaps."""
        since, until = (datetime.fromisoformat(row[name]) for name in ("since", "until"))
        try:
            lines = lists.payments(since=since - _MARGIN, until=until + _MARGIN, timeout=_LIST_SECONDS)
            listed = [reports.of_line(line) for line in lines]
        except BankFailure:
            return 0
        for line in payment_compare(self.database, provider=bank, listed=listed):
            self._act_on_line(bank, line)
        gaps: int = payment_comparison_finish(self.database, provider=bank, day=row["day"], listed=listed)["gaps"]
        return gaps

    def _act_on_line(self, bank: str, line: Row) -> None:
        attempt_id = line["attempt_id"]
        if attempt_id is not None:
            self.settlement.settle(attempt_id, line, actor=_ACTOR)
        elif line["state"] == OrderState.PAID:
            payment_orphan_found(
                self.database,
                provider=bank,
                report=line,
                is_money=True,
                event_id=None,
                outcome="in the bank's list",
            )
