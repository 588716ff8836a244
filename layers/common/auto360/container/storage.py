"""Wiring of picture addresses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auto360.core.urls import ImageLinks


@cache
def image_links() -> ImageLinks:
    """Return the rule for picture addresses: our own storage and the configured hosts."""
    from auto360.core.urls import ImageLinks, ImageLinkSettings
    from auto360.providers.database.postgrest import SupabaseSettings

    storage_url = f"{SupabaseSettings.load().supabase_url.rstrip('/')}/storage/v1"
    settings = ImageLinkSettings.load()
    return ImageLinks(storage_url, settings.hosts, settings.pictures_url or None)
