"""Playback: current addresses of a video, and its deletion."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auto360.core.errors import NotFound
from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.core.refusals.videos import VideoNotReady, VideoServiceUnavailable
from auto360.domains.videos.provider_registry import VideoProviders
from auto360.providers.cache import Cache
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.playback import video_delete, video_plays, video_read
from auto360.providers.database.functions.video_observations import video_observed
from auto360.providers.object_storage import LinkSigner
from auto360.providers.video import Playback, VideoFailure, VideoUnknown

# A link to the replica is valid for one evening.
_REPLICA_SECONDS = 6 * 3600
# Cached api.video playback is served this long without checking that the video exists.
_TRUSTED_SECONDS = 3600
_NOT_QUERIED_SECONDS = 60
# A provider that did not answer is tried last for this long.
_SILENT_SECONDS = 15
# Shortest interval between two queries about a video that is being encoded.
_QUERIED_SECONDS = 5
_BEING_MADE = ("awaiting_upload", "uploading", "processing")


@dataclass(frozen=True)
class PlayableVideo:
    """Video for its viewer; `playback` is None where it does not play."""

    row: Row
    playback: Playback | None


@dataclass(frozen=True)
class VideoReader:
    """Finds playback at the video's provider, at the other one, or in the object storage."""

    database: Database
    providers: VideoProviders
    cache: Cache
    replicas: Callable[[], LinkSigner]
    api_url: str

    def one(self, video_id: str, *, viewer: Principal | None) -> PlayableVideo:
        """Return a video, named by our id or that at api.video. Raises NotFound for callers without access."""
        row = video_read(self.database, video_id=video_id, viewer_id=viewer.user_id if viewer else None)
        if row is not None and self._has_changed(row):
            row = video_read(self.database, video_id=video_id, viewer_id=viewer.user_id if viewer else None)
        if row is None:
            raise NotFound
        try:
            return PlayableVideo(row, self._playback(row["id"], row["copies"]))
        except (VideoNotReady, VideoServiceUnavailable):
            return PlayableVideo(row, None)

    def playback(self, video_id: str) -> Playback:
        """Return the current playback of our id. Raises NotFound, VideoNotReady, VideoServiceUnavailable."""
        row = video_plays(self.database, video_id=video_id)
        if row is not None and self._has_changed(row):
            row = video_plays(self.database, video_id=video_id)
        if row is None:
            raise NotFound
        if not row["copies"]:
            raise NotFound if row["state"] == "failed" else VideoNotReady(retry_after=10)
        return self._playback(video_id, row["copies"])

    def file(self, video_id: str) -> str:
        """Return the address of a video as one file, valid for some hours: the replica, else the provider's.

        Raises NotFound, VideoNotReady, VideoServiceUnavailable.
        """
        row = video_plays(self.database, video_id=video_id)
        if row is None or row["state"] == "failed":
            raise NotFound
        failure: VideoFailure | None = None
        for copy in sorted(row["copies"], key=lambda copy: "replica_key" not in copy):
            if "replica_key" in copy:
                return self.replicas().link(copy["replica_key"], seconds=_REPLICA_SECONDS)
            try:
                download = self.providers[copy["provider"]].download(copy["video_id"])
            except VideoFailure as other:
                failure = other
                continue
            if not download.headers:
                return download.url
        if failure is None:
            raise VideoNotReady(retry_after=10)
        raise VideoServiceUnavailable(retry_after=5) from failure

    def thumbnail(self, video_id: str) -> str:
        """Return the address of a picture. Raises NotFound without one, VideoServiceUnavailable."""
        row = video_plays(self.database, video_id=video_id)
        for copy in row["copies"] if row else ():
            if copy.get("thumbnail_url"):
                return str(copy["thumbnail_url"])
            if "provider" in copy:
                try:
                    found = self.providers[copy["provider"]].thumbnail(copy["video_id"])
                except VideoFailure:
                    continue
                if found:
                    return found
        raise NotFound

    def delete(self, principal: Principal, video_id: str) -> Row:
        """Delete a video: hidden at once, its copies are deleted by the next timer. Raises NotFound, Forbidden."""
        found = video_read(self.database, video_id=video_id, viewer_id=principal.user_id)
        if found is None:
            raise NotFound
        return accepted(video_delete(self.database, user_id=principal.user_id, video_id=found["id"]))

    def _has_changed(self, row: Row) -> bool:
        """Refresh a video that is being encoded, at most once in some seconds for all viewers."""
        provider_id, key = row["provider_video_id"], f"video-asked:{row['id']}"
        if row["state"] not in _BEING_MADE or provider_id is None or self.cache.get(key):
            return False
        self.cache.put(key, "1", seconds=_QUERIED_SECONDS)
        try:
            found = self.providers.one(row["provider"], provider_id)
        except VideoFailure:
            return False
        if found is not None and found["state"] == row["state"]:
            return False
        video_observed(
            self.database, video_id=row["id"], provider_video_id=provider_id, found=found, api_url=self.api_url
        )
        return True

    def _playback(self, video_id: str, copies: Sequence[Mapping[str, Any]]) -> Playback:
        """Return the first copy that plays.

        Raises VideoNotReady without any, VideoServiceUnavailable where none answers.
        """
        failure: VideoFailure | None = None
        # A provider that just timed out is tried last, so that not every viewer waits for it.
        for copy in sorted(copies, key=lambda copy: self.cache.get(_silent(copy)) is not None):
            try:
                return self._at(copy)
            except VideoUnknown as gone:
                self._note_gone(video_id, copy)
                failure = gone
            except VideoFailure as other:
                self.cache.put(_silent(copy), "1", seconds=_SILENT_SECONDS)
                failure = other
        if failure is None:
            raise VideoNotReady(retry_after=10)
        raise VideoServiceUnavailable(retry_after=5) from failure

    def _at(self, copy: Mapping[str, Any]) -> Playback:
        if "replica_key" in copy:
            return Playback(self.replicas().link(copy["replica_key"], seconds=_REPLICA_SECONDS))
        if copy["provider"] == "api_video":
            return self._at_api_video(copy)
        return self.providers[copy["provider"]].playback(copy["video_id"])

    def _at_api_video(self, copy: Mapping[str, Any]) -> Playback:
        """Return lasting addresses. Presence is checked once an hour; no answer counts as present."""
        kept = _kept(copy)
        key = f"video-there:{copy['video_id']}"
        if kept is not None and self.cache.get(key):
            return kept
        try:
            found = self.providers["api_video"].playback(copy["video_id"])
        except VideoUnknown:
            raise
        except VideoFailure:
            if kept is None:
                raise
            self.cache.put(key, "1", seconds=_NOT_QUERIED_SECONDS)
            return kept
        self.cache.put(key, "1", seconds=_TRUSTED_SECONDS)
        return found

    def _note_gone(self, video_id: str, copy: Mapping[str, Any]) -> None:
        """Record that the provider lost the video, so that listings use another copy; no effect for a fallback."""
        video_observed(
            self.database, video_id=video_id, provider_video_id=copy["video_id"], found=None, api_url=self.api_url
        )


def _silent(copy: Mapping[str, Any]) -> str:
    return f"video-provider-silent:{copy.get('provider', 'replica')}"


def _kept(copy: Mapping[str, Any]) -> Playback | None:
    if not copy.get("hls_url"):
        return None
    return Playback(copy["hls_url"], copy.get("player_url"), copy.get("thumbnail_url"), is_lasting=True)
