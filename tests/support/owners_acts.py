"""Acts of a listing's owner while its video moves."""

from __future__ import annotations

from psycopg.types.json import Jsonb

from tests.support.concurrency import Call
from tests.support.migration import Moving
from tests.support.sql_calls import calling


def owners_act(moving: Moving, act: str, other: str) -> Call:
    """Prepare the deletion of the listing, or its change to another video."""
    if act == "delete":
        return calling("listing_delete", p_user_id=moving.seller, p_listing_id=moving.listing)
    fields = {"video_id": other, "video_url": f"https://cdn.api.video/vod/{other}/hls/manifest.m3u8"}
    return calling("listing_update", p_user_id=moving.seller, p_listing_id=moving.listing, p_fields=Jsonb(fields))
