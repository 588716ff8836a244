"""Wiring of users' videos: uploads, playback, webhooks, maintenance."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.cached import shared_cache
from auto360.container.data import database
from auto360.container.video_providers import addresses, api_video, job_patience, viewer_patience, yandex
from auto360.core.clock import utc_now

if TYPE_CHECKING:
    from auto360.domains.videos.maintenance import VideoUpkeep
    from auto360.domains.videos.playback import VideoReader
    from auto360.domains.videos.provider_registry import VideoProviders
    from auto360.domains.videos.uploads import UploadSessions
    from auto360.domains.videos.webhooks import VideoReports
    from auto360.providers.transport.exchange import RetryPolicy


@cache
def upload_sessions() -> UploadSessions:
    from auto360.domains.videos.uploads import UploadPolicy, UploadSessions

    return UploadSessions(database(), _providers(), UploadPolicy.load(), addresses().api_url)


@cache
def videos() -> VideoReader:
    """Build playback and deletion of videos."""
    from auto360.container.object_storage import backup_links
    from auto360.domains.videos.playback import VideoReader

    return VideoReader(database(), _providers(viewer_patience()), shared_cache(), backup_links, addresses().api_url)


@cache
def video_reports() -> VideoReports:
    """Build the receiver of api.video webhooks."""
    from auto360.domains.videos.provider_registry import VideoProviders
    from auto360.domains.videos.webhooks import ReportSettings, VideoReports
    from auto360.providers.video.api_video_reports import is_signed

    return VideoReports(
        database(), VideoProviders({"api_video": api_video()}), ReportSettings.load(), is_signed, addresses().api_url
    )


def video_upkeep() -> VideoUpkeep:
    """Build the maintenance timer; counts, so build one per run."""
    from auto360.domains.videos.maintenance import UpkeepPolicy, VideoUpkeep

    return VideoUpkeep(database(), _providers(job_patience()), UpkeepPolicy.load(), addresses().api_url, utc_now)


@cache
def _providers(retry_policy: RetryPolicy | None = None) -> VideoProviders:
    from auto360.domains.videos.provider_registry import VideoProviders

    return VideoProviders({"api_video": api_video(retry_policy), "yandex": yandex(retry_policy)})
