"""Assembles the artifact of one function: handler, the modules that it imports, and the locked libraries in one folder.

Yandex Cloud, which has no layers, runs this vendored form; tests and benchmarks load it as well
(docs/decisions/0001). `infra.bundle` makes a zip of the same files.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from infra.import_graph import reached_files
from infra.own_bytecode import bytecode_of, place_of
from infra.platforms import HERE, Platform

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = ROOT / "functions"
LAYER = ROOT / "layers" / "common"
LAYER_LOCK = LAYER / "requirements.txt"
BUILD = ROOT / "build"
CACHE = BUILD / "libraries"

# Our names at the top of an artifact; a library with one of them would hide our code.
_OURS = ("auto360", "handler")
_NOT_SHIPPED = ("requirements.*", "__pycache__")
# Leftovers of installers, and files for type checkers and compilers only.
_LEFT_OUT = ("bin", ".lock")
_USELESS = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
_USELESS_SUFFIXES = (".pyi", ".pyx", ".pxd", ".c", ".h")


class ArtifactError(Exception):
    """Artifact cannot be assembled; the message is one sentence for the user of the command."""


def function_names() -> list[str]:
    """Return every function of the repository, by its folder."""
    return sorted(path.parent.name for path in FUNCTIONS.glob("*/handler.py"))


def assemble(name: str, target: Path, *, platform: Platform = HERE) -> Path:
    """Put the artifact of a function into `target`, which must be empty or absent, and return it.

    Raises ArtifactError for an unknown function, a folder with files, or a lock that cannot be installed.
    """
    _handler(name)
    if target.exists() and any(target.iterdir()):
        raise ArtifactError(f"{target} is not empty.")
    target.mkdir(parents=True, exist_ok=True)
    for lock in locks(name):
        link_into(libraries(lock, platform=platform), target)
    for place, path in with_bytecode([own_files(name)], platform)[0].items():
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target / place)
    return target


def locks(name: str) -> list[Path]:
    """Return the lock files of a function: the layer's, and its own where it has one."""
    return [lock for lock in (LAYER_LOCK, FUNCTIONS / name / "requirements.txt") if lock.is_file()]


def own_files(name: str) -> dict[str, Path]:
    """Return our files in an artifact by their place: the function's folder and its modules of the package."""
    handler = _handler(name)
    folder = {
        path.relative_to(handler.parent).as_posix(): path
        for path in handler.parent.rglob("*")
        if path.is_file() and not _is_left_out(path.relative_to(handler.parent))
    }
    return folder | {path.relative_to(LAYER).as_posix(): path for path in reached_files(handler, layer=LAYER)}


def _is_left_out(path: Path) -> bool:
    return any(fnmatch(part, pattern) for part in path.parts for pattern in _NOT_SHIPPED)


def with_bytecode(artifacts: Sequence[dict[str, Path]], platform: Platform) -> list[dict[str, Path]]:
    """Return these files with the bytecode of their sources."""
    compiled = bytecode_of(artifacts, platform)
    return [
        files | {place_of(place, platform): compiled[place, path] for place, path in files.items()
                 if (place, path) in compiled}
        for files in artifacts
    ]  # fmt: skip


def libraries(lock: Path, *, platform: Platform = HERE) -> Path:
    """Return the folder with the libraries of a lock file, installed once and kept under build/ by the lock's hash."""
    mark = hashlib.sha256(f"{platform.name}\n".encode() + lock.read_bytes())
    folder = CACHE / mark.hexdigest()[:16]
    if folder.is_dir():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with held(CACHE / f"{folder.name}.lock"):
        if not folder.is_dir():
            _install(lock, folder, platform)
    return folder


def _handler(name: str) -> Path:
    handler = FUNCTIONS / name / "handler.py"
    if not handler.is_file():
        raise ArtifactError(f"There is no function {name}: functions/{name}/handler.py is missing.")
    return handler


def _install(lock: Path, folder: Path, platform: Platform) -> None:
    """Install into a draft and rename it, so that no incomplete folder has the final name."""
    draft = Path(tempfile.mkdtemp(prefix=f"{folder.name}.draft-", dir=CACHE))
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += [*platform.installing, "--target", str(draft), "--requirement", str(lock)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ArtifactError(f"{lock} cannot be installed: {done.stderr.strip()[-500:]}")
        _tidy(draft)
        for ours in _OURS:
            if (draft / ours).exists() or (draft / f"{ours}.py").exists():
                raise ArtifactError(f"A library of {lock} brings the name {ours}, which is ours.")
        platform.compile([draft])
        draft.chmod(0o755)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _tidy(folder: Path) -> None:
    """Remove files that running functions never read."""
    for left in _LEFT_OUT:
        leftover = folder / left
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink(missing_ok=True)
    for path in list(folder.rglob("*")):
        in_metadata = path.parent.suffix == ".dist-info" and path.name in _USELESS
        if path.is_file() and (in_metadata or path.suffix in _USELESS_SUFFIXES):
            path.unlink()


def link_into(source: Path, target: Path) -> None:
    """Copy a tree as hard links: an artifact then costs no space. Across file systems it is a real copy."""
    shutil.copytree(source, target, copy_function=_link_or_copy, dirs_exist_ok=True, symlinks=True)


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except FileExistsError:
        Path(target).unlink()
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock file, since several test processes may need the same libraries at once."""
    with path.open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
