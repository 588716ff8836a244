"""Request and response parts shared by several functions."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from auto360.core.text import fold
from auto360.http.envelope import Model


def _digits(value: object) -> object:
    return fold(value).replace(" ", "") if isinstance(value, str) else value


LoginCode = Annotated[str, BeforeValidator(_digits), Field(pattern=r"^[0-9]{4,8}$")]
"""Login code as typed or pasted: with blanks, direction marks or digits of another script."""


class Person(Model):
    """Public profile of a user."""

    id: str
    name: str
    avatar_url: str | None
    is_verified: bool = False


class Empty(Model):
    """Success without data."""

    done: bool = True
