"""/api/chat…: conversations about listings, blocks and reports."""

from typing import Annotated
from uuid import UUID

from auto360.container import chat
from auto360.core.errors import Forbidden, IdempotencyKeyReused
from auto360.core.refusals.chat import ChatBlocked, OwnListing
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import CALLERS, SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope
from auto360.http.params import Header, Path, Query
from auto360.http.schemas.chat import (
    Block,
    Blocked,
    ChatMessage,
    MarkedRead,
    Messages,
    NewChatReport,
    NewMessage,
    OpenThread,
    Thread,
    Threads,
)
from auto360.http.schemas.common import Empty

app = make_app()
LIMITS = [limited("default")]
Id = Annotated[UUID, Path()]
Cursor = Annotated[str | None, Query(max_length=500)]


@app.post("/api/chat/threads", middlewares=LIMITS)
@refuses(ChatBlocked, OwnListing)
def open_thread(body: OpenThread, user: SignedIn) -> Envelope[Thread]:
    """Get or open the conversation with the seller of a listing."""
    return Envelope(data=Thread.model_validate(chat.conversations().open(user, str(body.listing_id))))


@app.get("/api/chat/threads", middlewares=LIMITS)
def threads(
    user: SignedIn, *, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=50)] = 20
) -> Envelope[Threads]:
    """List the caller's conversations, newest first."""
    page, unread = chat.conversations().threads(user, cursor=cursor, limit=limit)
    found = {"threads": page.rows, "next_cursor": page.next_cursor, "unread_total": unread}
    return Envelope(data=Threads.model_validate(found))


@app.get("/api/chat/threads/<thread_id>/messages", middlewares=LIMITS)
def messages(
    thread_id: Id, user: SignedIn, *, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=100)] = 50
) -> Envelope[Messages]:
    """List the messages of a conversation, newest first."""
    page = chat.conversations().messages(user, str(thread_id), cursor=cursor, limit=limit)
    return Envelope(data=Messages.model_validate({"messages": page.rows, "next_cursor": page.next_cursor}))


@app.post("/api/chat/threads/<thread_id>/messages", middlewares=[limited("chat")])
@refuses(ChatBlocked, IdempotencyKeyReused)
def send(
    thread_id: Id,
    body: NewMessage,
    user: SignedIn,
    *,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", max_length=255, pattern=r"^[!-~]*$")] = "",
) -> Envelope[ChatMessage]:
    """Send a message; idempotent by `client_message_id` or `Idempotency-Key`."""
    key = str(body.client_message_id or idempotency_key)
    return Envelope(
        data=ChatMessage.model_validate(chat.conversations().send(user, str(thread_id), body.content(), key=key))
    )


@app.post("/api/chat/threads/<thread_id>/read", middlewares=LIMITS)
def mark_read(thread_id: Id, user: SignedIn) -> Envelope[MarkedRead]:
    """Mark the other side's messages as read."""
    return Envelope(data=MarkedRead(read=chat.conversations().mark_read(user, str(thread_id))))


@app.delete("/api/chat/threads/<thread_id>", middlewares=LIMITS)
def remove(thread_id: Id, user: SignedIn) -> Envelope[Empty]:
    """Remove a conversation for the caller alone."""
    chat.conversations().remove(user, str(thread_id))
    return Envelope(data=Empty())


@app.get("/api/chat/blocks", middlewares=LIMITS)
def blocked(user: SignedIn) -> Envelope[list[Blocked]]:
    """List users blocked by the caller."""
    return Envelope(data=[Blocked.model_validate(row) for row in chat.blocks().blocked(user)])


@app.post("/api/chat/blocks", middlewares=LIMITS)
@refuses(Forbidden)
def block(body: Block, user: SignedIn) -> Envelope[Empty]:
    """Block a user."""
    chat.blocks().block(user, user_id=str(body.user_id))
    return Envelope(data=Empty())


@app.delete("/api/chat/blocks/<user_id>", middlewares=LIMITS)
def unblock(user_id: Id, user: SignedIn) -> Envelope[Empty]:
    """Unblock a user."""
    chat.blocks().unblock(user, user_id=str(user_id))
    return Envelope(data=Empty())


@app.post("/api/chat/reports", middlewares=LIMITS)
@refuses(Forbidden)
def report(body: NewChatReport, user: SignedIn) -> Envelope[Empty]:
    """Report a user or a message to the moderators."""
    chat.blocks().report(
        user, body.target_type, target_id=str(body.target_id), reason=body.reason, comment=body.comment
    )
    return Envelope(data=Empty())


handler = entrypoint(app, prepare=(*CALLERS, chat.conversations))
