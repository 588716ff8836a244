"""Port to push services, and the outcomes of sending.

Outcomes: `accepted` by the service; `dead` token; `later`, certainly not sent; `unknown`, perhaps
sent; `refused`, our defect; `credentials`, refused for all. Nothing is raised: a batch has many outcomes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

OutcomeKind = Literal["accepted", "dead", "later", "unknown", "refused", "credentials"]
ReceiptKind = Literal["forwarded", "dead", "too_many", "again", "refused", "credentials"]


@dataclass(frozen=True)
class PushMessage:
    """Push to one phone. `subject` is collapse id and tag; a `channel` is named only where the app has created it."""

    token: str
    title: str
    body: str
    subject: str
    data: Mapping[str, Any]
    seconds: int
    badge: int
    project: str = ""
    channel: str | None = None
    is_urgent: bool = False
    is_silent: bool = False


@dataclass(frozen=True)
class PushOutcome:
    """Outcome of one message. `provider_ref` is its id there; `code` is for staff; `seconds` until a new try."""

    outcome: OutcomeKind
    code: str = ""
    provider_ref: str | None = None
    seconds: float = 0.0


GIVEN_BACK = PushOutcome("later", "given_back")
"""Too old to be sent: the phone's user may have left meanwhile."""


@dataclass(frozen=True)
class PushReceipt:
    """Final state of an accepted message: `forwarded` to Apple or Google, or the reason of its failure."""

    outcome: ReceiptKind
    code: str = ""


def always() -> bool:
    """Return True: the messages may be sent at any time."""
    return True


class PushProvider(Protocol):
    """Push service."""

    batch: int
    """Messages per `send`."""

    receipt_batch: int
    """Tickets per `receipts`."""

    def send(self, messages: Sequence[PushMessage], *, is_fresh: Callable[[], bool] = always) -> Sequence[PushOutcome]:
        """Send up to `batch` messages; returns an outcome for each, in their order. Not idempotent.

        Calls `is_fresh` at the last moment before each request is sent; after False it is GIVEN_BACK.
        """

    def receipts(self, provider_refs: Sequence[str]) -> Mapping[str, PushReceipt]:
        """Return the service's states of these references; missing ones are omitted, on a failure all of them."""
