"""Provider reactions to a stored or deleted object: Yandex sends an event, Supabase keeps a row.

Sent from a separate thread, in order; a listener that does not answer is skipped, since the local stack starts and
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

import psycopg

from local.s3.files import Stored

_SECONDS = 5
_ROW = """
insert into storage.objects (bucket_id, name, version, metadata)
values (%(bucket)s, %(name)s, %(etag)s, jsonb_build_object('eTag', '"' || %(etag)s || '"', 'size', %(size)s::bigint,
  'mimetype', %(type)s::text))
on conflict (bucket_id, name) do update set version = excluded.version, metadata = excluded.metadata, updated_at = now()
"""
_NO_ROW = "delete from storage.objects where bucket_id = %(bucket)s and name = %(name)s"


@dataclass(frozen=True)
class Notice:
    """Object that came or went."""

    kind: str
    bucket: str
    key: str
    stored: Stored | None


@dataclass
class Notices:
    """Queues and sends notices. `gateway` and `database` are addresses; `rows` names the buckets of Supabase."""

    gateway: str
    database: str
    rows: Collection[str]
    _waiting: queue.Queue[Notice] = field(default_factory=queue.Queue, init=False)

    def start(self) -> None:
        """Begin to hand on."""
        threading.Thread(target=self._work, daemon=True).start()

    def take(self, kind: str, bucket: str, key: str, stored: Stored | None) -> None:
        """Queue a notice without waiting."""
        self._waiting.put(Notice(kind, bucket, key, stored))

    def settle(self) -> None:
        """Wait until everything so far is handed on."""
        self._waiting.join()

    def _work(self) -> None:
        while True:
            notice = self._waiting.get()
            if notice.bucket in self.rows:
                self._keep_row(notice)
            elif notice.kind == "created":
                self._send_event(notice)
            self._waiting.task_done()

    def _keep_row(self, notice: Notice) -> None:
        names = {"bucket": notice.bucket, "name": notice.key}
        try:
            with psycopg.connect(self.database, connect_timeout=_SECONDS) as connection:
                if notice.stored is None:
                    connection.execute("set local storage.allow_delete_query = 'true'")
                    connection.execute(
                        "delete from storage.objects where bucket_id = %(bucket)s and name = %(name)s", names
                    )
                else:
                    stored = notice.stored
                    told = {"etag": stored.etag, "size": stored.bytes, "type": stored.content_type}
                    connection.execute(_ROW, names | told)
        except psycopg.Error:
            return

    def _send_event(self, notice: Notice) -> None:
        body = json.dumps({"bucket": notice.bucket, "key": notice.key}).encode()
        request = urllib.request.Request(f"{self.gateway}/_local/stored", data=body, method="POST")  # noqa: S310
        try:
            urllib.request.urlopen(request, timeout=60).close()  # noqa: S310 - our own gateway
        except (OSError, urllib.error.URLError):
            return
