"""Call to a video provider: bounded in time, size and tries, failures told apart by meaning."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from auto360.providers.transport.exchange import RetryPolicy, Tries
from auto360.providers.transport.line import LineFailed, Reply
from auto360.providers.transport.lines import Lines
from auto360.providers.video import (
    VideoBusy,
    VideoFailure,
    VideoRefused,
    VideoUncertain,
    VideoUnknown,
    VideoUnreachable,
)

# Pages of a list that bring nothing new, one after the other: a provider may send a few of them.
MAX_BARREN_PAGES = 20
# In small letters, as a line gives them; names in the headers of httpx fit in any case.
_RETRY_HEADERS = ("x-ratelimit-retry-after", "retry-after")
_REPEATABLE = ("GET", "DELETE", "PATCH")


@dataclass(frozen=True)
class VideoReply:
    """JSON object, and the headers that came with it, their names in small letters."""

    body: dict[str, Any]
    headers: Mapping[str, str]


@dataclass
class _Pace:
    """Calls left in this minute, as the provider reports."""

    open_again_at: float = 0.0

    def note(self, headers: Mapping[str, str]) -> None:
        if headers.get("x-ratelimit-remaining") == "0":
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

    lines: Lines
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
        url = f"{self.base_url}{path}?{urlencode(params)}" if params else self.base_url + path
        content = None
        if body is not None:
            content, headers = _json(body), {**headers, "Content-Type": "application/json"}
        pace = self._paces.setdefault(group, _Pace())
        tries = Tries(self.retry_policy, self.sleep)
        failure: VideoFailure = VideoUnreachable("no_time")
        while True:
            self._await_turn(pace, tries)
            if tries.is_over():
                raise failure
            try:
                reply = self._sent(method, url, headers, content, seconds=tries.timeout())
                pace.note(reply.headers)
                if reply.is_success:
                    return VideoReply(_object(reply.content), reply.headers)
                raise self.failure(reply.status, reply.headers, _body_of_failure(reply.content))
            except (VideoBusy, VideoUnreachable) as broken:
                failure = broken
            except VideoUncertain as uncertain:
                if not repeatable:
                    raise
                failure = VideoUnreachable(uncertain.provider_code)
            if not tries.wait(failure.retry_after):
                raise failure

    def _await_turn(self, pace: _Pace, tries: Tries) -> None:
        wait = pace.open_again_at - time.monotonic()
        if wait <= 0:
            return
        if wait > tries.left():
            raise VideoBusy("no_calls_left", retry_after=wait)
        self.sleep(wait)

    def _sent(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, *, seconds: float
    ) -> Reply:
        try:
            return self.lines.send(method, url, headers, content, seconds=seconds)
        except ValueError as error:
            raise VideoRefused("unusable", lasting=True) from error
        except LineFailed as failure:
            if failure.kind == "LocalProtocolError":
                # An address or a token that the provider has given us, and that cannot be sent.
                raise VideoRefused("unusable", lasting=True) from failure
            if not failure.may_have_arrived:
                raise VideoUnreachable("connect") from failure
            raise VideoUncertain("endless_reply" if failure.kind == "AnswerTooLarge" else "no_reply") from failure


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


def _json(body: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(dict(body), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except ValueError as error:
        raise VideoRefused("unusable", lasting=True) from error


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
