"""`make up` from start to end: what a newcomer sees when it works, and what when it cannot."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.installation import Installation
from local.paths import CHECKOUT
from local.ports import HOST
from local.postgres import Postgres
from local.postgres_location import place
from local.secrets import Keyring
from tests.support.logs import log_folder
from tests.support.ports import own_ports
from tests.support.prepared import open_folder
from tests.support.stack import RunningStack, start_stack


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a data folder of its own, gone afterwards."""
    made = open_folder()
    yield made / "data"
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def logs(request: pytest.FixtureRequest) -> Path:
    """Logs of this test's own stack, where the log scan looks."""
    return log_folder("lifecycle") / str(request.node.name)


def processes_of(running: RunningStack) -> set[int]:
    """Return everything below the stack's own process, however deep."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(parent) for pid, parent in (line.split() for line in listed.splitlines())}
    found, grown = {running.process.pid}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found, grown = found | more, bool(more)
    return found


def alive(pids: set[int]) -> set[int]:
    """Return those that still run, after a moment for the last to go."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        left = {pid for pid in pids if Path(f"/proc/{pid}").exists() and "Z" not in _state(pid)}
        if not left:
            return set()
        time.sleep(0.1)
    return left


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return "Z"


def refusal(running: RunningStack) -> str:
    """Return the one sentence of a stack that could not start."""
    assert running.process.wait(60) == 1, running.output
    assert "Traceback" not in running.output
    return running.output.strip().splitlines()[-1]


