"""Brings a database to the newest schema, recording applied files like the Supabase CLI."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from local.errors import NO_SPACE_MARK, StackError, no_space

_FILE_NAME = re.compile(r"^([0-9]+)_(.*)\.sql$")
_MARK = "auto360 bootstrap "
_LEDGER = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
create table if not exists supabase_migrations.seed_files (path text not null primary key, hash text not null);
"""
_IS_APPLIED = "select 1 from supabase_migrations.schema_migrations where version = %s"

_PLACE_DEMO_VIDEOS = """
update public.videos v set lasting_hls_url = %(api_video)s || '/vod/' || v.provider_video_id || '/hls/manifest.m3u8',
  lasting_player_url = %(api_video)s || '/embed/' || v.provider_video_id,
  lasting_thumbnail_url = %(api_video)s || '/vod/' || v.provider_video_id || '/thumbnail.jpg'
where v.provider = 'api_video' and v.provider_video_id ~ '^viDemo[0-9]+$'
"""


@dataclass(frozen=True)
class Migration:
    """File of `supabase/migrations`."""

    version: str
    name: str
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")


def migrations_in(folder: Path) -> list[Migration]:
    """Return the migrations in order; files with other names are skipped, like in the CLI."""
    found = [
        Migration(match[1], match[2], path)
        for path in sorted(folder.glob("*.sql"))
        if (match := _FILE_NAME.match(path.name))
    ]
    versions = [migration.version for migration in found]
    for version in versions:
        if versions.count(version) > 1:
            raise StackError(f"Two migrations have the version {version}: give one of them a later time.")
    return sorted(found, key=lambda migration: migration.version)


@dataclass(frozen=True)
class Schema:
    """Schema of one database, reached with the owner's rights."""

    dsn: str

    def bootstrap(self, folder: Path) -> bool:
        """Create the platform's part of a Supabase project before its first migration; False for a foreign database."""
        scripts = sorted(folder.glob("*.sql"))
        digest = hashlib.sha256(b"".join(script.read_bytes() for script in scripts)).hexdigest()
        with self._connect() as connection:
            mark = _one(connection, "select shobj_description(oid, 'pg_database') from pg_database"
                        " where datname = current_database()") or ""  # fmt: skip
            if mark == _MARK + digest:
                return True
            if mark.startswith(_MARK):
                raise StackError("The local database was made by an older imitation of Supabase: run `make db-reset`.")
            if _one(connection, "select 1 from pg_namespace where nspname = 'auth'"):
                self._require_local()
                return False
            for script in scripts:
                _apply(connection, script.read_text(encoding="utf-8"), f"{folder.name}/{script.name}")
            name = sql.Identifier(connection.info.dbname)
            connection.execute(sql.SQL("comment on database {} is {}").format(name, sql.Literal(_MARK + digest)))
        return True

    def set_login(self, role: str, password: str) -> None:
        """Let a role log in with this password."""
        statement = sql.SQL("alter role {} with login password {}")
        with self._connect() as connection:
            connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))

    def migrate(self, folder: Path) -> int:
        """Apply missing files, each in one transaction; return their number.

        Raises StackError, with nothing changed, for a database built by other files than these.
        """
        migrations = migrations_in(folder)
        with self._connect() as connection:
            connection.execute(_LEDGER)
            _require_same_history(connection, migrations)
        applied = 0
        for migration in migrations:
            with self._connect() as connection:
                connection.execute("select pg_advisory_xact_lock(360360)")
                if _one(connection, _IS_APPLIED, migration.version):
                    continue
                _apply(connection, migration.text, migration.path.name)
                connection.execute(
                    "insert into supabase_migrations.schema_migrations (version, name, statements) values (%s, %s, %s)",
                    (migration.version, migration.name, [migration.text]),
                )
                applied += 1
        return applied

    def allow_images(self, supabase_url: str, pictures_url: str | None = None) -> None:
        """Allow pictures in this run's own storage at once; the cleanup job repeats it every hour."""
        with self._connect() as connection:
            prefix = f"{supabase_url}/storage/v1/object/public/"
            connection.execute(
                "select public.image_origins_set(p_storage => %s, p_pictures => %s, p_hosts => '{}')",
                (prefix, pictures_url),
            )

    def seed(self, script: Path) -> bool:
        """Load the demonstration data once."""
        if not script.exists():
            return False
        path, digest = f"supabase/{script.name}", hashlib.sha256(script.read_bytes()).hexdigest()
        with self._connect() as connection:
            connection.execute(_LEDGER)
            if _one(connection, "select 1 from supabase_migrations.seed_files where path = %s", path):
                return False
            _apply(connection, script.read_text(encoding="utf-8"), script.name)
            connection.execute(
                "insert into supabase_migrations.seed_files (path, hash) values (%s, %s)", (path, digest)
            )
        return True

    def show_demo_videos(self, *, api: str, simulators: str) -> None:
        """Give the demonstration's listings the playback addresses of this run's simulators and API."""
        with self._connect() as connection:
            connection.execute(_PLACE_DEMO_VIDEOS, {"api_video": f"{simulators}/api_video"})
            connection.execute(
                "select private.show_video(p_video => v, p_api_url => %s) from public.videos v"
                " where v.provider_video_id ~ '^(vi|vplv)Demo[0-9]+$' and v.state = 'ready'",
                (api,),
            )

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        try:
            return psycopg.connect(self.dsn, connect_timeout=10)
        except psycopg.Error as error:
            reason = (str(error).strip() or "no reason given").splitlines()[0].rstrip(".")
            raise StackError(f"The database cannot be reached: {reason}.") from None

    def _require_local(self) -> None:
        host = urlsplit(self.dsn).hostname or ""
        if host not in ("127.0.0.1", "::1", "localhost"):
            raise StackError(
                "DATABASE_URL names a Supabase database on another machine: the local stack loads demonstration data"
                " and never touches such a database; give it an empty one."
            )


def _recorded(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, str | None]:
    """Return the text of each applied migration by version; None if none was recorded."""
    rows = connection.execute("select version, statements from supabase_migrations.schema_migrations order by version")
    return {str(version): ";".join(kept) if isinstance(kept, list) else None for version, kept in rows.fetchall()}


def _require_same_history(connection: psycopg.Connection[tuple[object, ...]], migrations: list[Migration]) -> None:
    files = {migration.version: migration for migration in migrations}
    for version, applied in _recorded(connection).items():
        if version not in files:
            what = f"Migration {version}, which built this database, is no longer there"
        elif applied is not None and _essence(applied) != _essence(files[version].text):
            what = f"Migration {files[version].path.name} has changed after it was applied"
        else:
            continue
        raise StackError(
            f"{what}: run `make db-reset` to delete the local database and start again (nothing has been changed yet),"
            " or give DATABASE_URL an empty database."
        )


def _one(connection: psycopg.Connection[tuple[object, ...]], query: str, *values: str) -> str | None:
    row = connection.execute(query.encode(), values or None).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def _essence(text: str) -> str:
    """Return the SQL without the parts that a statement splitter drops."""
    return re.sub(r"[\s;]+", "", text)


def _apply(connection: psycopg.Connection[tuple[object, ...]], text: str, file_name: str) -> None:
    """Run a whole file; a failure names the file and the line."""
    try:
        connection.execute(text.encode())
    except psycopg.Error as error:
        message = error.diag.message_primary or str(error)
        if NO_SPACE_MARK in message:
            raise no_space("the database") from None
        position = error.diag.statement_position
        line = f", line {text[: int(position)].count(chr(10)) + 1}" if position else ""
        raise StackError(f"{file_name}{line} cannot be applied: {message}.") from None
