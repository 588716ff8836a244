"""Comments below a listing."""

from dataclasses import dataclass

from auto360.core.identity import Principal
from auto360.core.pagination import Page, decode_cursor, encode_cursor
from auto360.core.refusals import accepted
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.comment import comment_add, comment_remove, comments_page

_ORDER = "comments"
_FIRST = ("infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff")


@dataclass(frozen=True)
class Comments:
    """Comment use cases. The rules are triggers of the table, which the app also writes directly."""

    database: Database

    def page(
        self, listing_id: str, *, viewer: Principal | None, parent_id: str | None, cursor: str | None, limit: int
    ) -> Page:
        """Return comments, or the replies to one, newest first. Raises NotFound, ValidationFailed."""
        before, before_id = decode_cursor(cursor, order=_ORDER) if cursor else _FIRST
        found = accepted(
            comments_page(
                self.database,
                viewer_id=viewer.user_id if viewer else None,
                listing_id=listing_id,
                parent_id=parent_id,
                before=before,
                before_id=before_id,
                limit=limit + 1,
            )
        )["comments"]
        page = found[:limit]
        if len(found) <= limit:
            return Page(page, None)
        return Page(page, encode_cursor(_ORDER, page[-1]["created_at"], page[-1]["id"]))

    def add(self, principal: Principal, listing_id: str, *, text: str, parent_id: str | None) -> Row:
        """Add a comment. Raises NotFound, Forbidden, TextRefused, RateLimited, AccountBlocked."""
        return accepted(
            comment_add(self.database, user_id=principal.user_id, listing_id=listing_id, parent_id=parent_id, text=text)
        )

    def remove(self, principal: Principal, comment_id: str) -> Row:
        """Delete the caller's own comment; idempotent. Raises NotFound."""
        return accepted(comment_remove(self.database, user_id=principal.user_id, comment_id=comment_id))
