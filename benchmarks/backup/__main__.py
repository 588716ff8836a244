"""`make bench-backup`: both kinds of backup, side by side, on a database of SIZE gigabytes (default 1).

`ARGS=ours` runs only that one, `ARGS="ours parallel"` a stream and JOBS workers, of TABLES tables of one size.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.backup.filling import fill
from local.object_storage import VK_BUCKET, ObjectStorage
from local.paths import CHECKOUT
from local.ports import HOST, free_base
from local.postgres import Postgres
from local.postgres_location import place
from local.secrets import Keyring

FOLDER = CHECKOUT / "build" / "bench-backup"
_EVERY = 0.02


@dataclass
class Measured:
    """Run. Memory is the sum over the process and its children, sampled; CPU is of the same processes."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    made: dict[str, Any] = field(default_factory=dict)


def main() -> int:
    """Fill, run, compare."""
    gigabytes, rounds = float(os.environ.get("SIZE", "1")), int(os.environ.get("ROUNDS") or "1")
    tables = int(os.environ.get("TABLES") or "1")
    FOLDER.mkdir(parents=True, exist_ok=True)
    FOLDER.chmod(0o755)
    keyring, ports = Keyring.generate(), free_base(31000, 32000)
    password = "bench"  # noqa: S105 - a server on the loopback address for the length of a run
    home = place(FOLDER / f"postgres-{gigabytes:g}-{tables}")
    server = Postgres(home, ports.postgres, password, FOLDER / "postgres.log", durable=False)
    kept = FOLDER / f"s3-{secrets.token_hex(3)}"
    storage = ObjectStorage(ports.s3, kept, keyring, FOLDER / "s3.log", gateway="", database="")
    try:
        server.start()
        storage.start()
        storage.wait()
        print(f"filling the database up to {gigabytes:g} GB …", flush=True)
        print(f"  {fill(server.superuser_dsn, gigabytes=gigabytes, tables=tables):.2f} GB", flush=True)
        given = {
            "dsn": server.superuser_dsn,
            "url": f"http://{HOST}:{ports.s3}",
            "bucket": VK_BUCKET,
            "access_key": keyring.s3_access_key,
            "secret_key": keyring.s3_secret_key,
        }
        names = sys.argv[1:] or ["usual", "ours"]
        best = {
            name: min((measured(name, given) for _ in range(rounds)), key=lambda one: one.seconds) for name in names
        }
    finally:
        storage.stop()
        server.stop()
        shutil.rmtree(storage.folder, ignore_errors=True)
    show(best)
    return 0


def measured(name: str, given: dict[str, str]) -> Measured:
    """Run one candidate."""
    environ = os.environ | {"PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'layers' / 'common'}"}
    command = [sys.executable, "-m", "benchmarks.backup.candidates", name]
    result, began = Measured(), time.monotonic()
    before = os.times()
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    watcher = threading.Thread(target=_watch, args=(process, result))
    watcher.start()
    output, _ = process.communicate(json.dumps(given).encode())
    watcher.join()
    after = os.times()
    result.seconds = time.monotonic() - began
    result.cpu_seconds = after.children_user + after.children_system - before.children_user - before.children_system
    if process.returncode != 0:
        raise SystemExit(f"{name} failed")
    result.made = json.loads(output)
    print(f"  {name}: {result.seconds:.1f} s", flush=True)
    return result


def _watch(process: subprocess.Popen[bytes], result: Measured) -> None:
    while process.poll() is None:
        result.peak_mb = max(result.peak_mb, sum(_own_mb(pid) for pid in (process.pid, *_children(process.pid))))
        time.sleep(_EVERY)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(text) for text in path.read_text().split()]
        except OSError:
            continue
    return found


def _own_mb(pid: int) -> float:
    """Memory of a process without its shared part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def show(best: dict[str, Measured]) -> None:
    titles = {"usual": "pg_dump -Fc | upload", "ours": "our backup", "parallel": "in workers"}
    print(f"\n{'':<30}" + "".join(f"{titles[name]:>24}" for name in best))
    rows = {
        "seconds": [f"{one.seconds:.1f}" for one in best.values()],
        "CPU seconds (client side)": [f"{one.cpu_seconds:.1f}" for one in best.values()],
        "peak memory, MB": [f"{one.peak_mb:.0f}" for one in best.values()],
        "stored, MB": [f"{one.made['bytes'] / 1e6:.0f}" for one in best.values()],
        "upload, of the seconds": [f"{one.made.get('upload_seconds', 0)}" for one in best.values()],
        "encrypted, read again": ["no" if name == "usual" else "yes" for name in best],
        "rows counted and hashed": ["no" if name == "usual" else f"{one.made['rows']}" for name, one in best.items()],
    }
    for title, values in rows.items():
        print(f"{title:<30}" + "".join(f"{value:>24}" for value in values))
    if len(best) == 2:
        first, second = best.values()
        print(f"\n{first.seconds / second.seconds:.1f} times as fast")


if __name__ == "__main__":
    sys.exit(main())
