"""The port to banks: what every bank can do for us, what some can, and the ways in which asking them can fail.

An order is one attempt to be paid at one bank. Money is a whole number of tyiyn; each supplier converts exactly.

BankFailure
├── BankRefused       they said no: nothing was made or changed
├── BankUnreachable   they were not asked, or broke before doing anything: the same call may be repeated
├── BankUncertain     they may have done it: ask for the order before trying anything else
├── OrderUnknown      they know no such order
├── AnswerUnsafe      they made an order that must not be shown: another amount, a foreign address, an editable QR
└── NotSupported      this bank offers no such call

CallbackUnreadable    a bank's call passed the check, but says nothing that we understand
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol


class BankFailure(Exception):
    """A bank did not certainly do what it was asked.

    `bank_code` is for operators, never for users; at most 40 characters, never the bank's text. `lasting` failures
    cannot mend themselves (key, contract, settings).
    """

    outcome = "unknown"

    def __init__(self, bank_code: str, *, lasting: bool = False) -> None:
        super().__init__(bank_code[:40])
        self.bank_code, self.lasting = bank_code[:40], lasting


class BankRefused(BankFailure):
    """They said no."""

    outcome = "refused"


class BankUnreachable(BankFailure):
    """Not asked, or broken before anything was done."""

    outcome = "unreachable"


class BankUncertain(BankFailure):
    """Perhaps done: no answer in time, or one that we cannot read."""

    outcome = "unknown"


class OrderUnknown(BankFailure):
    """The bank has no order under this reference (any more, or yet)."""

    outcome = "order_unknown"


class AnswerUnsafe(BankFailure):
    """An order was made, but what the bank gave for it must not reach a person. Nobody sees it, so nobody pays it."""

    outcome = "unsafe"


class NotSupported(BankFailure):
    """This bank offers no such call; its parts and `Capabilities` say so beforehand."""

    outcome = "not_supported"


class CallbackUnreadable(Exception):
    """The body of a bank's call says nothing that we understand. Never holds the body."""


class OrderState(StrEnum):
    """Where an order stands at the bank. What a bank calls by a word that we do not know is PENDING."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    REFUND_PENDING = "refund_pending"
    REFUNDED = "refunded"


class Trust(StrEnum):
    """What a bank's call is worth: PROOF may be acted upon, HINT only makes us ask the bank, REJECT is not read."""

    PROOF = "proof"
    HINT = "hint"
    REJECT = "reject"


class Outcome(StrEnum):
    """What we did with a bank's call: TAKEN (also when seen before), REFUSED for good, LATER if it should repeat."""

    TAKEN = "taken"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True)
class Order:
    """What is to be paid.

    `attempt_id` is the uuid of our row, which is written before the bank is asked. The bank gets it, or a short form
    of it, wherever it takes an id of ours. `callback_url` is where the bank calls us, `return_url` where the payer's
    browser goes afterwards; both are https. `keep_card` asks for a token for later debits, where there is one.
    """

    attempt_id: str
    amount_tyiyn: int
    description: str
    callback_url: str
    return_url: str
    lifetime: timedelta
    language: Literal["ru", "ky", "en"] = "ru"
    keep_card: bool = False


@dataclass(frozen=True)
class DeepLink:
    """A link that opens one bank's app with the order in it."""

    code: str
    name: str
    url: str


@dataclass(frozen=True)
class NewOrder:
    """An order as the bank made it.

    `provider_ref` is the bank's id where it gives one, else ours as the bank knows it. `qr_text` is what the QR
    picture holds (`auto360.banks.pictures`); it was checked to ask for the right amount. `redirect_url` is https at
    an allowed host. After `expires_at` the bank takes no money for it, as far as it promises.
    """

    provider_ref: str
    expires_at: datetime
    redirect_url: str | None = None
    qr_text: str | None = None
    deep_links: tuple[DeepLink, ...] = ()


@dataclass(frozen=True)
class OrderRef:
    """How an order is named when a bank is asked: by our id, and by the bank's where we have it.

    Without `provider_ref` (the answer to `create` was lost) some banks still find the order; the others raise
    OrderUnknown, and only a list of the day tells.
    """

    attempt_id: str
    provider_ref: str | None


