"""/api/moderation…: queue of listings and comments to check, for moderators and administrators."""

from typing import Annotated
from uuid import UUID

from auto360.container import moderation
from auto360.core.errors import Forbidden
from auto360.core.identity import Principal
from auto360.core.refusals.moderation import Decided, Outdated, Taken
from auto360.domains.moderation.queue import Action, State
from auto360.http.app import entrypoint, make_app
from auto360.http.auth import SignedIn, limited
from auto360.http.declarations import refuses
from auto360.http.envelope import Envelope
from auto360.http.params import Path, Query
from auto360.http.schemas.comments import CommentDecision, CommentId, CommentPage
from auto360.http.schemas.moderation import Escalation, Queue, QueueItem, QueueItemWithHistory, Rejection, Seen

app = make_app()
LIMITS = [limited("default")]
Id = Annotated[UUID, Path()]
OPEN: tuple[State, ...] = ("pending", "in_review", "escalated")


@app.get("/api/moderation/queue", middlewares=LIMITS)
@refuses(Forbidden)
def queue(
    user: SignedIn,
    *,
    status: Annotated[State | None, Query()] = None,
    mine: Annotated[bool, Query()] = False,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Envelope[Queue]:
    """List listings to check, the most urgent first."""
    states = (status,) if status else OPEN
    page = moderation.moderation_queue().page(user, states=states, only_mine=mine, cursor=cursor, limit=limit)
    return Envelope(data=Queue.model_validate({"items": page.rows, "next_cursor": page.next_cursor}))


@app.get("/api/moderation/listings/<listing_id>", middlewares=LIMITS)
@refuses(Forbidden)
def read(listing_id: Id, user: SignedIn) -> Envelope[QueueItemWithHistory]:
    """Get a listing with the history of its checks."""
    return Envelope(data=QueueItemWithHistory.model_validate(moderation.moderation_queue().one(user, str(listing_id))))


@app.post("/api/moderation/listings/<listing_id>/take", middlewares=LIMITS)
@refuses(Decided, Forbidden, Outdated, Taken)
def take(listing_id: Id, body: Seen, user: SignedIn) -> Envelope[QueueItem]:
    """Assign the listing to the caller."""
    return _act(user, listing_id, body, "assign")


@app.post("/api/moderation/listings/<listing_id>/release", middlewares=LIMITS)
@refuses(Decided, Forbidden, Outdated, Taken)
def release(listing_id: Id, body: Seen, user: SignedIn) -> Envelope[QueueItem]:
    """Return the listing to the queue."""
    return _act(user, listing_id, body, "release")


@app.post("/api/moderation/listings/<listing_id>/approve", middlewares=LIMITS)
@refuses(Decided, Forbidden, Outdated, Taken)
def approve(listing_id: Id, body: Seen, user: SignedIn) -> Envelope[QueueItem]:
    """Approve the listing."""
    return _act(user, listing_id, body, "approve")


@app.post("/api/moderation/listings/<listing_id>/reject", middlewares=LIMITS)
@refuses(Decided, Forbidden, Outdated, Taken)
def reject(listing_id: Id, body: Rejection, user: SignedIn) -> Envelope[QueueItem]:
    """Reject the listing: hide it and send the reason to the seller."""
    return _act(user, listing_id, body, "reject", reason=body.reason)


@app.post("/api/moderation/listings/<listing_id>/escalate", middlewares=LIMITS)
@refuses(Decided, Forbidden, Outdated, Taken)
def escalate(listing_id: Id, body: Escalation, user: SignedIn) -> Envelope[QueueItem]:
    """Escalate the listing to an administrator."""
    return _act(user, listing_id, body, "escalate", reason=body.reason)


@app.get("/api/moderation/comments", middlewares=LIMITS)
@refuses(Forbidden)
def hidden_comments(user: SignedIn, *, limit: Annotated[int, Query(ge=1, le=50)] = 20) -> Envelope[CommentPage]:
    """List the comments that wait for a decision, the oldest first."""
    return Envelope(data=CommentPage.model_validate(moderation.moderation_queue().comments(user, limit=limit)))


@app.post("/api/moderation/comments/<comment_id>", middlewares=LIMITS)
@refuses(Forbidden)
def decide_comment(comment_id: Id, body: CommentDecision, user: SignedIn) -> Envelope[CommentId]:
    """Show a hidden comment again, or remove it."""
    done = moderation.moderation_queue().decide_comment(user, str(comment_id), is_shown=body.is_shown)
    return Envelope(data=CommentId(**done))


def _act(
    user: Principal, listing_id: UUID, seen: Seen, action: Action, *, reason: str | None = None
) -> Envelope[QueueItem]:
    item = moderation.moderation_queue().act(user, str(listing_id), version=seen.version, action=action, reason=reason)
    return Envelope(data=QueueItem.model_validate(item))


handler = entrypoint(app)
