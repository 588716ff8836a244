"""Bank messages: models of their JSON, and field types of their different formats."""

import base64
import json
from datetime import UTC, datetime
from typing import Annotated, Any, Self, TypeVar
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError, model_validator

from auto360.core.money import tyiyn_of_som, whole_tyiyn
from auto360.core.timezone import BISHKEK
from auto360.providers.payments import BankUncertain, CallbackUnreadable, OrderRef, OrderUnknown
from auto360.providers.payments.texts import is_whole

"""Kyrgyzstan's time zone, without daylight saving; banks omit the zone."""

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_SHORT_ID_LENGTH = 25


class ProviderModel(BaseModel):
    """Message of a bank. Unnamed fields are ignored; numbers are accepted for texts."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse texts that can be neither stored nor sent."""
        if not all(is_whole(value) for value in vars(self).values() if isinstance(value, str)):
            raise ValueError("a text has a zero byte or half a character")
        return self


def moment_of(value: object) -> datetime | None:
    """Parse a moment as banks write it; without a zone it is Bishkek time.

    Unreadable ones are None, since no decision depends on them.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=BISHKEK)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


Som = Annotated[int, BeforeValidator(tyiyn_of_som)]
"""Amount in som, parsed as tyiyn."""
Tyiyn = Annotated[int, BeforeValidator(whole_tyiyn)]
"""Amount in tyiyn, a number or a text."""
Moment = Annotated[datetime | None, BeforeValidator(moment_of)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=128)]
"""Bank's id, unchanged."""
Word = Annotated[str, StringConstraints(max_length=128)]
"""Bank's word, such as a state."""

W = TypeVar("W", bound=ProviderModel)


def read_reply(model: type[W], body: bytes | dict[str, Any]) -> W:
    """Parse an answer to our call, or a part of one. Raises BankUncertain."""
    try:
        return model.model_validate(body) if isinstance(body, dict) else model.model_validate_json(body)
    except ValidationError as error:
        raise BankUncertain("unreadable") from error


def read_callback(model: type[W], body: bytes) -> W:
    """Parse the body of a webhook. Raises CallbackUnreadable."""
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise CallbackUnreadable from None


def local_text(moment: datetime, separator: str = " ") -> str:
    """Format a moment in Bishkek's time without its zone: `2026-10-01 10:30:00`."""
    return moment.astimezone(BISHKEK).replace(tzinfo=None).isoformat(separator, "seconds")


def short_id(attempt_id: str) -> str:
    """Return our uuid in 25 characters (0-9, a-z), for banks that allow no more; reversible."""
    number, characters = UUID(attempt_id).int, []
    for _ in range(_SHORT_ID_LENGTH):
        number, index = divmod(number, 36)
        characters.append(_ALPHABET[index])
    return "".join(reversed(characters))


def attempt_of(text: object) -> str | None:
    """Return the uuid behind a short id or the text of a uuid; None for an id that is not ours."""
    if not isinstance(text, str):
        return None
    try:
        if len(text) == _SHORT_ID_LENGTH and text.isascii() and text.isalnum() and text == text.lower():
            return str(UUID(int=int(text, 36)))
        return str(UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None


def our_id(ref: OrderRef) -> str:
    """Return our uuid of an order. Raises OrderUnknown where there is none."""
    attempt_id = attempt_of(ref.attempt_id)
    if attempt_id is None:
        raise OrderUnknown("no_reference")
    return attempt_id


def path_part(provider_ref: str | None) -> str:
    """Return a bank's number as one part of a path. Raises OrderUnknown without a number."""
    if provider_ref in (None, "", ".", ".."):
        raise OrderUnknown("no_reference")
    return quote(str(provider_ref), safe="")


def basic_pair(header: str) -> tuple[bytes, bytes] | None:
    """Return login and password of an `Authorization: Basic` header."""
    kind, _, encoded = header.partition(" ")
    try:
        login, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except ValueError:
        return None
    return (login, password) if kind.lower() == "basic" and colon else None


def json_object(body: bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises CallbackUnreadable."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise CallbackUnreadable from None
    if not isinstance(value, dict):
        raise CallbackUnreadable
    return value
