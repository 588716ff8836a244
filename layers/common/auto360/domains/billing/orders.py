"""Tier orders: our row first, then the bank; reading and cancelling payments."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from pydantic import Field, field_validator

from auto360.core.identity import Principal
from auto360.core.messages import Language
from auto360.core.pagination import Page
from auto360.core.refusals import accepted
from auto360.core.refusals.billing import BankNotOffered, BankUnavailable
from auto360.core.settings import EnvSettings
from auto360.domains.billing.reports import PaymentAttempt
from auto360.domains.billing.risk import RiskPolicy
from auto360.domains.billing.settlement import Actor, Settlement
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.payment_orders import (
    payment_attempt_failed,
    payment_attempt_opened,
    payment_open,
)
from auto360.providers.database.functions.payment_reading import payment_cancel, payment_read
from auto360.providers.database.pages import newest_first
from auto360.providers.payments import Bank, BankFailure, Order, OrderRef, callback_path

CREATE_SECONDS = 9.0
CANCEL_SECONDS = 4.0
_HISTORY = (
    "id,amount,amount_tyiyn,currency,payment_type,description,status,state,tier,bank:payment_method,metadata,"
    "refunded_tyiyn,completed_at,created_at"
)


class OrderPolicy(EnvSettings):
    """Lifetime of an order, and the polling interval while a client waits.

    `payment_preparing_seconds` exceeds the time-out at the bank: a request older than that counts as crashed.
    """

    payment_open_seconds: int = Field(3600, ge=300, le=86400)
    payment_preparing_seconds: int = Field(12, ge=10, le=60)
    payment_query_seconds: int = Field(12, ge=10, le=60)
    payment_max_attempts: int = Field(40, ge=1, le=1000)


class PaymentAddresses(EnvSettings):
    """Addresses for bank webhooks and for the payer's return: https, or this machine.

    Appended: `/webhooks/payments/<bank>` to `bank_webhooks_url`, `?payment=<id>` to `payment_return_url`.
    """

    bank_webhooks_url: str
    payment_return_url: str

    @field_validator("bank_webhooks_url", "payment_return_url")
    @classmethod
    def _over_tls(cls, value: str) -> str:
        if not value.startswith(("https://", "http://127.0.0.1:")) or not set("?#;").isdisjoint(value):
            raise ValueError("must begin with https:// and have no query and no semicolon")
        return value.rstrip("/")

    def callback(self, bank: str) -> str:
        """Return the webhook address of a bank."""
        return self.bank_webhooks_url + callback_path(bank)

    def back(self, payment_id: str) -> str:
        """Return the payer's return address. It proves nothing; the app queries the payment afterwards."""
        return f"{self.payment_return_url}?payment={quote(payment_id)}"


@dataclass(frozen=True)
class Payer:
    """Paying user and client. `device_id` is the app's installation id; empty if unknown."""

    principal: Principal
    address: str
    device_id: str
    language: Language
    request_id: str

    @property
    def actor(self) -> Actor:
        """Return the actor for the payment's history."""
        return {"kind": "user", "user_id": self.principal.user_id, "request_id": self.request_id}


