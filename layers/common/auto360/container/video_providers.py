"""Wiring of video providers, and our own addresses of videos."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import provider_lines

if TYPE_CHECKING:
    from auto360.domains.videos.addresses import VideoAddresses
    from auto360.providers.transport.exchange import RetryPolicy
    from auto360.providers.video.api_video import ApiVideo
    from auto360.providers.video.api_video_reports import ApiVideoWebhooks
    from auto360.providers.video.iam import IamTokens, Token
    from auto360.providers.video.yandex import YandexVideo


@cache
def addresses() -> VideoAddresses:
    """Return the builder of lasting video addresses."""
    from auto360.domains.videos.addresses import PublicApiSettings, VideoAddresses

    return VideoAddresses(PublicApiSettings.load().public_api_url)


@cache
def api_video(retry_policy: RetryPolicy | None = None) -> ApiVideo:
    """Return api.video; jobs retry longer than requests of users."""
    from auto360.providers.video.api_video import ApiVideo, ApiVideoSettings

    return ApiVideo(ApiVideoSettings.load(), provider_lines(), retry_policy=retry_policy)


@cache
def api_video_webhooks() -> ApiVideoWebhooks:
    from auto360.providers.video.api_video import ApiVideoSettings
    from auto360.providers.video.api_video_reports import ApiVideoWebhooks

    return ApiVideoWebhooks(ApiVideoSettings.load(), provider_lines())


@cache
def yandex(retry_policy: RetryPolicy | None = None) -> YandexVideo:
    """Return Yandex Cloud Video; jobs retry longer than requests of users."""
    from auto360.providers.video.yandex import YandexVideo, YandexVideoSettings

    return YandexVideo(YandexVideoSettings.load(), provider_lines(), iam_tokens(), retry_policy=retry_policy)


@cache
def iam_tokens() -> IamTokens:
    """Return tokens for Yandex Cloud, cached for the process."""
    from auto360.providers.video.iam import IamSettings, IamTokens, KeyExchange

    return IamTokens(_token_of_function, KeyExchange(IamSettings.load(), provider_lines()))


def viewer_patience() -> RetryPolicy:
    """Return short retries for requests of viewers, where a replica may answer."""
    from auto360.providers.transport.exchange import RetryPolicy

    return RetryPolicy(total_seconds=2.5, call_seconds=1.5, tries=2, first_wait_seconds=0.2)


def job_patience() -> RetryPolicy:
    """Return long retries for jobs, which may wait out a rate limit of a minute."""
    from auto360.providers.transport.exchange import RetryPolicy

    return RetryPolicy(total_seconds=75.0, call_seconds=15.0, tries=5, first_wait_seconds=0.5)


def _token_of_function() -> Token | None:
    from auto360.core.invocation_token import grant
    from auto360.providers.video.iam import token_of_context

    granted = grant()
    return token_of_context(granted.token, at=granted.at) if granted else None
