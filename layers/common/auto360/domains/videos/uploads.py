"""Upload sessions: permission for one user to upload one video of a declared size (docs/decisions/0021)."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, field_validator

from auto360.core.errors import NotFound, Problem, ValidationFailed
from auto360.core.identity import Principal
from auto360.core.messages import FIELDS, sentence
from auto360.core.refusals import accepted
from auto360.core.refusals.listings import VideoUnavailable
from auto360.core.refusals.videos import UploadTooLarge, VideoServiceUnavailable
from auto360.core.settings import EnvSettings
from auto360.domains.videos.provider_registry import VideoProviders
from auto360.providers.database import Database, bytea
from auto360.providers.database.functions.playback import video_read
from auto360.providers.database.functions.uploads import upload_ticket_abandon, upload_ticket_issued, upload_ticket_open
from auto360.providers.database.functions.video_observations import video_uploaded
from auto360.providers.video import (
    PlannedUpload,
    UploadTarget,
    VideoBusy,
    VideoFailure,
    VideoRefused,
    VideoUncertain,
    VideoUnreachable,
)

_USER_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# The provider created nothing, so the upload session can be dropped.
_NOTHING_MADE = (VideoRefused, VideoBusy, VideoUnreachable)


class UploadPolicy(EnvSettings):
    """Largest size and duration of a video, lifetime of a session, and the choice of provider.

    `video_yandex_percent` of the users, always the same ones, and those in `video_yandex_users` upload to Yandex, with
    a build of the app that supports tus (`video_tus_min_build`); 0: no build does. 360° videos never do: Yandex plays
    them flat.
    """

    video_max_bytes: int = Field(104_857_600, ge=1)
    video_max_seconds: int = Field(180, ge=1)
    video_types: str = "video/mp4,video/quicktime"
    video_upload_session_seconds: int = Field(3600, ge=60, le=86_400)
    video_yandex_percent: int = Field(0, ge=0, le=100)
    video_yandex_users: str = ""
    video_tus_min_build: int = Field(0, ge=0)

    @field_validator("video_yandex_users")
    @classmethod
    def _ids(cls, value: str) -> str:
        if not all(_USER_ID.fullmatch(user) for user in value.split(",") if user):
            raise ValueError("must be a comma-separated list of user ids")
        return value

    @property
    def types(self) -> frozenset[str]:
        """Return accepted content types."""
        return frozenset(self.video_types.split(","))

    def provider(self, user_id: str, *, build: int | None, projection: str) -> Literal["api_video", "yandex"]:
        """Return the provider of a user's next upload."""
        knows_tus = self.video_tus_min_build > 0 and build is not None and build >= self.video_tus_min_build
        if projection != "flat" or not knows_tus:
            return "api_video"
        if user_id in self.video_yandex_users.split(","):
            return "yandex"
        place = int.from_bytes(hashlib.sha256(f"yandex uploads {user_id}".encode()).digest()[:4], "big") % 100
        return "yandex" if place < self.video_yandex_percent else "api_video"


@dataclass(frozen=True)
class WantedUpload:
    """Declared upload. Undeclared values count as the largest allowed."""

    title: str = ""
    bytes: int | None = None
    duration_seconds: float | None = None
    content_type: str = "video/mp4"
    listing_id: str | None = None
    projection: Literal["flat", "equirectangular"] = "flat"


@dataclass(frozen=True)
class UploadSession:
    """Opened upload session. `video_id` is our id; a file named `file_name` is matched without it."""

    video_id: str
    provider: str
    target: UploadTarget
    bytes: int
    expires_at: str

    @property
    def file_name(self) -> str:
        """Return the name under which the file should be sent."""
        return f"{self.video_id}.mp4"


