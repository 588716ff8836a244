"""Values exchanged with banks. Money is a whole number of tyiyn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal


class OrderState(StrEnum):
    """State of an order at the bank. Unknown words of a bank are PENDING."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    REFUND_PENDING = "refund_pending"
    REFUNDED = "refunded"


class WebhookAuthenticity(StrEnum):
    """Trust in a webhook.

    VERIFIED: a signature proves the sender. UNVERIFIED: a reason to query the bank. REJECTED: not read.
    """

    VERIFIED = "proof"
    UNVERIFIED = "hint"
    REJECTED = "reject"


class PaymentOutcome(StrEnum):
    """Result of a verified webhook: TAKEN (also when seen before), REFUSED for good, LATER if it should repeat."""

    TAKEN = "taken"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True)
class Order:
    """Order to create.

    `attempt_id` is the uuid of our row, which is written before the request. The bank gets it, or a short form
    of it, wherever it accepts our id. `callback_url` is the address of webhooks, `return_url` that of the payer's
    browser afterwards; both are https. `keep_card` requests a token for later debits, where supported.
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
    """Link that opens one bank's app with the order in it."""

    code: str
    name: str
    url: str


@dataclass(frozen=True)
class NewOrder:
    """Order as the bank created it.

    `provider_ref` is the bank's id if it returns one, else ours in the bank's form. `qr_text` is the content of the QR
    picture (`qr_codes`), checked for the right amount. `redirect_url` is https at an allowed host.
    After `expires_at` the bank should accept no money for it.
    """

    provider_ref: str
    expires_at: datetime
    redirect_url: str | None = None
    qr_text: str | None = None
    deep_links: tuple[DeepLink, ...] = ()


@dataclass(frozen=True)
class OrderRef:
    """Reference of an order in queries: our id, and the bank's where known.

    Without `provider_ref` (the answer to `create` was lost) some banks still find the order; the others raise
    OrderUnknown, and only a daily statement contains them.
    """

    attempt_id: str
    provider_ref: str | None


@dataclass(frozen=True)
class OrderStatus:
    """Bank's answer to a query.

    `amount_tyiyn` is the paid sum, the total where one order was paid twice. For a PAID order it is None only at
    a bank that never reports it (Bakai): its codes were checked to be payable in full only.
    `transaction_id` is the bank's number of the movement of money. `payer_phone` is for counting, never for deciding
    the order; for that use `attempt_id`, our id as stored by the bank with the order, if it does.
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
    attempt_id: str | None = None


@dataclass(frozen=True)
class Callback:
    """Webhook as received. `path` as requested, header names in lower case, the body byte for byte.

    `path_secret` follows the bank's name in the path; None at the plain address.
    """

    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    path_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class SavedCard:
    """Token for later debits: store it encrypted (`auto360.core.encrypted_fields`). No card number."""

    token: str = field(repr=False)
    last_digits: str | None
    expires_at: datetime | None


@dataclass(frozen=True)
class Notification:
    """Content of a webhook. Its trust is the result of `verify`; `event_key` is the same for repeats."""

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
    """Response in the bank's form."""

    status: int
    body: str = ""
    content_type: str = "application/json"


@dataclass(frozen=True)
class Refund:
    """Refund as the bank accepted it. Unless `is_done`: query the order until it is REFUNDED or shows the sum."""

    provider_ref: str
    is_done: bool


@dataclass(frozen=True)
class ListedPayment:
    """Line of a bank's statement. `provider_ref` is None where a line names the order by our id alone."""

    provider_ref: str | None
    attempt_id: str | None
    state: OrderState
    amount_tyiyn: int
    paid_at: datetime | None
    transaction_id: str | None = None


@dataclass(frozen=True)
class Capabilities:
    """Features of a bank. `trust` is the maximum of its webhooks; amounts in tyiyn.

    `refund` is the way of refunds: by API in full or in parts, or manually in the bank's cabinet. `order_id`: True
    if the bank finds an order by our id alone (see OrderRef). `secret_path`: the bank's webhooks use a path that ends
    with a secret; no other bank has such an address.
    """

    signature: Literal["odengi_hmac_md5", "basic", "none", "pg_sig"]
    trust: WebhookAuthenticity
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
    min_tyiyn: int
    max_tyiyn: int
    lifetime: timedelta

    @property
    def secret_path(self) -> bool:
        """Return True where webhooks come to a secret path: the bank neither signs nor logs in."""
        return self.signature == "none"


def callback_path(bank: str) -> str:
    """Return the path for a bank's webhooks; a secret may follow it (`Capabilities.secret_path`)."""
    return f"/webhooks/payments/{bank}"
