"""What a client may send in a chat, and how conversations look in an answer (mobile contract, §1.4)."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from auto360.core.text import Line, Paragraph
from auto360.domains.chat.blocks import Reason, Target
from auto360.domains.chat.conversations import Message
from auto360.http.envelope import RequestBody
from auto360.http.schemas.common import Person

Text = Annotated[Paragraph, Field(max_length=1000)]


class OpenThread(RequestBody):
    """The listing to ask about."""

    listing_id: UUID = Field(strict=False)


class NewMessage(RequestBody):
    """A text (`text`, `message` or `body`, whichever the client says), a picture, or a price in som.

    `image_url` is `listings-thumbnails/<own user id>/…` or an address at an allowed host. `client_message_id`, or the
    header `Idempotency-Key`, makes a repeated request harmless.
    """

    text: Text | None = None
    message: Text | None = None
    body: Text | None = None
    message_type: Literal["text", "image", "offer"] | None = None
    image_url: Annotated[Line, Field(min_length=1, max_length=2048)] | None = None
    offer_amount: int | None = Field(None, ge=1, le=999_999_999)
    client_message_id: UUID | None = Field(None, strict=False)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        given = [text for text in (self.text, self.message, self.body) if text is not None]
        if len(given) > 1 or (self.image_url is not None and self.offer_amount is not None):
            raise ValueError("one text, and a picture or an offer")
        if self.message_type is not None and self.message_type != self.kind:
            raise ValueError("message_type says something else")
        if self.kind == "text" and not any(given):
            raise ValueError("an empty message")
        return self

    @property
    def kind(self) -> Literal["text", "image", "offer"]:
        """What it is, by what it holds."""
        if self.image_url is not None:
            return "image"
        return "text" if self.offer_amount is None else "offer"

    def content(self) -> Message:
        """The message for the domain."""
        text = self.text or self.message or self.body or ""
        return Message(self.kind, text, self.image_url, self.offer_amount)


class Block(RequestBody):
    """Whom to block."""

    user_id: UUID = Field(strict=False)


class NewChatReport(RequestBody):
    """A person or a message, and what is wrong."""

    target_type: Target
    target_id: UUID = Field(strict=False)
    reason: Reason
    comment: Annotated[Paragraph, Field(max_length=1000)] | None = None


class ThreadListing(BaseModel):
    """What a conversation is about; `price` is in som."""

    id: str
    title: str
    price: float
    currency: str
    thumbnail_url: str | None
    category: str
    status: str


class Thread(BaseModel):
    """A conversation. `listing` is null when it is gone; `is_blocked`: the caller has blocked the other side."""

    id: str
    listing_id: str | None
    buyer_id: str
    seller_id: str
    last_message: str | None
    last_message_at: datetime | None
    last_message_sender_id: str | None
    created_at: datetime
    listing: ThreadListing | None
    buyer: Person
    seller: Person
    other: Person
    unread_count: int
    is_blocked: bool


class Threads(BaseModel):
    """A page; `next_cursor` is null on the last one. `unread_total` counts all conversations."""

    threads: list[Thread]
    next_cursor: str | None
    unread_total: int


class ChatMessage(BaseModel):
    """A message; `offer_amount` is in som."""

    id: str
    thread_id: str
    sender_id: str
    message_type: str
    body: str
    image_url: str | None
    offer_amount: float | None
    is_read: bool
    read_at: datetime | None
    client_message_id: str | None
    created_at: datetime
    sender: Person


class Messages(BaseModel):
    """A page, the newest message first; `next_cursor` is null on the last one."""

    messages: list[ChatMessage]
    next_cursor: str | None


class MarkedRead(BaseModel):
    """How many messages are read now that were not."""

    read: int


class Blocked(BaseModel):
    """A person whom the caller has blocked."""

    user: Person
    created_at: datetime
