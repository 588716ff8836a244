"""Port to SMS providers, and the failures of sending a message.

SmsFailure
├── SmsRefused       refused, so not accepted: use the next provider
├── SmsUnreachable   not sent, or failed: repeat with the same id, then the next provider
├── SmsUncertain     perhaps accepted: repeat with the same id, query, and only then the next provider
└── SmsBadNumber     the number cannot receive SMS anywhere: no other provider
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class SmsAccepted:
    """Accepted message: billed segments, and the cost in tyiyn, if the provider reports it."""

    parts: int
    cost_tyiyn: int | None


ReportState = Literal["pending", "delivered", "failed", "unknown"]
"""State of a message; all but `pending` are final, and `unknown` will never be resolved."""


@dataclass(frozen=True)
class SmsReport:
    """Delivery receipt of a message. `provider_code` is for staff, never for users."""

    state: ReportState
    provider_code: str


@dataclass(frozen=True)
class PushedReport:
    """Delivery receipt from a webhook: message id at the provider, and phone (E.164)."""

    message_id: str
    phone: str
    report: SmsReport


@dataclass(frozen=True)
class SmsAccount:
    """Account at a provider, in whole tyiyn after conversion. The price is per segment, if known."""

    balance_tyiyn: int
    price_tyiyn: int | None = None


class SmsPushRefused(Exception):
    """Webhook body malformed, or not signed by the provider."""


class SmsFailure(Exception):
    """Message not certainly accepted.

    `provider_code` is for staff, never for users. `lasting` failures need a repair (login, address,
    money) and open the circuit at once. `repeat` is False where a repetition cannot help.
    """

    outcome = "unknown"

    def __init__(self, provider_code: str, *, lasting: bool = False, repeat: bool = True) -> None:
        super().__init__(provider_code)
        self.provider_code, self.lasting, self.repeat = provider_code, lasting, repeat


class SmsRefused(SmsFailure):
    """Message refused."""

    outcome = "refused"


class SmsUnreachable(SmsFailure):
    """Request not sent, or the provider failed before accepting."""

    outcome = "unreachable"


class SmsUncertain(SmsFailure):
    """Message perhaps accepted: no answer in time, an unreadable one, or an ambiguous one."""

    outcome = "unknown"


class SmsBadNumber(SmsFailure):
    """Number cannot receive SMS."""

    outcome = "bad_number"


class SmsProvider(Protocol):
    """SMS provider."""

    name: str

    def message_id(self, sms_id: str) -> str:
        """Return our id of an SMS in the provider's form; deterministic."""

    def send(self, phone: str, text: str, *, message_id: str, timeout: float) -> SmsAccepted:
        """Send a message within `timeout` seconds. Idempotent by `message_id`. Raises SmsFailure."""

    def has_accepted(self, phone: str, *, message_id: str, timeout: float) -> bool | None:
        """Return True when a message of this id was accepted; None when the provider does not report it."""

    def report(self, phone: str, *, message_id: str, timeout: float) -> SmsReport | None:
        """Return the delivery receipt; None for an unknown message. Raises SmsFailure."""

    def account(self, *, timeout: float) -> SmsAccount:
        """Return balance and price. Raises SmsFailure."""


class SmsPushReader(Protocol):
    """Reads delivery webhooks of one provider. `is_proof`: signed; otherwise a hint that causes a query."""

    is_proof: bool

    def read(self, body: bytes) -> Sequence[PushedReport]:
        """Return the receipts in a body. Raises SmsPushRefused."""
