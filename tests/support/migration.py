"""Videos that are to move, put into the database, and the ledger's functions called as a run calls them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.database import Database
from tests.support.market import new_listing, new_user_id
from tests.support.rows import rows

PLACE = {
    "video_url": "https://api.invalid/video/1/manifest.m3u8",
    "video_player_url": "https://api.invalid/video/1/manifest.m3u8",
    "video_thumbnail_url": "https://api.invalid/video/1/thumbnail.jpg",
    "thumbnail_url": "https://api.invalid/video/1/thumbnail.jpg",
}


@dataclass(frozen=True)
class Moving:
    """Listing with a video at api.video, and the video's ids."""

    seller: str
    listing: str
    video: str
    source: str


def new_source_id() -> str:
    """Return an id as api.video gives them."""
    return f"vi{uuid4().hex[:20]}"


def new_moving(database: Database, *, source: str | None = None, projection: str = "flat") -> Moving:
    """Return a listing that shows a video at api.video."""
    seller = new_user_id(database)
    listing, source = new_listing(database, seller), source or new_source_id()
    show(database, listing, source)
    [(video,)] = rows(
        database,
        """insert into videos (owner_user_id, listing_id, provider, provider_video_id, state, projection)
           values (%s, %s, 'api_video', %s, 'ready', %s)
           on conflict (provider, provider_video_id) do update set projection = excluded.projection
           returning id::text""",
        seller, listing, source, projection,
    )  # fmt: skip
    return Moving(seller, listing, str(video), source)


def show(database: Database, listing: str, source: str, *, with_id: bool = True) -> None:
    """Let a listing show a video at api.video, by id and addresses, or by address alone as the app's form sends it."""
    at = f"https://cdn.api.video/vod/{source}"
    rows(
        database,
        """update listings set video_id = %s, video_provider = %s, video_status = 'ready', video_url = %s,
             video_player_url = %s, video_thumbnail_url = %s, thumbnail_url = %s where id = %s returning id""",
        source if with_id else None, "api_video" if with_id else None, f"{at}/hls/manifest.m3u8",
        f"https://embed.api.video/vod/{source}", f"{at}/thumbnail.jpg", f"{at}/thumbnail.jpg", listing,
    )  # fmt: skip


def uploaded(database: Database, moving: Moving, video_id: str) -> None:
    """Add another playing video of the seller at api.video."""
    rows(
        database,
        """insert into videos (owner_user_id, provider, provider_video_id, state)
           values (%s, 'api_video', %s, 'ready') returning id""",
        moving.seller,
        video_id,
    )


def shown(database: Database, listing: str) -> dict[str, Any]:
    """Return the video fields of a listing."""
    [(fields,)] = rows(
        database,
        """select to_jsonb(s) from (select video_id, video_provider, video_status, video_url, video_player_url,
             video_thumbnail_url, thumbnail_url from listings where id = %s) as s""",
        listing,
    )
    return dict(fields)


@dataclass(frozen=True)
class LedgerOf:
    """Ledger in the hands of a run called `holder`."""

    database: Database
    holder: str = "run 1"

    def call(self, name: str, **arguments: Any) -> Any:
        """Call a function of the ledger as the backend."""
        with self.database.connect() as connection:
            connection.execute("set role service_role")
            return ledger_call(connection, name, **arguments)

    def plan(self) -> dict[str, int]:
        """Enter what is new."""
        return dict(self.call("plan", p_limit=1000))

    def claim(self, *, limit: int = 1000, begin: bool = True, lease: int = 60, only: list[str] | None = None) -> Any:
        """Take the next entry; gives the whole answer."""
        return self.call(
            "claim", p_holder=self.holder, p_lease_seconds=lease, p_daily_limit=limit, p_budget_seconds=None,
            p_begin=begin, p_only=only,
        )  # fmt: skip

    def step(self, name: str, entry: str, **arguments: Any) -> Any:
        """Take a step with an entry."""
        return self.call(name, p_id=entry, p_holder=self.holder, **arguments)

    def copied(self, moving: Moving, *, size: int = 100) -> str:
        """Bring a video to `uploaded`; gives the id of its entry."""
        entry = str(self.claim(only=[moving.video])["entry"]["id"])
        known = {"p_bytes": size, "p_etag": '"1"', "p_seconds": 10, "p_width": 1280, "p_height": 720}
        assert self.step("source", entry, **known, p_projection="flat") == {"outcome": "ok"}
        assert self.step("request_target", entry)["is_first"]
        made = {"p_target_video_id": f"vplv{uuid4().hex[:12]}", "p_upload_url": "https://tus.invalid/1"}
        assert self.step("target", entry, **made) == {"outcome": "ok"}
        whole = [{"from": 0, "to": size, "sha256": "ab"}]
        assert self.step("progress", entry, p_lease_seconds=60, p_from=0, p_chunks=Jsonb(whole)) == {"outcome": "ok"}
        assert self.step("uploaded", entry) == {"outcome": "ok"}
        return entry

    def made_ready(self, moving: Moving) -> str:
        """Bring a video to `ready`, still held; gives the id of its entry."""
        entry = self.copied(moving)
        held = {"p_holder": self.holder, "p_lease_seconds": 60}
        assert [row["id"] for row in self.call("claim_uploaded", **held, p_limit=9, p_only=[moving.video])] == [entry]
        assert self.step("ready", entry, p_seconds=Decimal("10.2")) == {"outcome": "ok"}
        return entry

    def switched(self, moving: Moving) -> str:
        """Bring a video to `switched`; gives the id of its entry."""
        entry = self.made_ready(moving)
        assert self.switch(entry) == {"outcome": "ok"}
        return entry

    def switch(self, entry: str) -> Any:
        """Show the copy."""
        return self.step("switch", entry, p_place=Jsonb(PLACE), p_fallback_days=90, p_confirm_seconds=0)

    def confirmed(self, moving: Moving) -> str:
        """Bring a video to `confirmed`; gives the id of its entry."""
        entry = self.switched(moving)
        assert self.claim(only=[moving.video])["entry"]["state"] == "switched"
        assert self.step("confirmed", entry, p_fallback_days=90) == {"outcome": "ok"}
        return entry

    def roll_back(self, *, only: list[str] | None = None, day: str | None = None) -> Any:
        """Return the way back for those that are named."""
        return self.call(
            "rollback", p_only=only, p_day=day, p_reason="by_hand", p_keep_days=14, p_limit=1000
        )  # fmt: skip

    def row(self, entry: str) -> dict[str, Any]:
        """Return an entry's row of the ledger."""
        [(row,)] = rows(self.database, "select to_jsonb(m) from video_migrations m where id = %s", entry)
        return dict(row)


def ledger_call(connection: psycopg.Connection[Any], name: str, **arguments: Any) -> Any:
    """Call a function of the ledger over a connection."""
    named = ", ".join(f"{argument} => %({argument})s" for argument in arguments)
    row = connection.execute(f"select public.video_migration_{name}({named})".encode(), arguments).fetchone()
    assert row is not None
    return row[0]


def empty(database: Database) -> None:
    """Forget every entry and day."""
    with database.connect() as connection:
        connection.execute("delete from video_migrations")
        connection.execute("delete from video_migration_days")
        connection.execute("delete from job_leases where job = 'video_migrator'")
        connection.execute("delete from videos where provider = 'api_video' or fallback_provider = 'api_video'")
        connection.execute("update listings set video_id = null, video_provider = null, video_url = null")


@pytest.fixture
def ledger(database: Database) -> LedgerOf:
    """Return an empty ledger, and no video that could move."""
    empty(database)
    return LedgerOf(database)
