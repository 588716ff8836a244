"""Rows of Storage: buckets and objects, read and written as the role of a token, or with Storage's own rights."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from local.supabase.keys import Claims
from local.supabase.storage import errors

Connection = psycopg.AsyncConnection[dict[str, Any]]
OWN_RIGHTS: Claims = {"role": "service_role"}
GUEST: Claims = {"role": "anon"}
_SCOPE = """select set_config('role', %(role)s, true), set_config('request.jwt.claim.role', %(role)s, true),
  set_config('request.jwt.claim.sub', %(sub)s, true), set_config('request.jwt.claims', %(claims)s, true),
  set_config('storage.operation', %(operation)s, true), set_config('storage.allow_delete_query', 'true', true)"""
_INSERT = """insert into storage.objects (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
  values (%(bucket)s, %(name)s, %(owner)s::uuid, %(owner)s::text, %(version)s, %(metadata)s, %(user_metadata)s)"""
# As in the service: omitted values are not replaced.
_REPLACE = """ on conflict (name, bucket_id) do update set metadata = excluded.metadata, version = excluded.version,
  user_metadata = coalesce(excluded.user_metadata, storage.objects.user_metadata),
  owner = coalesce(excluded.owner, storage.objects.owner),
  owner_id = coalesce(excluded.owner_id, storage.objects.owner_id) returning *"""


@dataclass(frozen=True)
class NewObject:
    """Row before its insertion. `owner` is the user's id, or None for keys without a user."""

    bucket: str
    name: str
    owner: str | None
    metadata: dict[str, Any]
    user_metadata: dict[str, Any] | None
    version: str = "1"

    def values(self) -> dict[str, Any]:
        """Return the values of the statement."""
        user_metadata = None if self.user_metadata is None else Jsonb(self.user_metadata)
        return {**vars(self), "metadata": Jsonb(self.metadata), "user_metadata": user_metadata}


class _RolledBack(Exception):
    """Signal that rolls back a passed permission check."""


@dataclass(frozen=True)
class Rows:
    """Rows in the database of the project."""

    database: str

    @asynccontextmanager
    async def acting(self, claims: Claims, operation: str) -> AsyncIterator[Connection]:
        """Run one transaction as the role of these claims. Raises Refused when the database refuses."""
        scope = {
            "role": str(claims.get("role") or "anon"),
            "sub": str(claims.get("sub") or ""),
            "claims": json.dumps(dict(claims)),
            "operation": operation,
        }
        try:
            async with await psycopg.AsyncConnection.connect(self.database, row_factory=dict_row) as connection:
                await connection.execute(_SCOPE, scope)
                yield connection
        except psycopg.Error as error:
            raise errors.of_database(error) from error

    async def bucket(self, bucket: str, claims: Claims = OWN_RIGHTS) -> dict[str, Any]:
        """Return a bucket by its id. Raises Refused."""
        async with self.acting(claims, "storage.bucket.get") as connection:
            cursor = await connection.execute("select * from storage.buckets where id = %s", (bucket,))
            found = await cursor.fetchone()
        if found is None:
            raise errors.no_such_bucket()
        return found

    async def buckets(self, claims: Claims) -> list[dict[str, Any]]:
        """Return the buckets visible to the caller."""
        async with self.acting(claims, "storage.bucket.list") as connection:
            return await (await connection.execute("select * from storage.buckets order by name")).fetchall()

    async def require_upload(self, claims: Claims, new: NewObject, *, upsert: bool) -> None:
        """Insert the row under the caller's policies and roll it back, as Storage does before reading the bytes."""
        try:
            async with self.acting(claims, "storage.object.upload") as connection:
                await connection.execute(_INSERT + (_REPLACE if upsert else ""), new.values())
                raise _RolledBack
        except _RolledBack:
            return

    async def keep(self, connection: Connection, new: NewObject) -> dict[str, Any]:
        """Write the row of an object whose bytes are accepted."""
        row = await (await connection.execute(_INSERT + _REPLACE, new.values())).fetchone()
        if row is None:
            raise errors.no_such_key()
        return row

    async def name_version(self, connection: Connection, row_id: uuid.UUID, version: str) -> None:
        """Record the file of a row."""
        await connection.execute("update storage.objects set version = %s where id = %s", (version, row_id))

    async def find(self, claims: Claims, bucket: str, name: str) -> dict[str, Any]:
        """Return an object visible to the caller. Raises Refused."""
        async with self.acting(claims, "storage.object.get") as connection:
            query = "select * from storage.objects where bucket_id = %s and name = %s"
            found = await (await connection.execute(query, (bucket, name))).fetchone()
        if found is None:
            raise errors.no_such_key()
        return found

    async def below(self, claims: Claims, bucket: str, prefix: str) -> list[dict[str, Any]]:
        """Return all objects below a prefix visible to the caller."""
        async with self.acting(claims, "storage.object.list") as connection:
            query = """select * from storage.objects where bucket_id = %s and starts_with(lower(name), lower(%s))
              order by name collate "C" """
            return await (await connection.execute(query, (bucket, prefix))).fetchall()

    async def remove(self, connection: Connection, bucket: str, names: Sequence[str]) -> list[dict[str, Any]]:
        """Delete the rows that the caller may delete, within the caller's transaction."""
        query = "delete from storage.objects where bucket_id = %s and name = any(%s) returning *"
        return await (await connection.execute(query, (bucket, list(names)))).fetchall()
