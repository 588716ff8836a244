"""Yandex's events about stored objects.

Sent from a separate thread, in order; a silent listener is skipped, since the local stack starts and
stops its parts one by one.
"""

from __future__ import annotations

import json
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Collection
from dataclasses import dataclass, field

from local.s3.files import Stored


@dataclass(frozen=True)
class Notice:
    """Created or deleted object."""

    kind: str
    bucket: str
    key: str
    stored: Stored | None


@dataclass
class Notices:
    """Queues notices and sends those of new objects to the gateway's address; buckets of `without` have no events."""

    gateway: str
    without: Collection[str]
    _waiting: queue.Queue[Notice] = field(default_factory=queue.Queue, init=False)

    def start(self) -> None:
        """Start sending."""
        threading.Thread(target=self._work, daemon=True).start()

    def take(self, kind: str, bucket: str, key: str, stored: Stored | None) -> None:
        """Queue a notice without waiting."""
        self._waiting.put(Notice(kind, bucket, key, stored))

    def settle(self) -> None:
        """Wait until all notices so far are sent."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            notice = self._waiting.get()
            if notice.kind == "created" and notice.bucket not in self.without:
                self._send_event(notice)
            self._waiting.task_done()

    def _send_event(self, notice: Notice) -> None:
        body = json.dumps({"bucket": notice.bucket, "key": notice.key}).encode()
        request = urllib.request.Request(f"{self.gateway}/_local/stored", data=body, method="POST")  # noqa: S310
        try:
            urllib.request.urlopen(request, timeout=60).close()  # noqa: S310 - our own gateway
        except (OSError, urllib.error.URLError):
            return
