"""Listing queries: a single listing, the caller's own, the caller's favourites."""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from typing import Literal

from auto360.core.clock import Clock
from auto360.core.errors import NotFound
from auto360.core.identity import Principal
from auto360.core.pagination import Page
from auto360.core.timezone import BISHKEK
from auto360.domains.listings.write_buffer import Batch
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.listing_view import listing_read
from auto360.providers.database.functions.reactions import record_listing_views
from auto360.providers.database.pages import newest_first

_MINE, _FAVOURITES = "mine", "favourites"
_SELLER = "seller:public_profiles!listings_seller_profile_fkey(id,name,avatar_url,city,is_verified,rating)"
Status = Literal["draft", "pending_review", "active", "sold", "archived", "expired", "rejected"]


@dataclass(frozen=True)
class ViewerFingerprint:
    """Pseudonymous fingerprint of viewers."""

    key: bytes

    def mark(self, *, user_id: str | None, address: str, user_agent: str) -> Row:
        """Return the fields of a view: `viewer`, 32 hexadecimal digits of the user or the address, and `device`.

        `device` is None for a user, else 0 to 255. The database counts a few devices per address: a user agent
        is easy to forge, an address is not.
        """
        if user_id:
            return {"viewer": self.of_user(user_id), "device": None}
        place = _network_of(address)
        return {"viewer": self._digest(f"address:{place}").hex(), "device": self._digest(f"{place}\n{user_agent}")[0]}

    def of_user(self, user_id: str) -> str:
        """Return the `viewer` of a user's views."""
        return self._digest(f"user:{user_id}").hex()

    def _digest(self, who: str) -> bytes:
        return hmac.new(self.key, b"listing view\n" + who.encode(), hashlib.sha256).digest()[:16]


@dataclass(frozen=True)
class ListingReader:
    """Listing queries and their dependencies."""

    database: Database
    viewers: ViewerFingerprint
    views: Batch
    now: Clock

    def one(self, listing_id: str, *, viewer: Principal | None, address: str, user_agent: str) -> Row:
        """Return a listing, its phone for signed-in viewers; counts one view per day and viewer. Raises NotFound."""
        viewer_id = viewer.user_id if viewer else None
        found: Row | None = listing_read(self.database, listing_id=listing_id, viewer_id=viewer_id)
        self.views.flush(lambda views: record_listing_views(self.database, views=views))
        if found is None:
            raise NotFound
        if found["status"] == "active" and not found["is_mine"]:
            mark = self.viewers.mark(user_id=viewer_id, address=address, user_agent=user_agent)
            day = self.now().astimezone(BISHKEK).date().isoformat()
            self.views.add({"listing_id": listing_id, **mark, "viewed_on": day})
        return found

    def mine(self, principal: Principal, *, status: Status | None, cursor: str | None, limit: int) -> Page:
        """Return the caller's own listings with moderation state, newest first, read with the caller's token."""
        query = {
            "select": f"*,{_SELLER},contact:listing_contacts(phone_for_listing),likes:listing_likes(id),"
            "saves:listing_saves(id),moderation:moderation_queue(status,reason,submitted_at,completed_at)",
            "seller_user_id": f"eq.{principal.user_id}",
            "deleted_at": "is.null",
            **({"status": f"eq.{status}"} if status else {}),
            **newest_first(cursor, order=_MINE, limit=limit),
        }
        rows = [_own(row) for row in self.database.select("listings", query, user_token=principal.token)]
        return Page.cut(rows, limit=limit, order=_MINE, time="created_at")

    def favourites(self, principal: Principal, *, cursor: str | None, limit: int) -> Page:
        """Return the caller's visible favourites, last saved first, read with the caller's token."""
        query = {
            "select": f"id,created_at,listing:listings!listing_saves_listing_id_fkey!inner(*,{_SELLER},"
            "likes:listing_likes(id))",
            "user_id": f"eq.{principal.user_id}",
            "listing.deleted_at": "is.null",
            **newest_first(cursor, order=_FAVOURITES, limit=limit),
        }
        saved = self.database.select("listing_saves", query, user_token=principal.token)
        page = Page.cut(saved, limit=limit, order=_FAVOURITES, time="created_at")
        rows = [{**row["listing"], "is_liked": bool(row["listing"]["likes"]), "is_saved": True} for row in page.rows]
        return Page(rows, page.next_cursor)


def _network_of(address: str) -> str:
    """Return the network of one customer: an IPv4 address, or the /48 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 48), strict=False))


def _own(row: Row) -> Row:
    phone = (row.pop("contact") or {}).get("phone_for_listing")
    return {
        **row,
        "phone_for_listing": phone,
        "seller": {**row["seller"], "phone": phone},
        "is_liked": bool(row.pop("likes")),
        "is_saved": bool(row.pop("saves")),
        "is_mine": True,
    }
