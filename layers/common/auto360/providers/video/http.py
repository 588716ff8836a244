"""Call to a video provider: bounded in time, size and tries, failures told apart by meaning."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from auto360.providers.transport import at_most
from auto360.providers.transport.exchange import RetryPolicy, Tries, Unanswered, send
from auto360.providers.video import (
    VideoBusy,
    VideoFailure,
    VideoRefused,
    VideoUncertain,
    VideoUnknown,
    VideoUnreachable,
)

_MAX_REPLY_BYTES = 8 * 1024 * 1024
# Pages of a list that bring nothing new, one after the other: a provider may send a few of them.
MAX_BARREN_PAGES = 20
_RETRY_HEADERS = ("X-RateLimit-Retry-After", "Retry-After")
_REPEATABLE = ("GET", "DELETE", "PATCH")


@dataclass(frozen=True)
class VideoReply:
    """JSON object, and the headers that came with it."""

    body: dict[str, Any]
    headers: Mapping[str, str]


@dataclass
class _Pace:
    """Calls left in this minute, as the provider reports."""

    open_again_at: float = 0.0

    def note(self, headers: Mapping[str, str]) -> None:
        if headers.get("X-RateLimit-Remaining") == "0":
            self.open_again_at = time.monotonic() + (retry_after(headers) or 1.0)


def failure_of(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> VideoFailure:  # noqa: ARG001
    """Return the failure for an HTTP status that is no success."""
    code = f"http_{status}"
    if status == 429:
        return VideoBusy(code, retry_after=retry_after(headers))
    if status in (404, 410):
        return VideoUnknown(code)
    if status in (401, 403):
        return VideoRefused(code, lasting=True)
    if status == 503:
        return VideoUnreachable(code)
    return VideoUncertain(code) if status >= 500 or status == 408 else VideoRefused(code)


@dataclass(frozen=True)
class Exchange:
    """Calls below one base address. `failure` interprets answers other than success."""

    http: httpx.Client
    base_url: str
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    failure: Callable[[int, Mapping[str, str], Mapping[str, Any]], VideoFailure] = failure_of
    sleep: Callable[[float], None] = time.sleep
    _paces: dict[str, _Pace] = field(default_factory=dict, init=False)

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        group: str = "all",
        may_repeat: bool | None = None,
    ) -> VideoReply:
        """Call and return the answer. `group`: calls that share a rate limit. `may_repeat`: the call is idempotent.

        A provider that reports no calls left is not called until there are; where that is too far away, VideoBusy says
        how far. Raises VideoFailure.
        """
        repeatable = method in _REPEATABLE if may_repeat is None else may_repeat
        pace = self._paces.setdefault(group, _Pace())
        tries = Tries(self.retry_policy, self.sleep)
        failure: VideoFailure = VideoUnreachable("no_time")
        while True:
            self._await_turn(pace, tries)
            if tries.is_over():
                raise failure
            request = self._request(method, path, timeout=tries.timeout(), headers=headers, params=params, json=body)
            try:
                return self._once(request, pace)
            except (VideoBusy, VideoUnreachable) as broken:
                failure = broken
            except VideoUncertain as uncertain:
                if not repeatable:
                    raise
                failure = VideoUnreachable(uncertain.provider_code)
            if not tries.wait(failure.retry_after):
                raise failure

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Request:
        try:
            return self.http.build_request(method, self.base_url + path, extensions=at_most(_MAX_REPLY_BYTES), **parts)
        except (httpx.InvalidURL, ValueError) as error:
            # An address or a token that the provider has given us, and that cannot be sent.
            raise VideoRefused("unusable", lasting=True) from error

    def _await_turn(self, pace: _Pace, tries: Tries) -> None:
        wait = pace.open_again_at - time.monotonic()
        if wait <= 0:
            return
        if wait > tries.left():
            raise VideoBusy("no_calls_left", retry_after=wait)
        self.sleep(wait)

    def _once(self, request: httpx.Request, pace: _Pace) -> VideoReply:
        try:
            response = send(self.http, request)
        except Unanswered as failure:
            raise (VideoUncertain if failure.arrived else VideoUnreachable)(failure.code) from failure
        pace.note(response.headers)
        if response.is_success:
            return VideoReply(_object(response.content), response.headers)
        raise self.failure(response.status_code, response.headers, _body_of_failure(response.content))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait that the provider reports; None for senseless numbers."""
    for name in _RETRY_HEADERS:
        try:
            seconds = float(headers.get(name) or "")
        except ValueError:
            continue
        if 0 <= seconds <= 86_400:
            return max(seconds, 0.1)
    return None


def _body_of_failure(content: bytes) -> dict[str, Any]:
    try:
        return _object(content)
    except VideoUncertain:
        return {}


def _object(content: bytes) -> dict[str, Any]:
    if not content.strip():
        return {}
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise VideoUncertain("unreadable") from error
    if not isinstance(found, dict):
        raise VideoUncertain("unreadable")
    return found
