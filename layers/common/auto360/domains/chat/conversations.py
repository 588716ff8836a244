"""Conversations: opening, listing, writing, reading, removing."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field

from auto360.core.identity import Principal
from auto360.core.pagination import Page, decode_place
from auto360.core.refusals import accepted
from auto360.core.settings import EnvSettings
from auto360.core.urls import ImageLinks
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.chat_messages import chat_mark_read, chat_messages_page, chat_send
from auto360.providers.database.functions.chat_threads import chat_open_thread, chat_remove_thread, chat_threads_page

PICTURES = "listings-thumbnails"


class ChatPolicy(EnvSettings):
    """Seconds within which an identical message without a key counts as a repeated request; 0: never."""

    chat_replay_seconds: int = Field(40, ge=0, le=600)


@dataclass(frozen=True)
class Message:
    """Message content: a text, a picture or a price in som, the latter two with or without text."""

    kind: Literal["text", "image", "offer"]
    body: str = ""
    image_url: str | None = None
    offer_amount: int | None = None


@dataclass(frozen=True)
class Conversations:
    """Conversation use cases and their dependencies."""

    database: Database
    policy: ChatPolicy
    images: ImageLinks

    def open(self, principal: Principal, listing_id: str) -> Row:
        """Return the caller's conversation with the seller of a listing; idempotent.

        Raises NotFound, OwnListing, ChatBlocked, AccountBlocked.
        """
        return accepted(chat_open_thread(self.database, user_id=principal.user_id, listing_id=listing_id))

    def threads(self, principal: Principal, *, cursor: str | None, limit: int) -> tuple[Page, int]:
        """Return a page of the caller's conversations, newest first, and the number of all unread messages."""
        place = decode_place(cursor, order="threads")
        answer = accepted(
            chat_threads_page(
                self.database,
                user_id=principal.user_id,
                before=place.before,
                before_id=place.before_id,
                limit=limit + 1,
            )
        )
        return Page.cut(answer["threads"], limit=limit, order="threads", time="newest_at"), answer["unread_total"]

    def messages(self, principal: Principal, thread_id: str, *, cursor: str | None, limit: int) -> Page:
        """Return a page of a conversation, newest message first. Raises NotFound."""
        place = decode_place(cursor, order="messages")
        answer = accepted(
            chat_messages_page(
                self.database,
                user_id=principal.user_id,
                thread_id=thread_id,
                before=place.before,
                before_id=place.before_id,
                limit=limit + 1,
            )
        )
        return Page.cut(answer["messages"], limit=limit, order="messages", time="created_at")

    def send(self, principal: Principal, thread_id: str, message: Message, *, key: str) -> Row:
        """Send a message. Idempotent by `key`, the client's id of it.

        Raises NotFound, ChatBlocked, AccountBlocked, IdempotencyKeyReused; ValidationFailed for a picture that lies
        elsewhere than in the sender's own folder or at an allowed host.
        """
        content: dict[str, Any] = {"message_type": message.kind, "body": message.body}
        if message.offer_amount is not None:
            content["offer_amount"] = message.offer_amount
        if message.image_url is not None:
            content["image_url"] = self.images.resolve(
                message.image_url, bucket=PICTURES, user_id=principal.user_id, field="image_url"
            )
        answer = chat_send(
            self.database,
            user_id=principal.user_id,
            thread_id=thread_id,
            message=content,
            client_message_id=client_message_id(key) if key else None,
            replay_seconds=self.policy.chat_replay_seconds,
        )
        return accepted(answer)

    def mark_read(self, principal: Principal, thread_id: str) -> int:
        """Mark the other side's messages as read; returns their number. Raises NotFound."""
        answer = accepted(chat_mark_read(self.database, user_id=principal.user_id, thread_id=thread_id))
        read: int = answer["read"]
        return read

    def remove(self, principal: Principal, thread_id: str) -> None:
        """Hide a conversation from the caller until a new message arrives. Raises NotFound."""
        accepted(chat_remove_thread(self.database, user_id=principal.user_id, thread_id=thread_id))


def client_message_id(key: str) -> str:
    """Return the UUID of a key: its own, or one derived from any other text."""
    try:
        return str(UUID(key))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, f"idempotency-key:{key}"))
