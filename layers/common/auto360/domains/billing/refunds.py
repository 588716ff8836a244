"""Refunds through banks' APIs: sent once, then polled until the money has gone."""

from dataclasses import dataclass
from typing import Any

from auto360.core.refusals import accepted
from auto360.domains.billing.reports import PaymentAttempt
from auto360.domains.billing.settlement import Actor, Settlement
from auto360.providers.database import Database
from auto360.providers.database.functions.refunds import refund_begin, refund_end, refunds_approved, refunds_to_ask
from auto360.providers.payments import BankFailure, BankRefused, BankUnreachable, NotSupported

REFUND_SECONDS = 10.0
_ACTOR: Actor = {"kind": "timer"}
_BATCH = 20


@dataclass(frozen=True)
class Refunding:
    """Refund use cases and their dependencies."""

    database: Database
    settlement: Settlement

    def kind_at(self, bank_name: str) -> str:
        """Return `automatic` where the bank refunds through its API, else `manual`: a task in its cabinet."""
        bank = self.settlement.banks.named(bank_name)
        return "automatic" if bank is not None and bank.refunds is not None else "manual"

    def send(self, refund_id: str, *, actor: Actor) -> dict[str, Any]:
        """Send an approved refund to its bank; returns the refund as it stands then.

        It is marked before the call. Without an answer the refund is queried, never sent again. Raises
        RefundDecided, RefundTooLarge where it is larger than any single order.
        """
        begun = accepted(refund_begin(self.database, refund_id=refund_id))
        attempt = PaymentAttempt.of(begun["attempt"])
        outcome, ref, reason = self._call(attempt, begun["amount_tyiyn"], refund_id)
        ended: dict[str, Any] = refund_end(
            self.database, refund_id=refund_id, outcome=outcome, ref=ref, reason=reason, actor=dict(actor)
        )
        refund: dict[str, Any] = ended["refund"]
        return refund

    def work_off(self) -> int:
        """Send approved refunds and poll sent ones; returns their number."""
        approved: list[str] = refunds_approved(self.database, limit=_BATCH)
        for refund_id in approved:
            self.send(refund_id, actor=_ACTOR)
        sent = refunds_to_ask(self.database, limit=_BATCH)
        for row in sent:
            self.settlement.query_and_settle(PaymentAttempt.of(row), actor=_ACTOR)
        return len(approved) + len(sent)

    def _call(self, attempt: PaymentAttempt, amount_tyiyn: int, refund_id: str) -> tuple[str, str | None, str | None]:
        bank = self.settlement.banks.named(attempt.bank)
        if bank is None or bank.refunds is None:
            return "refused", None, "no refund by call"
        try:
            made = bank.refunds.refund(
                attempt.ref, amount_tyiyn=amount_tyiyn, refund_id=refund_id, timeout=REFUND_SECONDS
            )
        except (BankRefused, NotSupported) as failure:
            return "refused", None, failure.bank_code
        except BankUnreachable as failure:
            return "again", None, failure.bank_code
        except BankFailure as failure:
            return "unknown", None, failure.bank_code
        return ("done" if made.is_done else "taken"), made.provider_ref, None
