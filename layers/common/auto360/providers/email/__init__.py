"""Port to mail providers, and the outcomes of sending. Failures are outcomes, not exceptions.

`accepted` by the provider; `later`, certainly not sent; `unknown`, perhaps sent; `refused`, never to be sent like this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

TAG = "auto360_mail"
"""Name of the tag with our id of a mail, which reports contain."""

MailOutcomeKind = Literal["accepted", "later", "unknown", "refused"]


@dataclass(frozen=True)
class Mail:
    """Mail to one address. `id` is ours, for the provider's reports; `headers` are added to the usual ones."""

    id: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MailOutcome:
    """Outcome of one mail. `provider_ref` is its id there; `code` is for staff; `seconds` until a new try."""

    outcome: MailOutcomeKind
    code: str = ""
    provider_ref: str | None = None
    seconds: float = 0.0


class MailProvider(Protocol):
    """Mail service."""

    def send(self, mail: Mail) -> MailOutcome:
        """Send once. Not idempotent: mail has no key by which a provider recognises a repeat."""
