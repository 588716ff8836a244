"""Statement of Optima: payments of a span of days, in lines without the number of the order. Notes carry our ids."""

import re
from collections.abc import Iterator
from datetime import date

from pydantic import Field

from auto360.core.timezone import BISHKEK
from auto360.providers.payments import ListedPayment, Order, OrderState
from auto360.providers.payments.models import (
    Id,
    Moment,
    ProviderModel,
    Som,
    attempt_of,
    read_reply,
    short_id,
)

_NOTED_ID = re.compile(r"(?<![0-9a-z])[0-9a-z]{25}(?![0-9a-z])")
_NOT_IN_NOTES = re.compile(r"[\\«»&<>]")


class _Operation(ProviderModel):
    """Processed payment. `stan` is the number of a receipt; numbers repeat after some time."""

    stan: Id
    sum: Som = Field(alias="operationSum")
    note: str | None = Field(default=None, alias="description")
    processed_at: Moment = Field(default=None, alias="operationProcessedDateTime")


class _Statement(ProviderModel):
    operations: tuple[_Operation, ...] = Field(alias="qrOperations")


def statement_lines(body: bytes, first: date) -> Iterator[ListedPayment]:
    """Yield the payments of a statement that begins at `first`. Raises BankUncertain.

    A receipt's number replaces the bank's number of an order only where the note does not contain our id.
    """
    for found in read_reply(_Statement, body).operations:
        paid_on = found.processed_at.astimezone(BISHKEK).date() if found.processed_at else first
        number, attempt_id = f"stan-{paid_on}-{found.stan}", noted_id(found.note)
        ref = None if attempt_id else number
        yield ListedPayment(ref, attempt_id, OrderState.PAID, found.sum, found.processed_at, number)


def note_of(order: Order) -> str:
    """Return at most 120 characters without those refused by the bank; our id stands first."""
    return f"{short_id(order.attempt_id)} {_NOT_IN_NOTES.sub(' ', order.description)}"[:120].strip()


def noted_id(note: str | None) -> str | None:
    """Return our id in a note."""
    found = _NOTED_ID.search(note or "")
    return attempt_of(found[0]) if found else None
