"""Moderation queue: open items, assignment, decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from auto360.core.identity import Principal
from auto360.core.pagination import Page, decode_cursor, encode_cursor
from auto360.core.refusals import accepted
from auto360.domains.listings.feed import CACHED
from auto360.providers.cache import Cache
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.comment import comment_decide, comments_to_check
from auto360.providers.database.functions.moderation import moderation_act, moderation_list, moderation_read

State = Literal["pending", "in_review", "escalated"]
Action = Literal["assign", "release", "approve", "reject", "escalate"]
_ORDER = "queue"
_FIRST = (0, "-infinity", "00000000-0000-0000-0000-000000000000")


@dataclass(frozen=True)
class ModerationQueue:
    """Queue use cases and their dependencies. SQL checks the role in the same call."""

    database: Database
    cache: Cache

    def page(
        self, principal: Principal, *, states: Sequence[State], only_mine: bool, cursor: str | None, limit: int
    ) -> Page:
        """Return open items, most urgent first, then oldest. Raises Forbidden, ValidationFailed."""
        rank, after, after_id = decode_cursor(cursor, order=_ORDER) if cursor else _FIRST
        answer = moderation_list(
            self.database,
            moderator_id=principal.user_id,
            statuses=list(states),
            is_mine=only_mine,
            after_rank=rank,
            after=after,
            after_id=after_id,
            limit=limit + 1,
        )
        items = accepted(answer)["items"]
        page = items[:limit]
        if len(items) <= limit:
            return Page(page, None)
        last = page[-1]
        return Page(page, encode_cursor(_ORDER, last["rank"], last["submitted_at"], last["id"]))

    def one(self, principal: Principal, listing_id: str) -> Row:
        """Return an item with its history and user reports. Raises NotFound, Forbidden."""
        return accepted(moderation_read(self.database, moderator_id=principal.user_id, listing_id=listing_id))

    def comments(self, principal: Principal, *, limit: int) -> Row:
        """Return the hidden comments {comments}, the oldest first. Raises Forbidden."""
        return accepted(comments_to_check(self.database, moderator_id=principal.user_id, limit=limit))

    def decide_comment(self, principal: Principal, comment_id: str, *, is_shown: bool) -> Row:
        """Show a hidden comment again, or remove it. Raises NotFound, Forbidden."""
        return accepted(
            comment_decide(self.database, moderator_id=principal.user_id, comment_id=comment_id, is_shown=is_shown)
        )

    def act(
        self, principal: Principal, listing_id: str, *, version: int, action: Action, reason: str | None = None
    ) -> Row:
        """Assign, release or decide an item. `version` is the one that the moderator has seen.

        Raises NotFound, Forbidden, Outdated, Decided, Taken.
        """
        item = accepted(
            moderation_act(
                self.database,
                moderator_id=principal.user_id,
                listing_id=listing_id,
                version=version,
                action=action,
                reason=reason,
            )
        )
        if action in ("approve", "reject"):
            self.cache.invalidate(CACHED)
        return item
