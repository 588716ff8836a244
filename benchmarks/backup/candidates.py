"""`python -m benchmarks.backup.candidates ours|parallel|usual`: one backup, in a separate process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import cast

import pyrage

from auto360.core.clock import utc_now
from auto360.domains.backups.archive_forms import Folder
from auto360.domains.backups.database import DatabaseBackup
from auto360.domains.backups.keys import BackupKeys
from auto360.domains.backups.repository import Archive
from auto360.domains.backups.retention import Retention
from auto360.domains.backups.room import Room
from auto360.domains.backups.runs import Runs
from auto360.providers.database import Database
from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from auto360.providers.postgres_dump.binaries import connection_environ, programs
from auto360.providers.postgres_dump.postgres import PostgresSource
from local.paths import CHECKOUT

SCHEMAS = ("public",)
FOLDER = CHECKOUT / "build" / "bench-backup"


def parallel(dsn: str, access: S3Access, bucket: str) -> dict[str, object]:
    """Do the same with `JOBS` workers and a file per table."""
    return ours(dsn, access, bucket, jobs=int(os.environ.get("JOBS") or "2"))


def ours(dsn: str, access: S3Access, bucket: str, *, jobs: int = 0) -> dict[str, object]:
    """Dump, prove, upload, read again, describe."""
    store, keys = S3Store(access, bucket), BackupKeys.parse(f"k1:{pyrage.x25519.Identity.generate()}")
    unused = cast("Database", None)  # only a run under a lease uses the database through REST
    job = DatabaseBackup(
        PostgresSource(dsn, SCHEMAS),
        store,
        Archive(store, keys),
        unused,
        Runs(unused),
        Retention({"daily": 30, "weekly": 90}, 3, 10),
        utc_now,
        lambda _line: None,
        Folder(store, keys, jobs, Room(FOLDER, "BACKUP_FOLDER"), lambda _line: None) if jobs else None,
    )
    manifest, seconds = job.make("daily", before_manifest=lambda: None)
    return {
        "bytes": manifest.size,
        "rows": manifest.rows,
        **{name: round(value, 1) for name, value in seconds.items()},
    }


def usual(dsn: str, access: S3Access, bucket: str) -> dict[str, object]:
    """Unchanged `pg_dump -Fc`, piped into boto3's own upload."""
    import boto3

    session = boto3.Session(access.access_key, access.secret_key, region_name=access.region)
    from botocore.config import Config

    config = Config(request_checksum_calculation="when_required", s3={"addressing_style": "path"})
    client = session.client("s3", endpoint_url=access.endpoint, config=config)
    command = [str(programs() / "pg_dump"), "--format=custom", *(f"--schema={name}" for name in SCHEMAS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=connection_environ(dsn)) as dump:
        client.upload_fileobj(dump.stdout, bucket, "usual.dump")
    size = client.head_object(Bucket=bucket, Key="usual.dump")["ContentLength"]
    return {"bytes": size}


def main() -> None:
    """Run one and print its result."""
    given = json.load(sys.stdin)
    access = S3Access(given["url"], "ru-msk", given["access_key"], given["secret_key"])
    run = {"ours": ours, "parallel": parallel, "usual": usual}[sys.argv[1]]
    print(json.dumps(run(given["dsn"], access, given["bucket"])))


if __name__ == "__main__":
    main()
