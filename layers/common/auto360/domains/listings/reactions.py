"""Reactions to a listing: like, save, report."""

from dataclasses import dataclass
from typing import Literal

from auto360.core.identity import Principal
from auto360.domains.listings.errors import accepted
from auto360.providers.database import Database, Row

Reason = Literal["inappropriate", "spam", "fraud", "duplicate", "misleading", "fake_price", "stolen", "other"]


@dataclass(frozen=True)
class Reactions:
    """Likes, favourites and reports. Cached pages keep old counters until they expire: a like reorders no page."""

    database: Database

    def react(self, principal: Principal, listing_id: str, *, kind: Literal["like", "save"], is_on: bool) -> Row:
        """Set or remove a like or a save; returns the exact counters. Raises NotFound, AccountBlocked."""
        arguments = {"p_user_id": principal.user_id, "p_listing_id": listing_id, "p_kind": kind, "p_is_on": is_on}
        return accepted(self.database.call("listing_react", arguments))

    def report(self, principal: Principal, listing_id: str, *, reason: Reason, comment: str | None) -> Row:
        """Report a listing to the moderators, once. Raises NotFound, AccountBlocked, Forbidden for one's own."""
        arguments = {
            "p_user_id": principal.user_id,
            "p_listing_id": listing_id,
            "p_reason": reason,
            "p_comment": comment,
        }
        return accepted(self.database.call("listing_report", arguments))
