"""Port to mail providers, and the outcomes of sending. Failures are outcomes, not exceptions.

`accepted` by the provider; `later`, certainly not sent; `unknown`, perhaps sent; `refused`, never to be sent like this.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

TAG = "auto360_mail"
"""Name of the tag with our id of a mail, which reports contain."""

_MAX_TEXT = 200
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def plain_text(value: object, *, at_most: int = _MAX_TEXT) -> str:
    """Return an id or code of a provider as printable ASCII: the database takes neither NUL nor half characters."""
    return _UNPRINTABLE.sub("?", str(value or ""))[:at_most]


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
