"""Push through Expo (docs/reference/push.md): batches of one project, tickets in order, receipts by id."""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import httpx
from pydantic import Field, HttpUrl, SecretStr

from auto360.core.settings import EnvSettings
from auto360.providers.push import GIVEN_BACK, PushMessage, PushOutcome, PushReceipt, always
from auto360.providers.push.expo_answers import Answer, outcomes_of, projects_of, receipts_of, refusal_of
from auto360.providers.transport import at_most

_MAX_PAYLOAD_BYTES = 4000
_GZIP_ABOVE_BYTES = 1024
_MAX_REPLY_BYTES = 1024 * 1024
_CONNECT_SECONDS, _RATE_SECONDS, _MAX_PAUSE_SECONDS = 5.0, 10.0, 900.0
_SECONDS = re.compile(r"[0-9]{1,9}")


class ExpoSettings(EnvSettings):
    """`EXPO_ACCESS_TOKEN`: access token; required once the project demands it ("enhanced security")."""

    expo_push_url: HttpUrl = Field(HttpUrl("https://exp.host/--/api/v2/push"))
    expo_access_token: SecretStr = SecretStr("")
    expo_timeout_seconds: float = Field(10.0, gt=0, le=60)


class _Stale(Exception):
    """Connecting took so long that the messages are too old."""


class ExpoPush:
    """`PushProvider` at Expo. Repeats nothing by itself: a repeat may show a message twice."""

    batch, receipt_batch = 100, 300

    def __init__(self, settings: ExpoSettings, http: httpx.Client) -> None:
        self._settings, self._http = settings, http
        self._url = str(settings.expo_push_url).rstrip("/")

    def send(self, messages: Sequence[PushMessage], *, is_fresh: Callable[[], bool] = always) -> Sequence[PushOutcome]:
        """Send each project's messages in a request of its own."""
        outcomes: dict[int, PushOutcome] = {}
        for places in _by_project(messages):
            outcomes |= self._send(messages, places, is_fresh)
        return [outcomes[place] for place in range(len(messages))]

    def receipts(self, provider_refs: Sequence[str]) -> Mapping[str, PushReceipt]:
        """Return the available receipts; none if the request fails."""
        answer = self._post("getReceipts", {"ids": list(provider_refs)})
        return {} if isinstance(answer, PushOutcome) else receipts_of(answer)

    def refusal(self) -> str:
        """Return the reason for which Expo refuses the credentials, else an empty text; queries an unknown receipt."""
        answer = self._post("getReceipts", {"ids": [str(uuid4())]})
        return answer.code if isinstance(answer, PushOutcome) else ""

    def _send(
        self,
        messages: Sequence[PushMessage],
        places: Sequence[int],
        is_fresh: Callable[[], bool],
        *,
        may_split: bool = True,
    ) -> dict[int, PushOutcome]:
        answer = self._post("send", [_document(messages[place]) for place in places], is_fresh)
        if isinstance(answer, PushOutcome):
            return dict.fromkeys(places, answer)
        projects = projects_of(answer) if may_split else {}
        if projects:
            # Such a request was refused as a whole; the batch held apps of two projects.
            outcomes: dict[int, PushOutcome] = {}
            for group in _split(messages, places, projects):
                outcomes |= self._send(messages, group, is_fresh, may_split=False)
            return outcomes
        return dict(zip(places, outcomes_of(answer, count=len(places)), strict=True))

    def _post(self, path: str, document: object, is_fresh: Callable[[], bool] = always) -> Answer | PushOutcome:
        """Return the answer, or the one outcome of all messages of the request."""
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        token = self._settings.expo_access_token.get_secret_value()
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if len(body) > _GZIP_ABOVE_BYTES:
            body, headers["Content-Encoding"] = gzip.compress(body, 5), "gzip"
        try:
            reply = self._http.post(
                f"{self._url}/{path}",
                content=body,
                headers=headers,
                timeout=self._settings.expo_timeout_seconds,
                extensions={**at_most(_MAX_REPLY_BYTES), "trace": _at_sending(is_fresh)},
            )
        except _Stale:
            return GIVEN_BACK
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return PushOutcome("later", "connect", seconds=_CONNECT_SECONDS)
        except httpx.HTTPError:
            return PushOutcome("unknown", "no_reply")
        return _read(reply)


def _at_sending(is_fresh: Callable[[], bool]) -> Callable[[str, object], None]:
    """Return a hook of the connection that raises _Stale before the first byte of a request that is no longer fresh."""

    def hook(name: str, _: object) -> None:
        if name == "http11.send_request_headers.started" and not is_fresh():
            raise _Stale

    return hook


def _read(reply: httpx.Response) -> Answer | PushOutcome:
    if reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return PushOutcome("later", "http_429", seconds=_pause(reply.headers.get("Retry-After", "")))
    if reply.status_code >= 500:
        return PushOutcome("unknown", f"http_{reply.status_code}")
    try:
        document = reply.json()
    except (ValueError, RecursionError):
        document = None
    answer = Answer(reply.status_code, document if isinstance(document, dict) else {})
    return answer if projects_of(answer) else refusal_of(answer) or answer


def _pause(waits: str) -> float:
    """Return the seconds of a Retry-After, at most a quarter of an hour."""
    return min(float(waits), _MAX_PAUSE_SECONDS) if _SECONDS.fullmatch(waits) else _RATE_SECONDS


def _by_project(messages: Sequence[PushMessage]) -> Iterable[list[int]]:
    projects: dict[str, list[int]] = {}
    for place, message in enumerate(messages):
        projects.setdefault(message.project, []).append(place)
    return projects.values()


def _split(
    messages: Sequence[PushMessage], places: Sequence[int], projects: Mapping[str, Sequence[str]]
) -> Iterable[list[int]]:
    """Group places by the project that Expo named for their tokens; the rest is a separate group."""
    named = {token: project for project, tokens in projects.items() for token in tokens}
    groups: dict[str, list[int]] = {}
    for place in places:
        groups.setdefault(named.get(messages[place].token, ""), []).append(place)
    return groups.values()


def _document(message: PushMessage) -> dict[str, Any]:
    document: dict[str, Any] = {
        "to": message.token,
        "title": message.title,
        "body": message.body,
        "data": dict(message.data),
        "ttl": max(message.seconds, 1),
        "priority": "high" if message.is_urgent else "normal",
        "badge": message.badge,
        # Replaces a shown message: the first on iOS, the second on Android.
        "collapseId": message.subject,
        "tag": message.subject,
        "threadId": message.subject,
    }
    if message.channel:
        document["channelId"] = message.channel
    if message.is_silent:
        document["interruptionLevel"] = "passive"
    else:
        document["sound"] = "default"
    while len(json.dumps(document, ensure_ascii=False).encode()) > _MAX_PAYLOAD_BYTES and document["body"]:
        document["body"] = document["body"][: len(document["body"]) // 2]
    return document
