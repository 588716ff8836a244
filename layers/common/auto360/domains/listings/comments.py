"""Comments below a listing."""

from dataclasses import dataclass

from auto360.core.identity import Principal
from auto360.core.pagination import Page, decode_cursor, encode_cursor
from auto360.domains.listings.errors import accepted
from auto360.providers.database import Database, Row

_ORDER = "comments"
_FIRST = ("infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff")


@dataclass(frozen=True)
class Comments:
    """Comments with everything they touch. The rules are triggers of the table, which the app also writes directly."""

    database: Database

    def page(
        self, listing_id: str, *, viewer: Principal | None, parent_id: str | None, cursor: str | None, limit: int
    ) -> Page:
        """Return comments, or the replies to one, newest first. Raises NotFound, ValidationFailed."""
        before, before_id = decode_cursor(cursor, order=_ORDER) if cursor else _FIRST
        arguments = {
            "p_viewer_id": viewer.user_id if viewer else None,
            "p_listing_id": listing_id,
            "p_parent_id": parent_id,
            "p_before": before,
            "p_before_id": before_id,
            "p_limit": limit + 1,
        }
        found = accepted(self.database.call("comments_page", arguments))["comments"]
        page = found[:limit]
        if len(found) <= limit:
            return Page(page, None)
        return Page(page, encode_cursor(_ORDER, page[-1]["created_at"], page[-1]["id"]))

    def add(self, principal: Principal, listing_id: str, *, text: str, parent_id: str | None) -> Row:
        """Add a comment. Raises NotFound, Forbidden, TextRefused, RateLimited, AccountBlocked."""
        arguments = {
            "p_user_id": principal.user_id,
            "p_listing_id": listing_id,
            "p_parent_id": parent_id,
            "p_text": text,
        }
        return accepted(self.database.call("comment_add", arguments))

    def remove(self, principal: Principal, comment_id: str) -> Row:
        """Delete the caller's own comment; idempotent. Raises NotFound."""
        arguments = {"p_user_id": principal.user_id, "p_comment_id": comment_id}
        return accepted(self.database.call("comment_remove", arguments))
