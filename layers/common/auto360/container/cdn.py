"""Wiring of the CDN, where there is one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database, provider_lines
from auto360.container.video_providers import iam_tokens

if TYPE_CHECKING:
    from auto360.domains.videos.cdn_invalidation import Purging
    from auto360.providers.cdn.yandex import YandexCdn


def is_used() -> bool:
    """Return True when a CDN resource is configured."""
    from auto360.providers.cdn.yandex import YandexCdnSettings

    return bool(YandexCdnSettings.load().yandex_cdn_resource_id)


@cache
def yandex_cdn() -> YandexCdn:
    from auto360.providers.cdn.yandex import YandexCdn, YandexCdnSettings

    return YandexCdn(YandexCdnSettings.load(), provider_lines(), iam_tokens())


def purging() -> Purging:
    """Build the sender of purge batches."""
    from auto360.domains.videos.cdn_invalidation import Purging

    return Purging(database(), yandex_cdn() if is_used() else None)
