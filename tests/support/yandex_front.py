"""Object Storage and Message Queue of the fake cloud: moto behind a door that looks at the caller's roles."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from tests.support.yandex_cloud.state import FakeCloud
from tests.support.yandex_roles import allowed

_SERVICE = re.compile(r"/(s3|sqs)/aws4_request")
_DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
_OURS = "maker-of-buckets"


class _Silent(MotoRequestHandler):
    def log_request(self, *_arguments: Any) -> None:
        pass


@dataclass
class GuardedAws:
    """`cloud` is the one whose roles count; a session serves many tests, one after the other."""

    cloud: FakeCloud = field(default_factory=FakeCloud)
    address: str = ""

    def make_bucket(self, name: str) -> None:
        """Make the bucket that the control plane was asked for."""
        self._client().create_bucket(Bucket=name)

    def _client(self) -> Any:
        # The control plane makes buckets with rights of its own.
        keys = {"aws_access_key_id": _OURS, "aws_secret_access_key": _OURS}
        return boto3.client("s3", endpoint_url=self.address, region_name="us-east-1", **keys)

    def door(self, behind: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """Wrap the application in a check of the roles."""

        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            signed = environ.get("HTTP_AUTHORIZATION", "")
            service = _SERVICE.search(signed)
            is_allowed = service is not None and allowed(self.cloud.granted, f"{service[1]}.call")
            if is_allowed or f"Credential={_OURS}/" in signed:
                return behind(environ, start)
            start("403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(_DENIED)))])
            return [b"" if environ["REQUEST_METHOD"] == "HEAD" else _DENIED]

        return answer

    @classmethod
    @contextmanager
    def serving(cls) -> Iterator[GuardedAws]:
        """Both services on a port of their own."""
        front = cls()
        server = make_server(
            "127.0.0.1",
            0,
            front.door(DomainDispatcherApplication(create_backend_app)),
            threaded=True,
            request_handler=_Silent,
        )
        front.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield front
        finally:
            server.shutdown()
            thread.join(10)
