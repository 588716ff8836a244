"""Video maintenance: refresh states, end and revoke upload sessions, delete, and match unreported uploads."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field

from auto360.core.clock import Clock
from auto360.core.settings import EnvSettings
from auto360.domains.videos.provider_registry import VideoProviders
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.playback import videos_readdress, videos_unchecked
from auto360.providers.database.functions.uploads import upload_ticket_abandon
from auto360.providers.database.functions.video_observations import video_observed, video_uploaded
from auto360.providers.database.functions.video_upkeep import (
    upload_tickets_end,
    upload_tickets_revoked,
    upload_tickets_to_revoke,
    upload_tickets_unanswered,
    video_deleted,
    video_prove,
    videos_due,
    videos_to_delete,
    videos_unknown,
)
from auto360.providers.video import ProviderVideo, VideoFailure

_BATCH = 100
# Low, since requests of viewers share the limit of provider calls per minute.
_UNCHECKED = 20
# Keeps other runs from the same videos.
_LEASE_SECONDS = 120
# Largest difference allowed between a provider's clock and ours.
_CLOCKS_APART = timedelta(minutes=1)
# The minute of each hour in which strays are looked for: listing a library takes many calls.
_STRAY_MINUTE = 17


class UpkeepPolicy(EnvSettings):
    """Hours after which an upload without a session and a listing is deleted."""

    video_stray_hours: int = Field(24, ge=1, le=720)


@dataclass
class VideoUpkeep:
    """Single run of the timer. `report` counts its actions, for the log."""

    database: Database
    providers: VideoProviders
    policy: UpkeepPolicy
    api_url: str
    now: Clock
    monotonic: Callable[[], float] = time.monotonic
    report: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def run(self, *, seconds: float) -> dict[str, int]:
        """Process due work for at most `seconds`. A failing provider is left for the next run."""
        self.report.clear()
        ends_at = self.monotonic() + seconds
        self.report["tickets_ended"] = upload_tickets_end(self.database)
        steps: tuple[Callable[[], bool], ...] = (self._query, self._delete, self._revoke, self._unanswered)
        for step in steps:
            while self.monotonic() < ends_at and step():
                pass
        self._query_unchecked()
        self._readdress()
        if self.now().minute == _STRAY_MINUTE:
            self.sort_out(until=ends_at)
        return dict(self.report)

    def sort_out(self, *, until: float) -> None:
        """Match unreported uploads to their sessions; delete strays."""
        for provider in self.providers.by_name:
            try:
                for page in self._recent(provider):
                    self._sort_out_page(provider, page)
                    if self.monotonic() > until:
                        return
            except VideoFailure:
                self.report["provider_failures"] += 1

    def _query(self) -> bool:
        """Refresh the states of one batch. True: there may be more."""
        due = videos_due(self.database, limit=_BATCH, lease_seconds=_LEASE_SECONDS)
        self._query_providers(due)
        return len(due) == _BATCH

    def _query_unchecked(self) -> None:
        """Check older videos once."""
        self._query_providers(videos_unchecked(self.database, limit=_UNCHECKED, lease_seconds=_LEASE_SECONDS))

    def _readdress(self) -> None:
        """Rewrite listings' addresses after a change of the domain."""
        self.report["listings_readdressed"] = videos_readdress(self.database, api_url=self.api_url, limit=_BATCH)

    def _query_providers(self, due: list[Row]) -> None:
        for provider in self.providers.by_name:
            of_provider = {row["provider_video_id"]: row["id"] for row in due if row["provider"] == provider}
            if of_provider:
                self._query_provider(provider, of_provider)

    def _query_provider(self, provider: str, wanted: dict[str, str]) -> None:
        try:
            found = self.providers[provider].find(list(wanted))
        except VideoFailure:
            self.report["provider_failures"] += 1
            return
        for provider_id, video_id in wanted.items():
            video = found.get(provider_id)
            told = None if video is None else self.providers.told(provider, video)
            state = self._observed(video_id, provider_id, told)
            self.report[f"videos_{state}"] += 1

    def _observed(self, video_id: str, provider_id: str, told: dict[str, Any] | None) -> str:
        return str(
            video_observed(
                self.database, video_id=video_id, provider_video_id=provider_id, found=told, api_url=self.api_url
            )
        )

    def _delete(self) -> bool:
        """Delete the copies of one batch. Failures are retried when their lease is over."""
        due = videos_to_delete(self.database, limit=_BATCH, lease_seconds=_LEASE_SECONDS)
        for row in due:
            places = ((row["provider"], row["provider_video_id"]), (row["fallback_provider"], row["fallback_video_id"]))
            if all(self._released(row, provider, video_id) for provider, video_id in places if video_id):
                video_deleted(self.database, video_id=row["id"])
                self.report["videos_deleted"] += 1
        return len(due) == _BATCH

    def _released(self, row: Row, provider: str, video_id: str) -> bool:
        """Delete one copy, or keep a file that may belong to another user. False: retry later."""
        if provider == "api_video":
            try:
                is_ours = not row["is_shown"] and (row["ownership"] != "claimed" or self._proved(row["id"], video_id))
            except VideoFailure:
                self.report["provider_failures"] += 1
                return False
            if not is_ours:
                self.report["copies_let_go"] += 1
                return True
        return self._done(provider, video_id)

    def _proved(self, video_id: str, provider_id: str) -> bool:
        """Check the ownership of a file that was only claimed. Raises VideoFailure."""
        found = self.providers["api_video"].find([provider_id]).get(provider_id)
        if found is None:
            return False
        about = {"title": found.title, "created_at": found.created_at.isoformat() if found.created_at else None}
        return bool(video_prove(self.database, video_id=video_id, found=about))

    def _done(self, provider: str, video_id: str) -> bool:
        try:
            self.providers[provider].delete(video_id)
        except VideoFailure:
            self.report["provider_failures"] += 1
            return False
        return True

    def _revoke(self) -> bool:
        due = upload_tickets_to_revoke(self.database, limit=_BATCH)
        revoked = []
        for row in due:
            try:
                self.providers[row["provider"]].close(session_key=row["provider_ticket"])
            except VideoFailure:
                self.report["provider_failures"] += 1
                break
            revoked.append(row["ticket_id"])
        upload_tickets_revoked(self.database, ticket_ids=revoked)
        self.report["tickets_revoked"] += len(revoked)
        return len(revoked) == _BATCH

    def _unanswered(self) -> bool:
        """Delete uploads of sessions whose function crashed before recording the provider's answer."""
        due = upload_tickets_unanswered(self.database, limit=_BATCH)
        for row in due:
            asked_at = datetime.fromisoformat(row["created_at"])
            try:
                for video in self.providers[row["provider"]].with_title(row["video_id"]):
                    if video.created_at and video.created_at >= asked_at - _CLOCKS_APART:
                        self.providers[row["provider"]].delete(video.video_id)
            except VideoFailure:
                self.report["provider_failures"] += 1
                return False
            upload_ticket_abandon(self.database, ticket_id=row["ticket_id"])
            self.report["tickets_abandoned"] += 1
        return len(due) == _BATCH

    def _recent(self, provider: str) -> Iterator[list[ProviderVideo]]:
        """Yield the newest videos of a provider, a page at a time, back to a day before the age of a stray."""
        oldest: datetime = self.now() - timedelta(hours=self.policy.video_stray_hours + 26)
        page: list[ProviderVideo] = []
        for video in self.providers[provider].videos(newest_first=True):
            if video.created_at is None or video.created_at < oldest:
                break
            page.append(video)
            if len(page) == _BATCH:
                yield page
                page = []
        if page:
            yield page

    def _sort_out_page(self, provider: str, page: list[ProviderVideo]) -> None:
        found = [
            {"video_id": video.video_id, "title": video.title, "created_at": str(video.created_at)} for video in page
        ]
        unknown = videos_unknown(self.database, provider=provider, found=found, hours=self.policy.video_stray_hours)
        for upload in unknown["uploads"]:
            told = self.providers.one(provider, upload["provider_video_id"])
            if told is not None:
                video_uploaded(
                    self.database,
                    user_id=upload["user_id"],
                    video_id=upload["id"],
                    provider_video_id=upload["provider_video_id"],
                    found=told,
                    api_url=self.api_url,
                )
                self.report["uploads_found"] += 1
        for video_id in unknown["strays"]:
            if self._done(provider, video_id):
                self.report["strays_deleted"] += 1
