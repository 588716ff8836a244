"""Wiring of replicas at VK Cloud: videos, Supabase Storage, new uploads."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from auto360.container.backups import runs
from auto360.container.data import database, provider_http
from auto360.container.object_storage import backup_store, supabase_bucket, upload_store
from auto360.core.clock import utc_now

if TYPE_CHECKING:
    from auto360.domains.backups.schedule import Schedule
    from auto360.domains.replication.integrity_checks import Samples
    from auto360.domains.replication.ledger import CopyLedger
    from auto360.domains.replication.run import CopyRun
    from auto360.domains.replication.storage import StorageCopies
    from auto360.domains.replication.upload_events import Arrivals
    from auto360.domains.replication.videos import VideoCopies
    from auto360.providers.object_storage import ObjectStore
    from auto360.providers.video import VideoPlayer


@cache
def schedule() -> Schedule:
    """Build the jobs that timers start."""
    from auto360.domains.backups.schedule import Schedule

    return Schedule(
        {
            "videos": lambda: copy_run().videos(videos()),
            "videos_2": lambda: copy_run().videos(videos(), worker=2),
            "videos_3": lambda: copy_run().videos(videos(), worker=3),
            "videos_4": lambda: copy_run().videos(videos(), worker=4),
            "storage_changes": lambda: copy_run().storage_changes(storage()),
            "storage_comparison": lambda: copy_run().storage_comparison(storage()),
            "read_again": lambda: copy_run().read_again(samples()),
        }
    )


def copy_run() -> CopyRun:
    """Build a run under its lease that ends before the platform's time limit."""
    from auto360.domains.replication.run import CopyRun, CopyRunPolicy

    until = utc_now() + timedelta(seconds=CopyRunPolicy.load().copies_run_seconds)
    return CopyRun(database(), runs(), until)


def storage() -> StorageCopies:
    """Build the replication of files; counts, so build one per run."""
    from auto360.domains.replication.storage import StorageCopies, StoragePolicy
    from auto360.domains.replication.storage_files import CopiedBuckets, SupabaseFiles

    names = (*CopiedBuckets.load().names(), upload_store().bucket)
    files = SupabaseFiles(database(), _bucket, names)
    return StorageCopies(files, backup_store(), ledger(), StoragePolicy.load(), utc_now)


def videos() -> VideoCopies:
    """Build the replication of videos; counts, so build one per run."""
    from auto360.container.video_providers import api_video, job_patience, yandex
    from auto360.domains.replication.videos import VideoCopies, VideoCopyPolicy
    from auto360.providers.video.download import WholeFile

    players: dict[str, VideoPlayer] = {"api_video": api_video(job_patience()), "yandex": yandex(job_patience())}
    files = WholeFile(provider_http())
    return VideoCopies(database(), players, files, backup_store(), ledger(), VideoCopyPolicy.load(), utc_now)


def samples() -> Samples:
    """Build the integrity checks; counts, so build one per run."""
    from auto360.domains.replication.integrity_checks import SamplePolicy, Samples

    return Samples(database(), backup_store(), SamplePolicy.load(), utc_now)


@cache
def arrivals() -> Arrivals:
    """Build the handler of new files in the uploads bucket."""
    from auto360.domains.replication.upload_events import ArrivalPolicy, Arrivals

    uploads = upload_store()
    return Arrivals(uploads.bucket, uploads, backup_store(), ledger(), ArrivalPolicy.load())


@cache
def ledger() -> CopyLedger:
    from auto360.domains.replication.ledger import CopyLedger

    return CopyLedger(database())


def _bucket(name: str) -> ObjectStore:
    uploads = upload_store()
    return uploads if name == uploads.bucket else supabase_bucket(name)
