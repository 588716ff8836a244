"""Data folder of the large database, shared by benchmarks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.migrations import Schema
from local.paths import MIGRATIONS, SUPABASE_BOOTSTRAP, DataFolder
from local.ports import free_base
from local.postgres import Postgres
from local.postgres_location import place
from local.secrets import Keyring
from local.supabase_project import prepare_project


def big_folder() -> Path:
    """Return the data folder of the large database; usable by a local stack."""
    return DataFolder.from_environ(os.environ).root / "bench-feed"


@contextmanager
def big_database() -> Iterator[str]:
    """Yield the database in DATABASE_URL, or the benchmarks' own, kept for the next run, with the schema."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        Schema(given).bootstrap(SUPABASE_BOOTSTRAP)
        Schema(given).migrate(MIGRATIONS)
        yield given
        return
    folder = big_folder()
    folder.mkdir(parents=True, exist_ok=True)
    placement = place(folder / "postgres", folder / "postgres.location")
    keyring = Keyring.load_or_create(folder / "secrets.json")
    server = Postgres(
        placement, free_base().postgres, keyring.postgres_password, folder / "postgres.log", durable=False
    )
    try:
        server.start()
        prepare_project(server.superuser_dsn, keyring)
        Schema(server.dsn).migrate(MIGRATIONS)
        yield server.dsn
    finally:
        server.stop()
