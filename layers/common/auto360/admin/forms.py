"""Form parsing: read the body, check it by a model, accept it from our own pages only."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Request as ResolvedRequest
from aws_lambda_powertools.event_handler.depends import Depends
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from auto360.core.errors import InvalidJson, Problem, ValidationFailed
from auto360.core.messages import FIELDS, sentence
from auto360.http.requests import header

TOKEN = "form_token"  # noqa: S105 - the name of a field
_MAX_FIELDS = 50

Fields = dict[str, str]
Form = TypeVar("Form", bound="FormBody")

Blank = BeforeValidator(lambda value: None if isinstance(value, str) and not value.strip() else value)
"""Field that may be left empty."""


class FormBody(BaseModel):
    """Base of form models; numbers are parsed from text, since browsers send nothing else."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)


def read_fields(event: Mapping[str, Any]) -> Fields:
    """Return the fields of a form or flat JSON body. Raises InvalidJson for any other."""
    try:
        text = base64.b64decode(event.get("body") or "").decode()
        kind = header(event, "Content-Type").split(";")[0].strip().lower()
        if kind == "application/json":
            found = json.loads(text or "{}")
            if not isinstance(found, dict):
                raise InvalidJson
            return {str(name): clean(str(value)) for name, value in found.items() if isinstance(value, str | int)}
        if kind != "application/x-www-form-urlencoded" and text:
            raise InvalidJson
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS, strict_parsing=bool(text))
        return {name: clean(value) for name, value in pairs}
    except (ValueError, RecursionError):
        raise InvalidJson from None


def clean(text: str) -> str:
    """Remove characters that the database refuses: lone surrogates and zero bytes."""
    return text.encode("utf-8", "ignore").decode().replace("\x00", "")


def form(model: type[Form]) -> Any:
    """Return the parameter mark by which a route receives its form: `form: Annotated[Silence, form(Silence)]`."""
    return Depends(_reader(model))


def _reader(model: type[Form]) -> Callable[[ResolvedRequest], Form]:
    def read(resolved: ResolvedRequest) -> Form:
        fields, language = resolved.context["fields"], resolved.context["visit"].request.language
        try:
            return model.model_validate(fields)
        except ValidationError as error:
            names = [".".join(str(part) for part in found["loc"]) for found in error.errors(include_url=False)]
            told = sentence(FIELDS, "value", language)
            raise ValidationFailed(problems=[Problem(name, told) for name in names]) from None

    return read