@dataclass(frozen=True)
class Orders:
    """Payment use cases and their dependencies."""

    database: Database
    settlement: Settlement
    addresses: PaymentAddresses
    policy: OrderPolicy
    risk: RiskPolicy

    def open(self, payer: Payer, *, tier: str, bank: str, key: str | None, keep_card: bool = False) -> Row:
        """Order a tier at a bank and return the ways to pay. The price is the server's.

        Repeated with the same key, or while an order of the same tier at this bank is open, it is the same payment;
        ways to pay that are still valid are returned again, else a new order is made at the bank.

        Raises BankNotOffered, BankUnavailable, TierNotForSale, TierNeedsOffer, TierBelowCurrent, PaymentRefused,
        PaymentBeingPrepared, IdempotencyKeyReused, RateLimited, AccountBlocked, AuthenticationRequired.
        """
        chosen = self.settlement.banks.for_order(bank)
        opened = accepted(
            payment_open(
                self.database,
                user_id=payer.principal.user_id,
                order=self._order(payer, tier=tier, bank=chosen.name, keep_card=keep_card and bool(chosen.debits)),
                key=f"key:{key}" if key else f"open:{uuid4()}",
                risk=self.risk.question(
                    address=payer.address, device_id=payer.device_id, secrets=self.settlement.secrets
                ),
            )
        )
        if "ask" not in opened:
            return dict(opened["payment"])
        return self._order_at_bank(chosen, opened["ask"], payer, payment_id=opened["payment"]["id"])

    def read(self, payer: Payer, payment_id: str) -> Row:
        """Return a payment; polls its bank while it is unpaid, at most at the allowed rate. Raises NotFound."""
        answer = accepted(
            payment_read(
                self.database,
                user_id=payer.principal.user_id,
                payment_id=payment_id,
                ask_seconds=self.policy.payment_query_seconds,
            )
        )
        payment: Row = answer["payment"]
        for row in answer["ask"]:
            settled = self.settlement.query_and_settle(PaymentAttempt.of(row), actor=payer.actor)
            payment = settled["payment"] if settled else payment
        return payment

    def history(self, principal: Principal, *, cursor: str | None, limit: int) -> Page:
        """Return a page of the caller's payments, newest first, read with the caller's token."""
        query = {"select": _HISTORY, **newest_first(cursor, order="payments", limit=limit)}
        rows = self.database.select("payments", query, user_token=principal.token)
        return Page.cut(rows, limit=limit, order="payments", time="created_at")

    def cancel(self, payer: Payer, payment_id: str) -> Row:
        """Cancel a payment, at its bank too where possible. Money that arrives anyway is recognised.

        Raises NotFound, PaymentNotOpen.
        """
        answer = accepted(
            payment_cancel(
                self.database, user_id=payer.principal.user_id, payment_id=payment_id, actor=dict(payer.actor)
            )
        )
        self._withdraw(answer["withdraw"])
        return dict(answer["payment"])

    def _order(self, payer: Payer, *, tier: str, bank: str, keep_card: bool) -> dict[str, Any]:
        return {
            "tier": tier,
            "bank": bank,
            "keep_card": keep_card,
            "seconds": self.policy.payment_open_seconds,
            "preparing_seconds": self.policy.payment_preparing_seconds,
            "max_attempts": self.policy.payment_max_attempts,
            "actor": dict(payer.actor),
        }

    def _order_at_bank(self, bank: Bank, ask: Mapping[str, Any], payer: Payer, *, payment_id: str) -> Row:
        """Create the order of a stored row at the bank, and record the result or the failure."""
        order = Order(
            attempt_id=ask["attempt_id"],
            amount_tyiyn=ask["amount_tyiyn"],
            description=ask["description"],
            callback_url=self.addresses.callback(bank.name),
            return_url=self.addresses.back(payment_id),
            lifetime=timedelta(seconds=ask["seconds"]),
            language=payer.language,
            keep_card=ask["keep_card"],
        )
        if not bank.capabilities.min_tyiyn <= order.amount_tyiyn <= bank.capabilities.max_tyiyn:
            payment_attempt_failed(
                self.database,
                attempt_id=order.attempt_id,
                actor=dict(payer.actor),
                outcome="refused",
                code="amount_beyond_limits",
            )
            raise BankNotOffered
        try:
            made = bank.orders.create(order, timeout=CREATE_SECONDS)
        except BankFailure as failure:
            payment_attempt_failed(
                self.database,
                attempt_id=order.attempt_id,
                actor=dict(payer.actor),
                outcome=failure.outcome,
                code=failure.bank_code,
            )
            raise BankUnavailable(retry_after=5) from failure
        given = asdict(made) | {"expires_at": made.expires_at.isoformat()}
        opened = accepted(
            payment_attempt_opened(self.database, attempt_id=order.attempt_id, actor=dict(payer.actor), made=given)
        )
        return dict(opened["payment"])

    def _withdraw(self, orders: Sequence[Mapping[str, Any]]) -> None:
        for row in orders:
            bank = self.settlement.banks.named(row["bank"])
            if bank is not None and bank.cancels is not None and row["provider_ref"]:
                # If the bank refuses or does not answer, the timer recovers the money all the same.
                with contextlib.suppress(BankFailure):
                    bank.cancels.cancel(OrderRef(row["attempt_id"], row["provider_ref"]), timeout=CANCEL_SECONDS)
