"""Wiring of business accounts and teams."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.cached import shared_cache
from auto360.container.data import database, public_database
from auto360.container.storage import image_links

if TYPE_CHECKING:
    from auto360.domains.business.accounts import Businesses
    from auto360.domains.business.team import BusinessTeam


@cache
def businesses() -> Businesses:
    from auto360.domains.business.accounts import Businesses

    return Businesses(public_database(), shared_cache(), image_links())


@cache
def team() -> BusinessTeam:
    from auto360.domains.business.team import BusinessTeam, TeamPolicy

    return BusinessTeam(database(), TeamPolicy.load())