def test_it_is_ready_without_a_question_stops_on_ctrl_c_and_finds_its_data_again(folder: Path, logs: Path) -> None:
    first = start_stack(folder, logs)
    first.wait_until_ready()
    started = processes_of(first)
    assert len(started) >= 7
    secrets = (folder / "secrets.json").read_bytes()
    assert (folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert "demonstration data" in first.output
    assert first.stop(signal.SIGINT) == 0
    assert not alive(started)

    second = start_stack(folder, logs, at=first.ports)
    second.wait_until_ready()
    try:
        assert "(0 new migrations)" in second.output
        assert (folder / "secrets.json").read_bytes() == secrets
    finally:
        assert second.stop(signal.SIGTERM) == 0


def test_ctrl_c_while_it_starts_leaves_nothing(folder: Path, logs: Path) -> None:
    running = start_stack(folder, logs)
    while len(processes_of(running)) < 4:
        time.sleep(0.01)
    started = processes_of(running)
    assert running.stop(signal.SIGINT) == 0
    assert not alive(started)


def test_a_part_that_is_killed_ends_the_stack_with_a_sentence(folder: Path, logs: Path) -> None:
    running = start_stack(folder, logs, REDIS="off")
    running.wait_until_ready()
    started = processes_of(running)
    gateway = next(pid for pid in started if b"local.gateway" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(gateway, signal.SIGKILL)
    assert refusal(running).startswith("gateway has ended by itself")
    assert not alive(started)


def test_a_stack_that_is_killed_takes_its_parts_with_it(folder: Path, logs: Path) -> None:
    running = start_stack(folder, logs, REDIS="off")
    running.wait_until_ready()
    started = processes_of(running)
    running.kill()
    assert not alive(started)


def test_a_port_in_use_is_named_with_the_variable_that_changes_it(folder: Path, logs: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        running = start_stack(folder, logs, PORT=str(port))
        sentence = refusal(running)
    assert f"Port {port} (gateway) is already in use" in sentence
    assert "PORT=" in sentence


@pytest.mark.xdist_group("stack")
def test_a_second_stack_on_the_same_data_is_refused(stack: RunningStack, logs: Path) -> None:
    sentence = refusal(start_stack(stack.data, logs))
    assert "is in use by a running stack" in sentence


@pytest.mark.parametrize("damage", ["no-version", "other-version", "no-control-file", "secrets"])
def test_a_broken_data_folder_is_named_with_the_way_out(folder: Path, logs: Path, damage: str) -> None:
    if damage == "no-control-file":
        folder.mkdir(parents=True)
        password = Keyring.load_or_create(folder / "secrets.json").postgres_password
        server = Postgres(place(folder / "postgres"), own_ports().postgres, password, logs / "postgres.log")
        server.start()
        server.stop()
        (server.placement.data / "global" / "pg_control").unlink()
    elif damage == "secrets":
        folder.mkdir(parents=True)
        (folder / "secrets.json").write_text("{", encoding="ascii")
    else:
        (folder / "postgres").mkdir(parents=True)
        (folder / "postgres" / ("PG_VERSION" if damage == "other-version" else "x")).write_text(
            "12\n", encoding="ascii"
        )
        shutil.chown(folder / "postgres", *_postgres_owner())
    sentence = refusal(start_stack(folder, logs, REDIS="off"))
    assert "is broken" in sentence
    assert str(folder) in sentence
    assert "`make db-reset`" in sentence


def _postgres_owner() -> tuple[int, int]:
    return (65534, 65534) if os.geteuid() == 0 else (os.getuid(), os.getgid())


def test_db_reset_makes_a_broken_folder_usable_and_deletes_only_its_own(folder: Path, logs: Path) -> None:
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "x").write_text("", encoding="ascii")
    (folder / "mine.txt").write_text("", encoding="ascii")
    environ = {**os.environ, "AUTO360_DATA": str(folder)}
    subprocess.run([sys.executable, "-m", "local", "reset"], cwd=CHECKOUT, env=environ, check=True, capture_output=True)
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "mine.txt"]


def test_a_nearly_full_disk_is_refused_before_anything_is_written(folder: Path, logs: Path) -> None:
    sentence = refusal(start_stack(folder, logs, AUTO360_MIN_FREE_MB="999999999"))
    assert sentence.endswith("999999999 MB are needed: free some space first.")


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_disk_that_fills_up_while_the_database_is_made_is_one_sentence(folder: Path, logs: Path) -> None:
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this system does not let a test mount a disk")
    try:
        sentence = refusal(start_stack(folder, logs, AUTO360_MIN_FREE_MB="1", REDIS="off"))
        assert "There is no space left" in sentence
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize(
    ("variable", "value"), [("PORT", "http"), ("PORT", "80"), ("WORKERS", "0"), ("MAX_REQUESTS", "3")]
)
def test_a_nonsense_setting_is_one_sentence(folder: Path, logs: Path, variable: str, value: str) -> None:
    sentence = refusal(start_stack(folder, logs, at=None, **{variable: value}))
    assert sentence.startswith(f"{variable} must be a number")
    assert not (folder / "postgres").exists()


def test_a_missing_npm_that_cannot_be_installed_is_one_sentence(tmp_path: Path) -> None:
    """Bootstrap a checkout whose Python packages are there, on a machine without npm and with a useless lock file."""
    checkout = _checkout_without_programs(tmp_path)
    (checkout / "requirements" / "node.txt").write_text("no-such-package==1 --hash=sha256:00\n", encoding="ascii")
    done = _bootstrap(checkout, path="/nowhere")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("npm is missing and could not be installed")
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_seen_before_anything_is_installed(tmp_path: Path) -> None:
    checkout = _checkout_without_programs(tmp_path)
    done = _bootstrap(checkout, path="/nowhere", AUTO360_MIN_FREE_MB="999999999")
    assert done.returncode == 1
    assert done.stderr.strip().endswith("999999999 MB are needed: free some space first.")


def _checkout_without_programs(tmp_path: Path) -> Path:
    checkout = tmp_path / "checkout"
    shutil.copytree(CHECKOUT / "local", checkout / "local")
    shutil.copytree(CHECKOUT / "requirements", checkout / "requirements")
    shutil.copy(CHECKOUT / "package-lock.json", checkout)
    subprocess.run([sys.executable, "-m", "venv", str(checkout / ".venv")], check=True)
    installation = Installation(checkout)
    stamp = installation._packages_stamp()
    (checkout / ".venv" / ".installed-from").write_text(stamp, encoding="ascii")
    return checkout


def _bootstrap(checkout: Path, *, path: str, **extra: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PATH": path, "PIP_NO_INDEX": "1", **extra}
    script = [sys.executable, str(checkout / "local" / "bootstrap.py")]
    return subprocess.run(script, env=environ, capture_output=True, text=True, check=False, timeout=120)
