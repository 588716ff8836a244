"""Port to banks: operations that every bank offers, optional ones, and the failures of a call.

An order is one attempt to be paid at one bank. Money is a whole number of tyiyn; each provider converts exactly.

BankFailure
├── BankRefused       refused: nothing was made or changed
├── BankUnreachable   not sent, or failed before doing anything: the same call may be repeated
├── BankUncertain     perhaps executed: query the order before trying anything else
├── OrderUnknown      no such order at the bank
├── AnswerUnsafe      order made that must not be shown: another amount, a foreign address, an editable QR
└── NotSupported      the bank offers no such call

CallbackUnreadable    webhook verified, but with unknown content
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from auto360.providers.payments.failures import (
    AnswerUnsafe,
    BankFailure,
    BankRefused,
    BankUncertain,
    BankUnreachable,
    CallbackUnreadable,
    NotSupported,
    OrderUnknown,
)
from auto360.providers.payments.values import (
    Callback,
    CallbackAnswer,
    Capabilities,
    DeepLink,
    ListedPayment,
    NewOrder,
    Notification,
    Order,
    OrderRef,
    OrderState,
    OrderStatus,
    PaymentOutcome,
    Refund,
    SavedCard,
    WebhookAuthenticity,
    callback_path,
)

__all__ = [
    "AnswerUnsafe",
    "Bank",
    "BankFailure",
    "BankRefused",
    "BankUncertain",
    "BankUnreachable",
    "Callback",
    "CallbackAnswer",
    "CallbackUnreadable",
    "Callbacks",
    "Cancels",
    "Capabilities",
    "Debits",
    "DeepLink",
    "ListedPayment",
    "Lists",
    "NewOrder",
    "NotSupported",
    "Notification",
    "Order",
    "OrderProvider",
    "OrderRef",
    "OrderState",
    "OrderStatus",
    "OrderUnknown",
    "PaymentOutcome",
    "Refund",
    "Refunds",
    "SavedCard",
    "WebhookAuthenticity",
    "callback_path",
]


class OrderProvider(Protocol):
    """Creates and queries orders. `timeout` is in seconds and bounds all tries together."""

    def create(self, order: Order, *, timeout: float) -> NewOrder:
        """Create an order at the bank. Raises BankFailure; only BankUnreachable may be repeated without a query."""

    def query(self, ref: OrderRef, *, timeout: float) -> OrderStatus:
        """Return the state of the order. Raises BankFailure."""


class Callbacks(Protocol):
    """Webhooks of a bank: first `verify`, then `parse`, then `ack`. A rejected one reaches neither of the latter."""

    def verify(self, callback: Callback) -> WebhookAuthenticity:
        """Return the trust in a webhook.

        Never raises: anything unexpected, or an unset secret, is REJECTED.
        """

    def parse(self, callback: Callback) -> Notification:
        """Parse the webhook. Raises CallbackUnreadable."""

    def ack(self, outcome: PaymentOutcome, callback: Callback, /) -> CallbackAnswer:
        """Build the response that makes the bank stop or repeat. Accepts any body.

        May be signed with the bank's secret, so it echoes no text of the caller.
        """


class Cancels(Protocol):
    """Cancels unpaid orders."""

    def cancel(self, ref: OrderRef, *, timeout: float) -> None:
        """Make an order unpayable. Raises BankRefused when it can no longer be cancelled, and other BankFailure."""


class Refunds(Protocol):
    """Refunds through the bank's API."""

    def refund(self, ref: OrderRef, *, amount_tyiyn: int, refund_id: str, timeout: float) -> Refund:
        """Refund all or a part. Raises BankFailure; after BankUncertain query the order before repeating."""


class Lists(Protocol):
    """Statements of the bank."""

    def payments(self, *, since: datetime, until: datetime, timeout: float) -> Iterator[ListedPayment]:
        """Yield payments made in a span of time, page by page. Raises BankFailure while iterating."""


class Debits(Protocol):
    """Debits of saved cards, without the payer."""

    def charge(self, order: Order, *, token: str, timeout: float) -> NewOrder:
        """Order a debit. An answer means accepted, not paid: query it.

        Raises BankFailure; lasting: the token is dead.
        """


@dataclass(frozen=True)
class Bank:
    """Bank: its name as in `payments.payment_method`, and its parts; None marks an operation that it lacks."""

    name: str
    title: str
    capabilities: Capabilities
    orders: OrderProvider
    callbacks: Callbacks
    cancels: Cancels | None = None
    refunds: Refunds | None = None
    lists: Lists | None = None
    debits: Debits | None = None
    is_test: bool = False
