"""Playback reports as the app sends them. Read leniently: a batch is statistics, and phones ignore errors."""

import json
import math
import re
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from auto360.http.envelope import Model

MAX_BATCH_BYTES = 8 * 1024
_WORD = re.compile(r"[a-z_]{1,20}")
_MAX_NUMBER = 10**9


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "other"


def _failure(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError("failure is a word or null")
    return None if value is None else _word(value)


def _number(value: object) -> int | None:
    if value is None:
        return None
    # Of an integer with 400 digits isfinite() makes an error.
    if type(value) is not int and not (isinstance(value, float) and math.isfinite(value)):
        raise ValueError("not a number")
    return int(min(max(value, 0), _MAX_NUMBER))


Word = Annotated[str, BeforeValidator(_word)]
Number = Annotated[int | None, BeforeValidator(_number)]


class ReportedView(Model):
    """Intended play of a video. Unknown words become `other`, numbers milliseconds; SQL clamps them further."""

    model_config = ConfigDict(frozen=True)

    provider: Word = "other"
    network: Word = "other"
    kind: Word = "other"
    failure: Annotated[str | None, BeforeValidator(_failure)] = None
    start_ms: Number = None
    wait_ms: Number = None
    play_ms: Number = None
    stall_ms: Number = None
    stalls: Number = None


class ReportedBatch(Model):
    """Views of one session; `rate` is 10 where one session in ten reports its successes, 1 where each does."""

    model_config = ConfigDict(frozen=True)

    v: Literal[1]
    id: UUID
    session: str = Field(pattern=r"^[0-9a-f]{16}$")
    rate: Literal[1, 10]
    os: Word = "other"
    views: list[Any] = Field(max_length=20)


def read_batch(body: bytes) -> dict[str, Any] | Literal["unreadable", "too_large"]:
    """Return a batch of known fields alone, or the reason of a refusal. An invalid view stays empty, to be counted."""
    if len(body) > MAX_BATCH_BYTES:
        return "too_large"
    try:
        batch = ReportedBatch.model_validate(json.loads(body.decode()))
    except (ValueError, RecursionError):
        return "unreadable"
    fields = batch.model_dump(mode="json", exclude={"v", "views"})
    return {**fields, "views": [_view(view) for view in batch.views]}


def _view(found: object) -> dict[str, Any]:
    try:
        return ReportedView.model_validate(found).model_dump(exclude_none=True)
    except ValidationError:
        return {}
