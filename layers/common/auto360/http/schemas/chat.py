"""Requests and responses of the chat (docs/reference/app-contract.md, section 1.4)."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from auto360.core.text import Line, Paragraph
from auto360.domains.chat.blocks import Reason, Target
from auto360.domains.chat.conversations import Message
from auto360.http.envelope import Model, RequestBody
from auto360.http.schemas.common import Person

Text = Annotated[Paragraph, Field(max_length=1000)]


class OpenThread(RequestBody):
    """Listing of the conversation."""

    listing_id: UUID = Field(strict=False)


class NewMessage(RequestBody):
    """Text (`text`, `message` or `body`), picture, or price in som.

    `image_url` is the `url` of an own picture or an address at an allowed host. `client_message_id`, or the
    header `Idempotency-Key`, makes a repeated request idempotent.
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
            raise ValueError("message_type contradicts the content")
        if self.kind == "text" and not any(given):
            raise ValueError("an empty message")
        return self

    @property
    def kind(self) -> Literal["text", "image", "offer"]:
        """Return the kind of the message, by its content."""
        if self.image_url is not None:
            return "image"
        return "text" if self.offer_amount is None else "offer"

    def content(self) -> Message:
        """Convert to the domain's message."""
        text = self.text or self.message or self.body or ""
        return Message(self.kind, text, self.image_url, self.offer_amount)


class Block(RequestBody):
    """User to block."""

    user_id: UUID = Field(strict=False)


class NewChatReport(RequestBody):
    """Reported user or message, and the reason."""

    target_type: Target
    target_id: UUID = Field(strict=False)
    reason: Reason
    comment: Annotated[Paragraph, Field(max_length=1000)] | None = None


class ThreadListing(Model):
    """Listing that a conversation is about; `price` is in som."""

    id: str
    title: str
    price: float
    currency: str
    thumbnail_url: str | None
    category: str
    status: str


class Thread(Model):
    """Conversation. `listing` is null when it is gone; `is_blocked` when the caller has blocked the other side."""

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


class Threads(Model):
    """Page of conversations; `next_cursor` is null on the last one. `unread_total` counts all conversations."""

    threads: list[Thread]
    next_cursor: str | None
    unread_total: int


class ChatMessage(Model):
    """Message; `offer_amount` is in som."""

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


class Messages(Model):
    """Page of messages, newest first; `next_cursor` is null on the last one."""

    messages: list[ChatMessage]
    next_cursor: str | None


class MarkedRead(Model):
    """Number of newly read messages."""

    read: int


class Blocked(Model):
    """Blocked user."""

    user: Person
    created_at: datetime
