"""The port to banks: what every bank can do for us, what some can, and the ways in which asking them can fail.

An order is one attempt to be paid at one bank. Money is a whole number of tyiyn; each provider converts exactly.

BankFailure
├── BankRefused       they said no: nothing was made or changed
├── BankUnreachable   they were not asked, or broke before doing anything: the same call may be repeated
├── BankUncertain     they may have done it: ask for the order before trying anything else
├── OrderUnknown      they know no such order
├── AnswerUnsafe      they made an order that must not be shown: another amount, a foreign address, an editable QR
└── NotSupported      this bank offers no such call

CallbackUnreadable    a bank's call passed the check, but says nothing that we understand
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
    """Making an order and asking for it. `timeout` is in seconds and bounds all tries together."""

    def create(self, order: Order, *, timeout: float) -> NewOrder:
        """Have the bank make an order. Raises BankFailure; only BankUnreachable may be repeated without asking."""

    def query(self, ref: OrderRef, *, timeout: float) -> OrderStatus:
        """Where the order stands. Raises BankFailure."""


class Callbacks(Protocol):
    """A bank's calls: first `verify`, then `parse`, at last `ack`. A rejected call reaches neither of the two."""

    def verify(self, callback: Callback) -> WebhookAuthenticity:
        """What the call is worth. Never raises: anything unexpected is REJECT, and so is a secret that is not set."""

    def parse(self, callback: Callback) -> Notification:
        """What the call says. Raises CallbackUnreadable."""

    def ack(self, outcome: PaymentOutcome, callback: Callback, /) -> CallbackAnswer:
        """Answer a verified call so that the bank stops, or repeats. Works for any body.

        May be signed with the bank's secret, so it holds nothing that the caller has chosen.
        """


class Cancels(Protocol):
    """Withdrawing an unpaid order."""

    def cancel(self, ref: OrderRef, *, timeout: float) -> None:
        """Make it unpayable. Raises BankRefused when it cannot be withdrawn any more, and other BankFailure."""


class Refunds(Protocol):
    """Giving money back by call."""

    def refund(self, ref: OrderRef, *, amount_tyiyn: int, refund_id: str, timeout: float) -> Refund:
        """Give back all or a part. Raises BankFailure; after BankUncertain ask for the order before repeating."""


class Lists(Protocol):
    """The bank's own list of what came in."""

    def payments(self, *, since: datetime, until: datetime, timeout: float) -> Iterator[ListedPayment]:
        """What was made or paid in a span of time, page by page. Raises BankFailure while it is read."""


class Debits(Protocol):
    """Taking money by a saved token, without the payer."""

    def charge(self, order: Order, *, token: str, timeout: float) -> NewOrder:
        """Order a debit. An answer means accepted, not paid: ask for it. Raises BankFailure; lasting: token is dead."""


@dataclass(frozen=True)
class Bank:
    """One bank: its name as in `payments.payment_method`, and its parts; None is what it does not offer."""

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
