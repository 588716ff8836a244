"""Business accounts: opening, reading, changing and closing them, and their listings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auto360.core.errors import NotFound
from auto360.core.identity import Principal
from auto360.core.pagination import Page, decode_place
from auto360.core.refusals import accepted
from auto360.core.urls import ImageLinks
from auto360.domains.listings.feed import CACHED
from auto360.providers.cache import Cache
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.business import (
    business_create,
    business_delete,
    business_read,
    business_update,
)
from auto360.providers.database.functions.business_team import business_mine
from auto360.providers.database.functions.listing_view import business_listings

LOGOS = "business-logos"


@dataclass(frozen=True)
class Businesses:
    """Business account use cases and their dependencies."""

    database: Database
    cache: Cache
    images: ImageLinks

    def create(self, principal: Principal, fields: Mapping[str, Any]) -> Row:
        """Open an account owned by the caller; the same request again returns the same account.

        Raises BusinessExists, TaxIdTaken, TextRefused, AccountBlocked; ValidationFailed for a logo that lies elsewhere.
        """
        given = {name: value for name, value in fields.items() if value is not None}
        return accepted(
            business_create(self.database, user_id=principal.user_id, fields=self._with_logo(principal, given))
        )

    def read(self, business_id: str, *, viewer: Principal | None) -> Row:
        """Return an account: the public part, for active members more. Raises NotFound."""
        found: Row | None = business_read(
            self.database, business_id=business_id, user_id=viewer.user_id if viewer else None
        )
        if found is None:
            raise NotFound
        return found

    def mine(self, principal: Principal) -> list[Row]:
        """List the accounts that the caller owns, works in or is invited to, the newest first."""
        rows: list[Row] = business_mine(self.database, user_id=principal.user_id)
        return rows

    def update(self, principal: Principal, business_id: str, fields: Mapping[str, Any]) -> Row:
        """Change the fields that are named; None empties one. Raises NotFound, Forbidden, TaxIdTaken, TextRefused."""
        return accepted(
            business_update(
                self.database,
                user_id=principal.user_id,
                business_id=business_id,
                fields=self._with_logo(principal, fields),
            )
        )

    def close(self, principal: Principal, business_id: str) -> None:
        """Close an account; its listings stay with their sellers. Raises NotFound, Forbidden.

        The shared pages of the feed name the business of each listing, so they are rebuilt.
        """
        accepted(business_delete(self.database, user_id=principal.user_id, business_id=business_id))
        self.cache.invalidate(CACHED)

    def listings(self, business_id: str, *, viewer: Principal | None, cursor: str | None, limit: int) -> Page:
        """Return a page of the business's listings, newest first; members also see hidden ones.

        Raises NotFound, and ValidationFailed for a cursor that is none.
        """
        place = decode_place(cursor, order="business_listings")
        answer = business_listings(
            self.database,
            business_id=business_id,
            user_id=viewer.user_id if viewer else None,
            before=place.before,
            before_id=place.before_id,
            limit=limit + 1,
        )
        rows = accepted(answer)["listings"]
        return Page.cut(rows, limit=limit, order="business_listings", time="created_at")

    def _with_logo(self, principal: Principal, fields: Mapping[str, Any]) -> Row:
        logo = fields.get("logo_url")
        if logo is None:
            return dict(fields)
        own = self.images.resolve(logo, bucket=LOGOS, user_id=principal.user_id, field="logo_url")
        return {**fields, "logo_url": own}
