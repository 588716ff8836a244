"""Reactions to a listing: like, save, report."""

from dataclasses import dataclass
from typing import Literal

from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.reactions import listing_react
from auto360.providers.database.functions.reports import listing_report

Reason = Literal["inappropriate", "spam", "fraud", "duplicate", "misleading", "fake_price", "stolen", "other"]


@dataclass(frozen=True)
class Reactions:
    """Likes, favourites and reports. Cached pages keep old counters until they expire: a like reorders no page."""

    database: Database

    def react(self, principal: Principal, listing_id: str, *, kind: Literal["like", "save"], is_on: bool) -> Row:
        """Set or remove a like or a save; returns the exact counters. Raises NotFound, AccountBlocked."""
        return accepted(
            listing_react(self.database, user_id=principal.user_id, listing_id=listing_id, kind=kind, is_on=is_on)
        )

    def report(self, principal: Principal, listing_id: str, *, reason: Reason, comment: str | None) -> Row:
        """Report a listing to the moderators, once. Raises NotFound, AccountBlocked, Forbidden for the caller's own."""
        return accepted(
            listing_report(
                self.database, user_id=principal.user_id, listing_id=listing_id, reason=reason, comment=comment
            )
        )