@dataclass(frozen=True)
class UploadSessions:
    """Opens and completes uploads."""

    database: Database
    providers: VideoProviders
    policy: UploadPolicy
    api_url: str

    def open(self, principal: Principal, wanted: WantedUpload, *, key: str | None, build: int | None) -> UploadSession:
        """Open a session, idempotent by `key`; falls back from Yandex to api.video.

        Raises ValidationFailed, UploadTooLarge, NotFound and Forbidden for the listing, AccountBlocked,
        IdempotencyKeyReused, VideoServiceUnavailable.
        """
        document = self._declared(wanted)
        # tus needs the exact size beforehand.
        known_build = build if wanted.bytes else None
        provider = self.policy.provider(principal.user_id, build=known_build, projection=wanted.projection)
        try:
            return self._opened(principal, document, provider, key)
        except VideoServiceUnavailable as unavailable:
            if provider == "api_video" or not isinstance(unavailable.__cause__, _NOTHING_MADE):
                raise
        return self._opened(principal, document, "api_video", key)

    def complete(self, principal: Principal, video_id: str, *, provider_video_id: str | None) -> dict[str, Any]:
        """Complete an upload: compare it with the declaration, and revoke the session.

        Raises NotFound, UploadSessionOver, UploadTooLarge, VideoUnavailable, VideoServiceUnavailable.
        """
        row = video_read(self.database, video_id=video_id, viewer_id=principal.user_id)
        if row is None:
            raise NotFound
        known = row["provider_video_id"]
        if row["provider"] == "api_video":
            known = known or provider_video_id
            if provider_video_id not in (None, known):
                raise VideoUnavailable
        if known is None:
            raise ValidationFailed(problems=[Problem("videoId", sentence(FIELDS, "missing", "ru"))])
        provider = self.providers[row["provider"]]
        try:
            found = self.providers.one(row["provider"], known)
        except VideoFailure as failure:
            raise VideoServiceUnavailable(retry_after=_wait(failure)) from failure
        if found is None:
            raise VideoUnavailable
        answer = video_uploaded(
            self.database,
            user_id=principal.user_id,
            video_id=row["id"],
            provider_video_id=known,
            found=found,
            api_url=self.api_url,
        )
        if answer.get("revoke"):
            _give_back(lambda: provider.close(session_key=answer["revoke"]))
        if answer.get("reason") == UploadTooLarge.code:
            if answer["is_ours"]:
                _give_back(lambda: provider.delete(known))
            raise UploadTooLarge
        return accepted(answer)

    def _declared(self, wanted: WantedUpload) -> dict[str, Any]:
        policy = self.policy
        if (wanted.bytes or 0) > policy.video_max_bytes or (wanted.duration_seconds or 0) > policy.video_max_seconds:
            raise UploadTooLarge
        if wanted.content_type not in policy.types:
            raise ValidationFailed(problems=[Problem("contentType", sentence(FIELDS, "value", "ru"))])
        return {
            "title": wanted.title,
            "bytes": wanted.bytes or policy.video_max_bytes,
            "duration_seconds": wanted.duration_seconds or policy.video_max_seconds,
            "content_type": wanted.content_type,
            "listing_id": wanted.listing_id,
            "projection": wanted.projection,
        }

    def _opened(
        self, principal: Principal, document: Mapping[str, Any], provider: str, key: str | None
    ) -> UploadSession:
        # Independent of the provider: a repeat stays one after a fallback to the other provider.
        digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).digest()
        held = accepted(
            upload_ticket_open(
                self.database,
                user_id=principal.user_id,
                request={**document, "provider": provider},
                key=key,
                digest=bytea(digest),
                seconds=self.policy.video_upload_session_seconds,
            )
        )
        if held["provider_ticket"] is None:
            held = self._opened_at_provider(held)
        target = self.providers[held["provider"]].target(
            session_key=held["provider_ticket"], video_id=held["provider_video_id"]
        )
        return UploadSession(held["video_id"], held["provider"], target, held["bytes"], held["expires_at"])

    def _opened_at_provider(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """Open the upload at the provider.

        If a parallel request was faster, its answer is returned and this one is revoked.
        """
        provider = self.providers[held["provider"]]
        upload = PlannedUpload(
            reference=held["video_id"],
            bytes=held["bytes"],
            seconds=self.policy.video_upload_session_seconds,
            title=held["title"] or "",
            file_name=f"{held['video_id']}.mp4",
        )
        target = self._target(held, upload)
        answer = upload_ticket_issued(
            self.database,
            ticket_id=held["ticket_id"],
            provider_ticket=target.session_key,
            provider_video_id=target.video_id,
        )
        if answer.get("provider_ticket") != target.session_key:
            _give_back(lambda: provider.close(session_key=target.session_key))
            unused = target.video_id
            if unused is not None and unused != answer.get("provider_video_id"):
                _give_back(lambda: provider.delete(unused))
        return accepted(answer)

    def _target(self, held: Mapping[str, Any], upload: PlannedUpload) -> UploadTarget:
        provider = self.providers[held["provider"]]
        try:
            known = provider.reopen(upload) if held["is_repeat"] else None
            return known or provider.open(upload)
        except VideoUncertain as failure:
            known = self._found_again(held["provider"], upload)
            if known is not None:
                return known
            raise VideoServiceUnavailable(retry_after=2) from failure
        except _NOTHING_MADE as failure:
            upload_ticket_abandon(self.database, ticket_id=held["ticket_id"])
            raise VideoServiceUnavailable(retry_after=_wait(failure)) from failure

    def _found_again(self, provider: str, upload: PlannedUpload) -> UploadTarget | None:
        try:
            return self.providers[provider].reopen(upload)
        except VideoFailure:
            return None


def _give_back(action: Callable[[], None]) -> None:
    """Clean up now; the maintenance timer retries failures."""
    try:
        action()
    except VideoFailure:
        return


def _wait(failure: VideoFailure) -> int:
    return round(failure.retry_after or 5)
