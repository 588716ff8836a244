"""Routes of the moderation queue and its listings."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path as InPath
from aws_lambda_powertools.event_handler.openapi.params import Query

from auto360.admin.app import make_router
from auto360.admin.operations_forms import DecisionSent
from auto360.admin.rendering import CurrentPages, Page, see_other
from auto360.admin.routers.parameters import Cursor, Id
from auto360.admin.visit import Moderator
from auto360.container import moderation
from auto360.domains.moderation.queue import Action, State

router = make_router()

_OPEN: tuple[State, ...] = ("pending", "in_review", "escalated")
_PAGE = 25


@router.get("/admin/moderation")
def queue(
    pages: CurrentPages, visit: Moderator, *, state: Annotated[State | None, Query()] = None, cursor: Cursor = None
) -> Page:
    """List listings to check, most urgent first."""
    is_mine, states = "mine" in visit.query, (state,) if state else _OPEN
    found = moderation.moderation_queue().page(
        visit.by.principal, states=states, only_mine=is_mine, cursor=cursor, limit=_PAGE
    )
    return pages.show(
        "moderation", visit, places=found.rows, next_cursor=found.next_cursor, state=state, is_mine=is_mine
    )


@router.get("/admin/moderation/<listing_id>")
def listing(pages: CurrentPages, listing_id: Id, visit: Moderator) -> Page:
    """Show a listing with its video, pictures, reports and history."""
    return pages.show("listing", visit, place=moderation.moderation_queue().one(visit.by.principal, str(listing_id)))


@router.post("/admin/moderation/<listing_id>/<action>")
def decide(listing_id: Id, action: Annotated[Action, InPath()], visit: Moderator, decision: DecisionSent) -> Page:
    """Assign, release or decide a listing."""
    reason = decision.reason_of(action)
    moderation.moderation_queue().act(
        visit.by.principal, str(listing_id), version=decision.version, action=action, reason=reason
    )
    back = f"/admin/moderation/{listing_id}" if action in ("assign", "release") else "/admin/moderation"
    return see_other(f"{back}?done={action}")