@dataclass(frozen=True)
class OrderStatus:
    """The bank's answer to a question of ours.

    `amount_tyiyn` is what was really paid, the sum where one order was paid twice; None where the bank does not say.
    `transaction_id` is the bank's number of the movement of money. `payer_phone` is for counting, never for deciding
    whose payment it is.
    """

    state: OrderState
    provider_ref: str | None
    amount_tyiyn: int | None
    currency: str | None
    paid_at: datetime | None = None
    transaction_id: str | None = None
    refunded_tyiyn: int = 0
    is_test: bool | None = None
    payer_phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Callback:
    """A call of a bank as it came. `path` as requested, header names in lower case, the body byte for byte.

    `path_secret` is the last part of the path for banks that sign nothing.
    """

    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    path_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class SavedCard:
    """A token for later debits: store it encrypted (`auto360.stored_secrets`). No card number."""

    token: str = field(repr=False)
    last_digits: str | None
    expires_at: datetime | None


@dataclass(frozen=True)
class Notification:
    """What a bank's call says. As trustworthy as `verify` found the call; `event_key` is the same for repeats."""

    event_key: str
    state: OrderState
    attempt_id: str | None
    provider_ref: str | None
    amount_tyiyn: int | None
    currency: str | None
    transaction_id: str | None = None
    is_test: bool | None = None
    saved_card: SavedCard | None = None


@dataclass(frozen=True)
class CallbackAnswer:
    """What the bank wants to hear."""

    status: int
    body: str = ""
    content_type: str = "application/json"


@dataclass(frozen=True)
class Refund:
    """A refund as the bank took it. Not `is_done`: ask for the order until it is REFUNDED or shows the sum."""

    provider_ref: str
    is_done: bool


@dataclass(frozen=True)
class ListedPayment:
    """One line of a bank's list."""

    provider_ref: str
    attempt_id: str | None
    state: OrderState
    amount_tyiyn: int
    paid_at: datetime | None
    transaction_id: str | None = None
    refunded_at: datetime | None = None


@dataclass(frozen=True)
class Capabilities:
    """What is to be expected of a bank. `trust` is the most that its calls are worth; amounts in tyiyn.

    `refund` says how money goes back: by call in full or in parts, or by hand in the bank's cabinet.
    `order_id` tells whether the bank finds an order by our id alone (see OrderRef).
    """

    signature: Literal["odengi_hmac_md5", "basic", "none", "pg_sig"]
    trust: Trust
    unit: Literal["tyiyn", "som"]
    query: bool
    order_id: bool
    cancel: bool
    refund: Literal["none", "full", "partial", "manual"]
    recurring: bool
    lists: bool
    qr: bool
    deep_links: bool
    redirect: bool
    least_tyiyn: int
    most_tyiyn: int
    lifetime: timedelta


class Orders(Protocol):
    """Making an order and asking for it. `timeout` is in seconds and bounds all tries together."""

    def create(self, order: Order, *, timeout: float) -> NewOrder:
        """Have the bank make an order. Raises BankFailure; only BankUnreachable may be repeated without asking."""

    def query(self, ref: OrderRef, *, timeout: float) -> OrderStatus:
        """Where the order stands. Raises BankFailure."""


class Callbacks(Protocol):
    """A bank's calls: first `verify`, then `parse`, at last `ack`."""

    def verify(self, callback: Callback) -> Trust:
        """What the call is worth. Never raises: anything unexpected is REJECT, and so is a secret that is not set."""

    def parse(self, callback: Callback) -> Notification:
        """What the call says. Raises CallbackUnreadable."""

    def ack(self, outcome: Outcome, callback: Callback) -> CallbackAnswer:
        """The answer that makes the bank stop, or repeat. Works for any body, also for a rejected one."""


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
    orders: Orders
    callbacks: Callbacks
    cancels: Cancels | None = None
    refunds: Refunds | None = None
    lists: Lists | None = None
    debits: Debits | None = None
    is_test: bool = False
