"""Temporary database with every migration applied and without other content."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auto360.providers.postgres_dump.temporary_server import embedded_postgres
from local.migrations import Schema
from local.paths import MIGRATIONS, SUPABASE_BOOTSTRAP


@contextmanager
def fresh_database(migrations: Path = MIGRATIONS) -> Iterator[str]:
    """Yield the owner's address of a migrated database; it is deleted afterwards. Raises StackError, DumpFailed."""
    with embedded_postgres(Path(tempfile.gettempdir())) as dsn:
        schema = Schema(dsn)
        schema.bootstrap(SUPABASE_BOOTSTRAP)
        schema.migrate(migrations)
        yield dsn
