"""Outgoing ports of videos pointed at one address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import httpx

from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.video import Download, PlannedUpload, VideoFailure
from auto360.providers.video.api_video import ApiVideo, ApiVideoSettings
from auto360.providers.video.api_video_reports import ApiVideoWebhooks
from auto360.providers.video.download import WholeFile
from auto360.providers.video.hls import require_playable
from auto360.providers.video.iam import IamSettings, IamTokens, KeyExchange, Token
from auto360.providers.video.source import HttpSource
from auto360.providers.video.tus import TusCopier, TusPolicy
from auto360.providers.video.yandex import YandexVideo, YandexVideoSettings
from local.function_environment import video_providers
from local.secrets import Keyring
from tests.support.lines import lines_of

UPLOAD = PlannedUpload("ref-1", 1000, 3600, "title")


@dataclass(frozen=True)
class Call:
    """Call of a port. `failures`: whatever the other side does, it ends in one of them or in a result."""

    make: Callable[[], object]
    failures: tuple[type[Exception], ...]


@cache
def keyring() -> Keyring:
    """Return one keyring for all calls: making its keys takes a while."""
    return Keyring.generate()


def video_calls(url: str, http: httpx.Client, retry_policy: RetryPolicy) -> dict[str, Call]:
    """Return the calls of video providers."""
    failures = (VideoFailure,)

    @cache
    def environ() -> Mapping[str, str]:
        return video_providers(keyring(), url)

    @cache
    def api_video() -> ApiVideo:
        return ApiVideo(ApiVideoSettings.load(environ()), lines_of(http), retry_policy=retry_policy)

    @cache
    def webhooks() -> ApiVideoWebhooks:
        return ApiVideoWebhooks(ApiVideoSettings.load(environ()), lines_of(http), retry_policy=retry_policy)

    @cache
    def yandex() -> YandexVideo:
        known = IamTokens(lambda: Token("t", 4e9), lambda: None)
        return YandexVideo(YandexVideoSettings.load(environ()), lines_of(http), known, retry_policy=retry_policy)

    def iam_token() -> object:
        return KeyExchange(IamSettings.load(environ()), lines_of(http), retry_policy)()

    return {
        "iam": Call(iam_token, failures),
        "api_video_webhooks": Call(lambda: webhooks().all(), failures),
        "api_video_add_webhook": Call(lambda: webhooks().add("https://x.example"), failures),
        **_library("api_video", api_video),
        **_library("yandex", yandex),
        "api_video_count": Call(lambda: api_video().count(), failures),
    }


def _library(name: str, library: Callable[[], ApiVideo | YandexVideo]) -> dict[str, Call]:
    makes: dict[str, Callable[[], object]] = {
        "find": lambda: library().find(["v"]),
        "playback": lambda: library().playback("v"),
        "thumbnail": lambda: library().thumbnail("v"),
        "download": lambda: library().download("v"),
        "open": lambda: library().open(UPLOAD),
        "titles": lambda: library().with_title("ref-1"),
        "delete": lambda: library().delete("v"),
    }
    return {f"{name}_{what}": Call(make, (VideoFailure,)) for what, make in makes.items()}


def file_calls(url: str, http: httpx.Client) -> dict[str, Call]:
    """Return the calls that read and copy files of videos."""

    def download() -> Download:
        return Download(f"{url}/file", "original")

    def copy() -> object:
        policy = TusPolicy(tries=2, first_wait_seconds=0.01, reserve_seconds=0.1)
        return TusCopier(http, policy).copy(
            f"{url}/upload", download, known=None, chunks=(), seconds=20.0, on_progress=lambda _: None
        )

    return {
        "hls": Call(lambda: require_playable(http, f"{url}/x.m3u8"), (VideoFailure,)),
        "file_size": Call(lambda: HttpSource(http, download).measure(), (VideoFailure,)),
        "file": Call(lambda: list(WholeFile(http, sleep=lambda _: None).read(download)), (VideoFailure,)),
        "tus": Call(copy, (VideoFailure,)),
    }
