"""Prepared servers: the schema is applied once in a run, and each server starts from a copy of that data folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.ports import Ports
from local.postgres import Postgres
from local.postgres_location import place
from local.secrets import Keyring
from tests.support.logs import run_name

_PREFIX = "auto360-prepared-"
_MEMORY = Path("/dev/shm")  # noqa: S108 - only folders of our own are used
_ROOM = 4 * 1024**3


@dataclass(frozen=True)
class Recipe:
    """Contents of a server under a name; the steps get a running, empty server and its secrets."""

    name: str
    steps: Callable[[Postgres, Keyring], None]


def fast_folder() -> Path:
    """Return the folder for data that nobody needs tomorrow: in memory where there is room, else the temporary one."""
    if os.access(_MEMORY, os.W_OK) and min(shutil.disk_usage(_MEMORY).free, _available_memory()) > _ROOM:
        return _MEMORY
    return Path(tempfile.gettempdir())


def _available_memory() -> int:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), 0)


def open_folder() -> Path:
    """Return a temporary folder that the account of Postgres can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="auto360-test-", dir=fast_folder()))
    folder.chmod(0o755)
    return folder


def new_server(folder: Path, ports: Ports, keyring: Keyring, log: Path) -> Postgres:
    """Return a server for tests: it forgets everything in a power cut and is quick in return."""
    return Postgres(place(folder / "postgres"), ports.postgres, keyring.postgres_password, log, durable=False)


@contextmanager
def prepared_server(recipe: Recipe, ports: Ports, log: Path) -> Iterator[tuple[Postgres, Keyring]]:
    """Start a server that holds what the recipe makes; it is deleted afterwards."""
    data, keyring = _prepared(recipe, ports, log)
    folder = open_folder()
    server = new_server(folder, ports, keyring, log)
    try:
        subprocess.run(["cp", "-a", f"{data}/.", server.placement.data], check=True)
        server.start()
        yield server, keyring
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _prepared(recipe: Recipe, ports: Ports, log: Path) -> tuple[Path, Keyring]:
    """Return the data folder of a recipe and its secrets; the first caller of a run makes it, others wait."""
    home = fast_folder() / f"{_PREFIX}{run_name()}" / recipe.name
    home.mkdir(parents=True, exist_ok=True)
    for folder in (home.parent, home):
        folder.chmod(0o755)
    ready = home / "ready"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keyring = Keyring.load_or_create(home / "secrets.json")
        if not ready.exists():
            server = new_server(home, ports, keyring, log)
            try:
                server.start()
                recipe.steps(server, keyring)
            finally:
                server.stop()
            ready.write_text(str(server.placement.data), encoding="utf-8")
    return Path(ready.read_text(encoding="utf-8")), keyring


def forget_prepared(is_of_interest: Callable[[str], bool]) -> None:
    """Delete what runs prepared, by the name of the run."""
    for parent in {_MEMORY, Path(tempfile.gettempdir())}:
        for folder in parent.glob(f"{_PREFIX}*"):
            if is_of_interest(folder.name.removeprefix(_PREFIX)):
                shutil.rmtree(folder, ignore_errors=True)
