"""Bounded connections for the AWS library.

A handler of the library's event `before-send` sends instead of it; signing, retries and parsing stay the library's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from boto3.session import Session
from botocore import exceptions
from botocore import session as botocore_session
from botocore.awsrequest import AWSResponse
from botocore.loaders import create_loader
from botocore.parsers import ResponseParserFactory

from auto360.providers import transport
from auto360.providers.transport import TERMS, Rate, Terms
from auto360.providers.transport.connections import BoundedTransport

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.client import BaseClient
    from botocore.loaders import Loader

_SLICE_BYTES = 256 * 1024
_MAX_ANSWER_BYTES = 16 * 1024 * 1024
_UNBOUNDED = 1 << 62
# S3 sends blanks while it assembles large objects.
_SLOW_TO_ANSWER = ("CompleteMultipartUpload", "CopyObject", "UploadPartCopy")
_SLOW_SECONDS = 600.0


class UnreadableAnswer(exceptions.BotoCoreError):  # type: ignore[misc]
    """Response that the library cannot parse."""

    fmt = "The answer could not be read."


class _Parsers(ResponseParserFactory):  # type: ignore[misc]
    """Parsers of the library that raise UnreadableAnswer for their own errors."""

    def create_parser(self, protocol_name: str) -> Any:
        parser = super().create_parser(protocol_name)
        parse = parser.parse

        def guarded(response: Any, shape: Any) -> Any:
            try:
                return parse(response, shape)
            except Exception as error:
                raise UnreadableAnswer from error

        parser.parse = guarded
        return parser


def new_session(access_key: str | None = None, secret_key: str | None = None, region: str | None = None) -> Session:
    """Return a session whose clients fail uniformly on unreadable responses. Without keys it uses the role's own."""
    core, loader = botocore_session.get_session(), _loader()
    core.register_component("response_parser_factory", _Parsers())
    core.register_component("data_loader", loader)
    session = Session(access_key, secret_key, region_name=region, botocore_session=core)
    # Each session adds the same folder.
    loader.search_paths[:] = dict.fromkeys(loader.search_paths)
    return session


@cache
def _loader() -> Loader:
    """Return the library's descriptions of services for all sessions: a second copy would take 12 MB and 50 ms."""
    return create_loader()


def bound(client: BaseClient, *, connect: float, read: float, connections: int = 4, files: bool = False) -> None:
    """Send this client's calls over bounded connections. `read`: seconds of a whole exchange.

    With `files` a call may take as long as bytes keep arriving, and `read` bounds each wait.
    """
    sender = _Sender(BoundedTransport(connections=connections), httpx.Timeout(read, connect=connect), files=files)
    client.meta.events.register("before-send", sender)
    client.meta.events.register("before-call.s3", _stay)


def _stay(params: dict[str, Any], **_: Any) -> None:
    """Disable redirects to another region, which may loop endlessly."""
    params["context"].setdefault("s3_redirect", {})["redirected"] = True


class _Sender:
    def __init__(self, transport: BoundedTransport, timeout: httpx.Timeout, *, files: bool) -> None:
        self._transport, self._timeout, self._files = transport, timeout, files

    def __call__(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        """Send the request. Raises exceptions of the kinds that the library retries."""
        with _translated(request.url):
            answer = self._transport.handle_request(self._prepared(request, event_name.rpartition(".")[2]))
            raw = _Raw(answer, request.url)
            found = AWSResponse(request.url, answer.status_code, dict(answer.headers), raw)
            if not request.stream_output or answer.status_code >= 300:
                # Read here, where the library handles network failures.
                raw.keep(_MAX_ANSWER_BYTES)
        return found

    def _prepared(self, request: AWSPreparedRequest, operation: str) -> httpx.Request:
        headers = {name: _text(value) for name, value in request.headers.items() if name.lower() != "expect"}
        headers.setdefault("Accept-Encoding", "identity")
        parts = urlsplit(request.url)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        extensions = {
            "timeout": self._timeout.as_dict(),
            # The signed text itself: a URL of httpx would be normalised.
            "target": target.encode("ascii"),
            TERMS: self._terms(operation),
        }
        base = f"{parts.scheme}://{parts.netloc}/"
        return httpx.Request(
            request.method, base, headers=headers, content=_content(request.body), extensions=extensions
        )

    def _terms(self, operation: str) -> Terms:
        if not self._files:
            return Terms(max_bytes=_MAX_ANSWER_BYTES)
        if operation in _SLOW_TO_ANSWER:
            return Terms(ends_at=time.monotonic() + _SLOW_SECONDS, max_bytes=_MAX_ANSWER_BYTES)
        return Terms(min_rate=Rate(transport.FILE_RATE.bytes, self._timeout.read or 60.0), max_bytes=_UNBOUNDED)


class _Raw:
    """Response body as the library reads it."""

    def __init__(self, answer: httpx.Response, url: str) -> None:
        self._answer, self._url = answer, url
        self._pieces, self._rest, self._is_over = answer.iter_raw(), bytearray(), False

    def keep(self, max_bytes: int) -> None:
        """Read all of it now. Raises httpx.HTTPError."""
        for piece in self._pieces:
            self._rest += piece
            if len(self._rest) > max_bytes:
                self._answer.close()
                raise httpx.ReadError("the answer is too large")
        self._is_over = True

    def read(self, amt: int | None = None) -> bytes:
        """Read up to `amt` bytes, fewer at the end."""
        with _translated(self._url):
            while not self._is_over and (amt is None or len(self._rest) < amt):
                piece = next(self._pieces, None)
                if piece is None:
                    self._is_over = True
                else:
                    self._rest += piece
        taken = bytes(self._rest[:amt])
        del self._rest[:amt]
        return taken

    def stream(self, amt: int = _SLICE_BYTES) -> Iterator[bytes]:
        """Yield all of it, piece by piece."""
        while piece := self.read(amt):
            yield piece

    def close(self) -> None:
        """Return the connection, or close it."""
        self._answer.close()


def _content(body: Any) -> bytes | Iterator[bytes] | None:
    if body is None:
        return None
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body) if len(body) <= _SLICE_BYTES else _slices(memoryview(body))
    return iter(partial(body.read, _SLICE_BYTES), b"")


def _slices(body: memoryview) -> Iterator[bytes]:
    for begin in range(0, len(body), _SLICE_BYTES):
        yield bytes(body[begin : begin + _SLICE_BYTES])


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Translate failures to retryable exceptions of the library."""
    try:
        yield
    except httpx.ConnectTimeout as error:
        raise exceptions.ConnectTimeoutError(endpoint_url=url, error=error) from error
    except httpx.TimeoutException as error:
        raise exceptions.ReadTimeoutError(endpoint_url=url, error=error) from error
    except httpx.ConnectError as error:
        raise exceptions.EndpointConnectionError(endpoint_url=url, error=error) from error
    except httpx.HTTPError as error:
        raise exceptions.ConnectionClosedError(endpoint_url=url, error=error) from error
