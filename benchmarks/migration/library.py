"""Library to transfer, and a check of it without calls to a provider."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import psycopg

from local.simulators.api_video import ApiVideo
from local.simulators.media import Film, MadeFile, ReceivedFile
from local.simulators.yandex_video import YandexVideo

_MEGABYTE = 1_000_000
_SELLER = """insert into accounts (phone, name) values ('+996777360360', 'Айбек')
  on conflict (phone) do update set name = 'Айбек' returning id"""
_LISTING = """insert into listings (seller_user_id, category, title, price, status, moderation_status, video_id,
    video_provider, video_status, video_url, video_player_url, thumbnail_url, video_thumbnail_url)
  values (%(seller)s, 'car', 'Toyota Camry 2018', 1200000, 'active', 'approved', %(id)s, %(provider)s, 'ready', %(url)s,
    %(url)s, %(picture)s, %(picture)s) returning id"""
_SHOWN = """select l.id::text, l.video_id, l.video_provider, v.provider, v.provider_video_id
  from listings l join videos v on v.listing_id = l.id where l.id = any (%s)"""


@dataclass
class MovingLibrary:
    """Videos at the simulated api.video with listings that show them."""

    connection: psycopg.Connection[Any]
    api_video: ApiVideo
    yandex: YandexVideo
    listings: list[Any] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(360))  # noqa: S311

    def add(self, count: int, *, bytes_of: int | None = None) -> None:
        """Create so many videos: most are small, a few large. Every fifth is named only by its listing's address."""
        [(seller,)] = self.connection.execute(_SELLER).fetchall()
        for number in range(count):
            size = bytes_of or self._size()
            film = Film(round(self.dice.uniform(10, 180), 1), 1280, 720)
            source = self.api_video.library.seed(size=size, film=film).id
            by_address = number % 5 == 4
            at = f"https://cdn.api.video/vod/{source}"
            [(listing,)] = self.connection.execute(
                _LISTING,
                {
                    "seller": seller,
                    "id": None if by_address else source,
                    "provider": None if by_address else "api_video",
                    "url": f"{at}/hls/manifest.m3u8",
                    "picture": f"{at}/thumbnail.jpg",
                },
            ).fetchall()
            self.listings.append(listing)

    def _size(self) -> int:
        kind = self.dice.random()
        if kind < 0.7:
            return self.dice.randrange(100_000, 2 * _MEGABYTE)
        return self.dice.randrange(2 * _MEGABYTE, 8 * _MEGABYTE if kind < 0.95 else 40 * _MEGABYTE)

    def unplayable(self) -> list[str]:
        """Return listings without a video that plays now."""
        shown = self.connection.execute(_SHOWN, (self.listings,)).fetchall()
        return [row[0] for row in shown if not self._plays(*row[1:])]

    def _plays(self, video_id: str | None, shown: str | None, provider: str, provider_video_id: str) -> bool:
        if shown == "yandex":
            held = self.yandex.videos.get(provider_video_id)
            return video_id is None and provider == "yandex" and held is not None and held.status == "READY"
        return provider_video_id in self.api_video.library.videos and video_id in (None, provider_video_id)

    def different(self) -> list[str]:
        """Return copies whose bytes differ from their source."""
        pairs = self.connection.execute("select source_video_id, target_video_id from video_migrations").fetchall()
        return [source for source, target in pairs if not self._is_same(source, target)]

    def _is_same(self, source: str, target: str | None) -> bool:
        ours, theirs = self.api_video.library.videos.get(source), self.yandex.videos.get(target or "")
        if ours is None or theirs is None:
            return False
        if not isinstance(ours.body, MadeFile) or not isinstance(theirs.body, ReceivedFile):
            return False
        return theirs.body.size == ours.body.size and theirs.body.sha256() == ours.body.sha256()
