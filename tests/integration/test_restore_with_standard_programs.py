"""A backup is restored by the commands of the runbook: age, zstd, pg_restore and psql, and no line of our code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from auto360.providers.postgres_dump.binaries import programs
from auto360.providers.postgres_dump.temporary_server import embedded_postgres
from local.paths import CHECKOUT
from tests.support.backup import IDENTITIES, OFFLINE_IDENTITY, BackupWorld, backup_variables
from tests.support.functions import forget_container
from tests.support.hosted import hosted_project, one
from tests.support.prepared import fast_folder
from tools.backup.__main__ import main

_RUNBOOK = CHECKOUT / "docs" / "runbooks" / "restore-with-standard-programs.md"
# For a machine that lacks the programs: the libraries of others that read these formats.
_WITHOUT_AGE = """#!{python}
import sys
import pyrage
identities = [pyrage.x25519.Identity.from_str(line) for line in open(sys.argv[3]).read().split()]
source = open(sys.argv[4], "rb") if len(sys.argv) > 4 else sys.stdin.buffer
pyrage.decrypt_io(source, sys.stdout.buffer, identities)
"""
_WITHOUT_ZSTD = """#!{python}
import sys
import zstandard
zstandard.ZstdDecompressor().copy_stream(sys.stdin.buffer, sys.stdout.buffer)
"""


def commands() -> list[str]:
    """Return the commands of the runbook, a block each."""
    blocks = re.findall(r"```sh\n(.*?)```", _RUNBOOK.read_text(encoding="utf-8"), re.DOTALL)
    return [re.sub(r"^   ", "", block, flags=re.MULTILINE) for block in blocks]


def path_with_programs(folder: Path) -> str:
    """Return a PATH with all four programs."""
    for name, script in (("age", _WITHOUT_AGE), ("zstd", _WITHOUT_ZSTD)):
        if shutil.which(name) is None:
            (folder / name).write_text(script.format(python=sys.executable), encoding="utf-8")
            (folder / name).chmod(0o755)
    return f"{programs()}:{folder}:{os.environ['PATH']}"


def fetched(world: BackupWorld, folder: Path, identity: str) -> dict[str, object]:
    """Download the newest backup as any S3 client would, and lay the key beside it; gives the manifest."""
    store = world.s3.store()
    for info in store.list("db/"):
        (folder / info.key.rpartition("/")[2]).write_bytes(b"".join(store.get(info.key)))
    (folder / "key.txt").write_text(identity + "\n", encoding="utf-8")
    found: dict[str, object] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def shell(command: str, folder: Path, target: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command as a person would, in the folder of the backup."""
    environ = {"PATH": path_with_programs(folder), "TARGET": target, "HOME": str(folder)}
    return subprocess.run(
        ["bash", "-c", f"set -eu -o pipefail\n{command}"], cwd=folder, env=environ, capture_output=True, check=False
    )


@pytest.mark.parametrize(
    ("identity", "jobs"),
    [(IDENTITIES["x"], 0), (OFFLINE_IDENTITY, 0), (OFFLINE_IDENTITY, 2)],
    ids=["current key", "offline key", "a folder of files"],
)
def test_a_backup_is_restored_without_a_line_of_our_code(
    backup_world: BackupWorld, tmp_path: Path, identity: str, jobs: int
) -> None:
    backup_world.jobs = jobs
    backup_world.backup().run("daily")
    manifest = fetched(backup_world, tmp_path, identity)
    prepare, stream, folder = commands()
    assert stream.startswith("age -d")
    restore = folder if jobs else stream
    with embedded_postgres(fast_folder()) as target:
        for command in (prepare, restore):
            done = shell(command, tmp_path, target)
            assert done.returncode == 0, done.stderr.decode()[-2000:]
        with psycopg.connect(target) as connection:
            for table, facts in manifest["tables"].items():  # type: ignore[attr-defined]
                counted = connection.execute(
                    f"select count(*), coalesce(sum(hash_record_extended({facts['expression']}, 0)::numeric), 0)::text"
                    f" from only {table}"
                ).fetchone()
                assert counted == (facts["rows"], facts["hash"]), table


def test_the_offline_key_alone_restores_a_project_where_the_seal_is_not_asked_for(
    backup_world: BackupWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backup_world.backup().run("daily")
    for name, value in (backup_variables(backup_world) | {"BACKUP_KEYS": f"safe:{OFFLINE_IDENTITY}"}).items():
        monkeypatch.setenv(name, value)
    forget_container()
    with hosted_project(platform=False) as (project, _):
        command = ["database", "--to", project, "--yes"]
        assert main(command) == 1
        assert "sealed with the key 'k1', which is not among BACKUP_KEYS" in capsys.readouterr().err
        assert main([*command, "--without-seal"]) == 0
        rows = backup_world.archive.newest().tables["public.listings"].rows
        assert one(project, "select count(*) from public.listings") == rows > 0
    forget_container()


def test_damage_and_a_wrong_key_end_the_commands_with_an_error(backup_world: BackupWorld, tmp_path: Path) -> None:
    backup_world.backup().run("daily")
    fetched(backup_world, tmp_path, IDENTITIES["y"])
    reading = "age -d -i key.txt dump.pgc.zst.age | zstd -d > dump.pgc"
    assert shell(reading, tmp_path, "").returncode != 0
    (tmp_path / "key.txt").write_text(IDENTITIES["x"], encoding="utf-8")
    assert shell(reading, tmp_path, "").returncode == 0
    whole = (tmp_path / "dump.pgc.zst.age").read_bytes()
    half = len(whole) // 2
    for damaged in (whole[:-1], whole[:half], whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :]):
        (tmp_path / "dump.pgc.zst.age").write_bytes(damaged)
        assert shell(reading, tmp_path, "").returncode != 0
