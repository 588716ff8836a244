"""Restore of a folder into a bare Postgres by several workers; after a failure the server is discarded."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from auto360.providers.postgres_dump import TableChecksum
from auto360.providers.postgres_dump import restore_sql as words
from auto360.providers.postgres_dump.binaries import program

PSQL = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-"]


def restore_parallel(
    folder: Path,
    wanted: Path,
    environ: Mapping[str, str],
    *,
    before: str,
    after: str,
    tables: Mapping[str, TableChecksum],
    jobs: int,
) -> None:
    """Run the SQL before, pg_restore in `jobs` workers, the SQL after, and the proofs. Raises DumpFailed."""
    run_script([before], environ)
    arguments = [f"--jobs={jobs}", f"--use-list={wanted}", "--no-owner", "--exit-on-error"]
    arguments += [f"--dbname={environ.get('PGDATABASE', 'postgres')}", str(folder)]
    with program("pg_restore", arguments, environ, stdin=subprocess.DEVNULL) as restoring:
        for _ in restoring.output():
            pass
    run_script([words.opening(), after, words.closing()], environ)
    with ThreadPoolExecutor(jobs) as pool:
        for _ in pool.map(lambda share: run_script(_proofs(share), environ), shares(tables, jobs)):
            pass


def run_script(parts: Iterable[str], environ: Mapping[str, str]) -> None:
    """Feed psql. Raises DumpFailed at the first statement that fails."""
    with program("psql", PSQL, environ, stdin=subprocess.PIPE) as psql:
        for part in parts:
            psql.write(part.encode())
        psql.end_input()
        psql.require_success()


def shares(tables: Mapping[str, TableChecksum], jobs: int) -> Sequence[dict[str, TableChecksum]]:
    """Distribute the tables, those with the most rows first."""
    by_rows = sorted(tables.items(), key=lambda item: -item[1].rows)
    return [dict(by_rows[at::jobs]) for at in range(jobs)]


def _proofs(tables: Mapping[str, TableChecksum]) -> list[str]:
    return [words.opening(), words.proofs(tables), "commit;\n"]
