"""Large file: constant memory, and a kill in the middle costs one chunk."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg

from benchmarks.migration.crew import Crew
from benchmarks.migration.library import MovingLibrary
from benchmarks.migration.rehearsal import Rehearsal, Script
from benchmarks.migration.services import Stage

# A process of Python with its libraries takes some 70 MB; a file held in memory would be visible.
MAX_GROWTH_MB = 40.0
_SECONDS = 900


def copy_large(place: Stage, *, megabytes: int, say: Callable[[str], None]) -> list[str]:
    """Copy it, kill the process once in the middle, and compare; returns the faults."""
    rehearsal = Rehearsal(place.dsn, place.environ, place.api_video, place.yandex, Script(videos=1, kills=1))
    # The simulator stores the first 64 MB of a file and hashes the rest: no bytes to read back, but a hash to compare.
    variables = {**rehearsal._variables(), "VIDEO_MIGRATION_CHECKED_CHUNKS": "0"}  # noqa: SLF001
    crew, samples, began = Crew(variables, 1), [], time.monotonic()
    size = megabytes * 1_000_000
    place.yandex.turn({"encode_seconds": 0})
    with psycopg.connect(place.dsn, autocommit=True) as connection:
        library = MovingLibrary(connection, place.api_video, place.yandex)
        library.add(1, bytes_of=size)
        connection.execute("select video_migration_pause(false)")
        killed_at = 0
        try:
            while time.monotonic() - began < _SECONDS:
                crew.keep_up()
                row = connection.execute("select state, bytes_copied from video_migrations").fetchone()
                state, copied = (row[0], int(row[1])) if row else ("", 0)
                if state in ("confirmed", "failed"):
                    break
                if copied > size / 20 and crew.workers:
                    samples.append(crew.workers[0].memory()[0] / 1024)
                if not killed_at and copied > size / 2:
                    crew.kill_one()
                    killed_at = copied
                time.sleep(0.05)
        finally:
            crew.dismiss()
        seconds = time.monotonic() - began
        row = connection.execute("select bytes_copied, chunk_digests from video_migrations").fetchone()
        chunks = len(row[1]) if row else 0
        different = library.different()
    samples = [sample for sample in samples if sample > 40] or [0.0]
    first, last = samples[len(samples) // 10], samples[-1]
    growth = max(samples) - first
    say(f"\none file of {size / 1e9:.2f} GB: {seconds:.0f} s, {size / 1e6 / seconds:.0f} MB/s, {chunks} chunks")
    say(f"killed at {killed_at / 1e6:.0f} MB; memory: first {first:.0f}, last {last:.0f}, most {max(samples):.0f} MB")
    found = {
        "the large file is not the same": bool(different),
        "memory grows with the file": growth > MAX_GROWTH_MB,
        "there is a second copy of the large file": len(place.yandex.videos) != 1,
    }
    return [name for name, is_so in found.items() if is_so]
