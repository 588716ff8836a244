"""Response envelope: `{"success": true, "data": …}`, or a failure with a code and a sentence for a person."""

import json
import math
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from auto360.core.errors import DomainError
from auto360.core.messages import ERRORS, Language, sentence

Data = TypeVar("Data")

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Model(BaseModel):
    """Base of the content of requests and responses; built at its first use, since a function imports many."""

    model_config = ConfigDict(defer_build=True)


class RequestBody(Model):
    """Base of request bodies; refuses unknown fields and silent conversions ("5" for 5)."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True, frozen=True)


class Envelope(Model, Generic[Data]):
    """Success. Subclasses repeat fields at the top level where the app reads them there."""

    model_config = ConfigDict(populate_by_name=True)

    success: Literal[True] = True
    data: Data


class CamelModel(Model):
    """Base of response data that the app reads in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def to_json(body: Any) -> str:
    """Dump compact JSON with Cyrillic unescaped: half the bytes. Numbers that JSON cannot hold become null."""
    try:
        return _ENCODER.encode(body)
    except ValueError:
        return _ENCODER.encode(_finite(body))


def _finite(value: Any) -> Any:
    """Return the value with null in place of NaN and infinities."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def failure(error: DomainError, *, language: Language, request_id: str) -> dict[str, Any]:
    """Build a refusal as a payload 1.0 response."""
    body: dict[str, Any] = {
        "success": False,
        "error": sentence(ERRORS, error.code, language),
        "code": error.code,
        "request_id": request_id,
    }
    if error.problems:
        body["details"] = [{"field": problem.field, "message": problem.message} for problem in error.problems]
    headers = {"Content-Type": "application/json; charset=utf-8", "Content-Language": language, **error.headers}
    if error.retry_after is not None:
        body["retryAfter"] = error.retry_after
        headers["Retry-After"] = str(error.retry_after)
    return {
        "statusCode": error.status,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "body": to_json(body),
        "isBase64Encoded": False,
    }
