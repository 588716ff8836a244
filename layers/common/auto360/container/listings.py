"""Wiring of listings."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.cached import cache_settings, shared_cache
from auto360.container.data import database, public_database, replica_settings
from auto360.core.clock import utc_now

if TYPE_CHECKING:
    from auto360.domains.listings.commands import Posting
    from auto360.domains.listings.comments import Comments
    from auto360.domains.listings.feed import Feed
    from auto360.domains.listings.queries import ListingReader, ViewerFingerprint
    from auto360.domains.listings.reactions import Reactions
    from auto360.domains.listings.saved_searches import SavedSearches
    from auto360.domains.listings.search_matching import SearchMatcher
    from auto360.domains.listings.write_buffer import Batch
    from auto360.providers.cache.pages import GuestPages


@cache
def feed() -> Feed:
    """Build feed, search and popular searches."""
    from auto360.domains.listings.feed import Feed, PopularSettings

    lag = replica_settings().lag_seconds
    return Feed(public_database(), shared_cache(), cache_settings(), PopularSettings.load(), _batch(), utc_now, lag)


@cache
def guest_pages() -> GuestPages:
    """Build the store of finished feed pages for guests."""
    from auto360.domains.listings.feed import CACHED
    from auto360.providers.cache.pages import GuestPages

    return GuestPages(shared_cache(), CACHED, cache_settings().cache_feed_seconds, replica_settings().lag_seconds)


@cache
def reader() -> ListingReader:
    """Build reads of single, own and favourite listings."""
    from auto360.domains.listings.queries import ListingReader

    return ListingReader(public_database(), _viewers(), _batch(), utc_now)


@cache
def posting() -> Posting:
    from auto360.container.storage import image_links
    from auto360.container.video_providers import addresses
    from auto360.domains.listings.commands import Posting, SalePolicy
    from auto360.domains.listings.video_links import VideoLinks, VideoLinkSettings

    videos = VideoLinks(VideoLinkSettings.load().hosts, addresses())
    return Posting(database(), shared_cache(), image_links(), videos, SalePolicy.load())


@cache
def reactions() -> Reactions:
    """Build likes, favourites and user reports."""
    from auto360.domains.listings.reactions import Reactions

    return Reactions(database())


@cache
def comments() -> Comments:
    """Comments below listings."""
    from auto360.domains.listings.comments import Comments

    return Comments(public_database())


@cache
def saved_searches() -> SavedSearches:
    """Build saved searches."""
    from auto360.domains.listings.saved_searches import SavedSearches

    return SavedSearches(database())


@cache
def search_matcher() -> SearchMatcher:
    """Build the timer that matches new listings with saved searches."""
    from auto360.domains.listings.search_matching import SearchMatcher

    return SearchMatcher(database(), _viewers())


def _viewers() -> ViewerFingerprint:
    from auto360.domains.listings.queries import ViewerFingerprint
    from auto360.providers.database.postgrest import SupabaseSettings

    # The key distinguishes viewers for two days, so it is not in the secret store.
    secret = SupabaseSettings.load().supabase_service_role_key.get_secret_value()
    return ViewerFingerprint(secret.encode())


def _batch() -> Batch:
    from auto360.domains.listings.write_buffer import Batch, BatchSettings

    settings = BatchSettings.load()
    return Batch(size=settings.listing_batch_size, seconds=settings.listing_batch_seconds)
