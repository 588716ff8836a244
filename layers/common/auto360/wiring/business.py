"""Business accounts and their teams."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.wiring.cached import shared_cache
from auto360.wiring.data import database
from auto360.wiring.storage import image_links

if TYPE_CHECKING:
    from auto360.business.accounts import Businesses
    from auto360.business.team import Team


@cache
def businesses() -> Businesses:
    """Accounts and their listings."""
    from auto360.business.accounts import Businesses

    return Businesses(database(), shared_cache(), image_links())


@cache
def team() -> Team:
    """Members, invitations, the owner."""
    from auto360.business.team import Team, TeamPolicy

    return Team(database(), TeamPolicy.load())
