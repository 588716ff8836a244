"""People who upload pictures, the job that encodes them, and every store in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from local.s3.files import Buckets
from local.s3.service import Account, S3Service
from local.s3.supabase_rows import SupabaseRows
from local.thread_server import serving
from tests.support.database import Database
from tests.support.functions import Answer, Functions, http_event
from tests.support.plain_http import plain_client
from tests.support.rows import rows
from tests.support.sellers import Seller, new_seller

INCOMING = "incoming-pictures"
PUBLIC = ("pictures", "avatars", "listings-thumbnails", "business-logos")
_PASSES = (
    """update pictures set created_at = created_at - %(age)s, updated_at = updated_at - %(age)s,
         expires_at = expires_at - %(age)s, next_attempt_at = next_attempt_at - %(age)s,
         lease_until = lease_until - %(age)s, decided_at = decided_at - %(age)s,
         received_at = received_at - %(age)s,
         unused_since = unused_since - %(age)s""",
    "update job_leases set lease_until = lease_until - %(age)s where job = 'picture_deletion'",
    "update storage.objects set created_at = created_at - %(age)s, updated_at = updated_at - %(age)s",
)


@dataclass
class PictureWorld:
    """Stores and functions of pictures."""

    functions: Functions
    database: Database
    url: str
    files: Buckets
    http: httpx.Client
    _opened: dict[str, S3Store] = field(default_factory=dict, init=False)

    def store(self, name: str) -> S3Store:
        """Return a bucket."""
        if name not in self._opened:
            self._opened[name] = S3Store(S3Access(self.url, "local", "KEY", "secret", deletes_many=False), name)
        return self._opened[name]

    def seller(self) -> Seller:
        """Return a signed-in person."""
        return new_seller(self.functions, self.database)

    def open(self, person: Seller, content: bytes, **fields: Any) -> Answer:
        """Ask for permission to upload a picture."""
        body = {"purpose": "listing", "bytes": max(1, len(content)), "content_type": "image/jpeg", **fields}
        event = http_event("POST", "/api/pictures", body, token=person.token, address=person.address)
        return self.functions.raw("pictures", event)

    def put(self, opened: dict[str, Any], content: bytes) -> httpx.Response:
        """Send the bytes, as an app does."""
        upload = opened["upload"]
        return self.http.request(upload["method"], upload["url"], content=content, headers=upload["headers"])

    def upload(self, person: Seller, content: bytes, **fields: Any) -> str:
        """Ask for permission and upload; returns the picture's id."""
        opened = self.open(person, content, **fields)
        assert opened.status == 200, opened.body
        assert self.put(opened.body["data"], content).status_code == 200
        return str(opened.body["data"]["picture_id"])

    def arrived(self, *picture_ids: str) -> dict[str, Any]:
        """Return the event of the storage about these uploads."""
        names = [name for one in picture_ids for (name,) in self.rows("select name from pictures where id = %s", one)]
        kind = "yandex.cloud.events.storage.ObjectCreate"
        return {
            "messages": [
                {
                    "event_metadata": {"event_id": uuid4().hex, "event_type": kind},
                    "details": {"bucket_id": INCOMING, "object_id": name},
                }
                for name in names
            ]
        }

    def run(self, event: dict[str, Any]) -> dict[str, Any]:
        """Run the job with an event."""
        return self.functions.handler("picture_job")(event, None)

    def timer(self, job: str) -> dict[str, Any]:
        """Run the job that a timer names."""
        kind = "yandex.cloud.events.serverless.triggers.TimerMessage"
        details = {"trigger_id": "t", "payload": json.dumps({"job": job})}
        return self.run({"messages": [{"event_metadata": {"event_id": "e", "event_type": kind}, "details": details}]})

    def state(self, person: Seller, picture_id: str, **options: Any) -> dict[str, Any]:
        """Return a picture as its owner sees it."""
        event = http_event("GET", f"/api/pictures/{picture_id}", token=person.token, address=person.address, **options)
        answer = self.functions.raw("pictures", event)
        assert answer.status == 200, answer.body
        data: dict[str, Any] = answer.body["data"]
        return data

    def ready(self, person: Seller, content: bytes, **fields: Any) -> dict[str, Any]:
        """Upload a picture and have it encoded; returns its state."""
        picture_id = self.upload(person, content, **fields)
        self.run(self.arrived(picture_id))
        return self.state(person, picture_id)

    def store_directly(self, person: Seller, content: bytes, *, bucket: str = "avatars", name: str = "") -> str:
        """Store a file past the API, as the app in the shops does with avatars; returns its name."""
        key = f"{person.id}/{name or f'avatar_{uuid4().hex[:8]}.jpg'}"
        self.store(bucket).put(key, [content], content_type="image/jpeg")
        return key

    def address(self, bucket: str, name: str) -> str:
        """Return the public address of a file."""
        return f"{self.functions.environ['SUPABASE_URL'].rstrip('/')}/storage/v1/object/public/{bucket}/{name}"

    def content(self, bucket: str, name: str) -> bytes:
        """Return the bytes of a file."""
        return b"".join(self.store(bucket).get(name))

    def names(self, bucket: str) -> set[str]:
        """Return what lies in a bucket, by the files themselves."""
        found = self.files.get(bucket)
        return set(found.objects) if found else set()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return rows(self.database, query, *values)

    def let_pass(self, **time: int) -> None:
        """Let time pass for every picture."""
        with self.database.connect() as connection, connection.transaction():
            connection.execute("set local session_replication_role = replica")
            for statement in _PASSES:
                connection.execute(statement.encode(), {"age": timedelta(**time)})


@pytest.fixture
def pictures(functions: Functions, database: Database, tmp_path: Path) -> Iterator[PictureWorld]:
    """Yield empty stores, and a database without pictures."""
    _forget(database)
    buckets, names = Buckets(tmp_path / "s3"), frozenset({INCOMING, *PUBLIC})
    for name in names:
        buckets.create(name)
    supabase = SupabaseRows(database.dsn, PUBLIC)
    service = S3Service(buckets, {"KEY": Account("secret", names)}, None, supabase)
    with serving(service.application) as url, plain_client() as http:
        access = {"ENDPOINT": url, "REGION": "local", "ACCESS_KEY": "KEY", "SECRET_KEY": "secret"}
        stores = {
            f"{store}_{name}": text for store in ("YANDEX_STORAGE", "SUPABASE_STORAGE") for name, text in access.items()
        }
        functions.set(PICTURE_INCOMING_BUCKET=INCOMING, PICTURE_DELETION="true", **stores)
        yield PictureWorld(functions, database, url, buckets, http)
    supabase.close()
    _forget(database)


def _forget(database: Database) -> None:
    with psycopg.connect(database.dsn) as connection:
        connection.execute("set local storage.allow_delete_query = 'true'")
        connection.execute("delete from storage.objects where bucket_id = any(%s)", [list(PUBLIC)])
        connection.execute("delete from private.picture_uses")
        connection.execute("delete from pictures")
        connection.execute("delete from job_leases where job = 'picture_deletion'")
