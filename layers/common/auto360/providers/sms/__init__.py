"""The port to SMS operators, and the ways in which handing over a message can fail.

SmsFailure
├── SmsRefused       they said no, so it was not taken: use the next provider
├── SmsUnreachable   they could not be asked, or broke: repeat with the same id, then the next provider
├── SmsUncertain     it may have been taken: repeat with the same id, ask, and only then the next provider
└── SmsBadNumber     the number cannot receive SMS anywhere: no other provider
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class SmsAccepted:
    """A provider accepted a message: its parts as billed and the cost in tyiyn, where the provider tells it."""

    parts: int
    cost_tyiyn: int | None


ReportState = Literal["pending", "delivered", "failed", "unknown"]
"""What became of a message; all but `pending` are final, and `unknown` means that nobody will ever tell."""


@dataclass(frozen=True)
class SmsReport:
    """A provider's word about one message. `provider_code` is for operators, never for users."""

    state: ReportState
    provider_code: str


@dataclass(frozen=True)
class PushedReport:
    """A report that a provider's webhook brought: about which message (its id there) to which phone (E.164)."""

    message_id: str
    phone: str
    report: SmsReport


@dataclass(frozen=True)
class SmsAccount:
    """Our account at a provider, in tyiyn (whole; its currency converted). The price is that of one part, if told."""

    balance_tyiyn: int
    price_tyiyn: int | None = None


class SmsPushRefused(Exception):
    """The body of a webhook is malformed, or not signed by the provider."""


class SmsFailure(Exception):
    """A provider did not certainly take a message.

    `provider_code` is for operators, never for users. `lasting` failures cannot mend themselves (login, address,
    money) and open the circuit at once. `repeat` is false where trying the same again cannot help.
    """

    outcome = "unknown"

    def __init__(self, provider_code: str, *, lasting: bool = False, repeat: bool = True) -> None:
        super().__init__(provider_code)
        self.provider_code, self.lasting, self.repeat = provider_code, lasting, repeat


class SmsRefused(SmsFailure):
    """Not taken."""

    outcome = "refused"


class SmsUnreachable(SmsFailure):
    """Not asked, or the provider broke down before taking it."""

    outcome = "unreachable"


class SmsUncertain(SmsFailure):
    """Perhaps taken: no answer in time, an unreadable one, or one that means both."""

    outcome = "unknown"


class SmsBadNumber(SmsFailure):
    """The number is at fault."""

    outcome = "bad_number"


class SmsProvider(Protocol):
    """One SMS operator."""

    name: str

    def message_id(self, sms_id: str) -> str:
        """Our id of an SMS in the form that this provider takes. The same SMS always gets the same id."""

    def send(self, phone: str, text: str, *, message_id: str, timeout: float) -> SmsAccepted:
        """Hand over one message, within `timeout` seconds. The same id twice is one SMS. Raises SmsFailure."""

    def has_taken(self, phone: str, *, message_id: str, timeout: float) -> bool | None:
        """Whether a message of this id was taken; None when the provider does not say."""

    def report(self, phone: str, *, message_id: str, timeout: float) -> SmsReport | None:
        """What became of a message; None when the provider knows no such message. Raises SmsFailure."""

    def account(self, *, timeout: float) -> SmsAccount:
        """Balance and price. Raises SmsFailure."""


class SmsPushReader(Protocol):
    """Reads the delivery webhook of one provider. `is_proof`: signed by it; otherwise a hint to ask, and no more."""

    is_proof: bool

    def read(self, body: bytes) -> Sequence[PushedReport]:
        """The reports in a body. Raises SmsPushRefused."""
