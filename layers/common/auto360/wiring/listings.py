"""Listings."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.clock import utc_now
from auto360.wiring.cached import cache_settings, shared_cache
from auto360.wiring.data import database

if TYPE_CHECKING:
    from auto360.listings.batches import Batch
    from auto360.listings.feed import Feed
    from auto360.listings.posting import Posting
    from auto360.listings.reactions import Reactions
    from auto360.listings.reading import ListingReader


@cache
def feed() -> Feed:
    """Feed, search, popular searches."""
    from auto360.listings.feed import Feed, PopularSettings

    return Feed(database(), shared_cache(), cache_settings(), PopularSettings.load(), _batch(), utc_now)


@cache
def reader() -> ListingReader:
    """One listing, one's own, one's favourites."""
    from auto360.database.postgrest import SupabaseSettings
    from auto360.listings.reading import ListingReader, Viewers

    # The key tells viewers apart for two days; it needs no place of its own in the secret store.
    secret = SupabaseSettings.load().supabase_service_role_key.get_secret_value()
    return ListingReader(database(), Viewers(secret.encode()), _batch(), utc_now)


@cache
def posting() -> Posting:
    """Posting and changing."""
    from auto360.listings.posting import Posting, SalePolicy
    from auto360.listings.video_links import VideoLinks, VideoLinkSettings
    from auto360.wiring.storage import image_links
    from auto360.wiring.video import addresses

    videos = VideoLinks(VideoLinkSettings.load().hosts, addresses())
    return Posting(database(), shared_cache(), image_links(), videos, SalePolicy.load())


@cache
def reactions() -> Reactions:
    """Likes, favourites, reports."""
    from auto360.listings.reactions import Reactions

    return Reactions(database())


def _batch() -> Batch:
    from auto360.listings.batches import Batch, BatchSettings

    settings = BatchSettings.load()
    return Batch(size=settings.listing_batch_size, seconds=settings.listing_batch_seconds)
