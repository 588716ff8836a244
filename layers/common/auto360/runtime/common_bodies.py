"""Parts of answers that several functions share."""

from pydantic import BaseModel


class Person(BaseModel):
    """The public part of a person."""

    id: str
    name: str
    avatar_url: str | None
    is_verified: bool = False


class Done(BaseModel):
    """It is done; nothing more is told."""

    done: bool = True
