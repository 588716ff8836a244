"""Webhooks of api.video: a hint of a change. The video is read again; the payload is not trusted."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from auto360.core.errors import AuthenticationRequired
from auto360.core.refusals.videos import VideoServiceUnavailable
from auto360.core.settings import EnvSettings
from auto360.domains.videos.provider_registry import VideoProviders
from auto360.providers.database import Database
from auto360.providers.database.functions.playback import video_find
from auto360.providers.database.functions.video_observations import video_observed, video_uploaded
from auto360.providers.database.functions.video_upkeep import videos_unknown
from auto360.providers.video import ReportCheck, VideoFailure
from auto360.providers.video.parsing import identifier


class ReportSettings(EnvSettings):
    """`API_VIDEO_WEBHOOK_SECRET`: secrets of our webhooks at api.video, comma-separated."""

    api_video_webhook_secret: SecretStr

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return a secret per webhook."""
        return tuple(self.api_video_webhook_secret.get_secret_value().split(","))


@dataclass(frozen=True)
class VideoReports:
    """Receives webhooks, which may be reordered, repeated, or replayed by strangers."""

    database: Database
    providers: VideoProviders
    settings: ReportSettings
    is_signed: ReportCheck
    api_url: str

    def take(self, body: bytes, *, signature: str) -> str:
        """Return the state of the video, or "ignored".

        Raises AuthenticationRequired for a wrong signature, VideoServiceUnavailable, so that it may be sent again.
        """
        if not any(self.is_signed(body, signature=signature, secret=secret) for secret in self.settings.secrets):
            raise AuthenticationRequired
        provider_id = _video_id(body)
        if provider_id is None:
            return "ignored"
        video_id = video_find(self.database, provider="api_video", provider_video_id=provider_id)
        try:
            found = self.providers["api_video"].find([provider_id]).get(provider_id)
        except VideoFailure as failure:
            raise VideoServiceUnavailable(retry_after=30) from failure
        told = None if found is None else self.providers.told("api_video", found)
        if video_id is not None:
            return str(
                video_observed(
                    self.database, video_id=video_id, provider_video_id=provider_id, found=told, api_url=self.api_url
                )
            )
        if found is None or told is None:
            return "ignored"
        return self._adopted(provider_id, found.title, told)

    def _adopted(self, provider_id: str, title: str, told: dict[str, Any]) -> str:
        """Match an unreported upload by its title, which is our id."""
        known = [{"video_id": provider_id, "title": title, "created_at": told["created_at"]}]
        unknown = videos_unknown(self.database, provider="api_video", found=known, hours=24)
        for upload in unknown["uploads"]:
            answer = video_uploaded(
                self.database,
                user_id=upload["user_id"],
                video_id=upload["id"],
                provider_video_id=provider_id,
                found=told,
                api_url=self.api_url,
            )
            return str(answer.get("state") or answer.get("reason"))
        return "ignored"


def _video_id(body: bytes) -> str | None:
    try:
        report = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = identifier(report.get("videoId")) if isinstance(report, dict) else None
    return found if found and len(found) <= 100 else None
