"""Assembles the artifact of one function: handler, `auto360` and the locked libraries side by side in one folder.

This vendored form is what Yandex Cloud runs, since it has no layers, and the form that tests and benchmarks load
(docs/decisions/0001). A zip of such a folder is another step and does not belong here.
"""

from __future__ import annotations

import compileall
import fcntl
import hashlib
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = ROOT / "functions"
LAYER = ROOT / "layers" / "common"
LAYER_LOCK = LAYER / "requirements.txt"
CACHE = ROOT / "build" / "libraries"

# Names at the top of an artifact that are ours; a library that brings one of them would hide our code.
_OURS = ("auto360", "handler")
# What installers leave beside the packages, of no use to a running function.
_LEFT_OUT = ("bin", ".lock")


class ArtifactError(Exception):
    """An artifact cannot be assembled; the message is one sentence for the person who asked for it."""


def function_names() -> list[str]:
    """Every function of the repository, by its folder."""
    return sorted(path.parent.name for path in FUNCTIONS.glob("*/handler.py"))


def assemble(name: str, target: Path) -> Path:
    """Put the artifact of a function into `target`, which must be empty or absent, and return it.

    Raises ArtifactError for an unknown function, a folder that holds something, or a lock that cannot be installed.
    """
    source = FUNCTIONS / name
    if not (source / "handler.py").is_file():
        raise ArtifactError(f"There is no function {name}: functions/{name}/handler.py is missing.")
    if target.exists() and any(target.iterdir()):
        raise ArtifactError(f"{target} is not empty.")
    target.mkdir(parents=True, exist_ok=True)
    for lock in (LAYER_LOCK, source / "requirements.txt"):
        if lock.is_file():
            link_into(libraries(lock), target)
    shutil.copytree(LAYER / "auto360", target / "auto360", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(source / "handler.py", target / "handler.py")
    compile_bytecode(target / "auto360", root=target)
    compile_bytecode(target / "handler.py", root=target)
    return target


def libraries(lock: Path) -> Path:
    """The folder with the libraries of a lock file, installed once and kept under build/ by the lock's hash."""
    mark = hashlib.sha256(f"{sys.implementation.cache_tag} {sys.platform}\n".encode() + lock.read_bytes())
    folder = CACHE / mark.hexdigest()[:16]
    if folder.is_dir():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with _held(CACHE / f"{folder.name}.lock"):
        if not folder.is_dir():
            _install(lock, folder)
    return folder


def compile_bytecode(path: Path, *, root: Path) -> None:
    """Write bytecode that is used without a look at the source: zips change dates, and a stale one is compiled anew.

    `path` is a file or a folder; `root` is cut from the names that tracebacks show.
    """
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if path.is_dir():
        # Libraries ship templates that are no valid modules; those stay without bytecode.
        compileall.compile_dir(path, quiet=2, force=True, stripdir=root, invalidation_mode=mode)
    else:
        compileall.compile_file(path, quiet=2, force=True, stripdir=root, invalidation_mode=mode)


def _install(lock: Path, folder: Path) -> None:
    """Install into a draft and rename it, so that a half-made folder is never taken for a whole one."""
    draft = Path(tempfile.mkdtemp(prefix=f"{folder.name}.draft-", dir=CACHE))
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--python", sys.executable, "--target", str(draft), "--requirement", str(lock)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        if done.returncode != 0:
            raise ArtifactError(f"{lock.relative_to(ROOT)} cannot be installed: {done.stderr.strip()[-500:]}")
        for left in _LEFT_OUT:
            leftover = draft / left
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink(missing_ok=True)
        for ours in _OURS:
            if (draft / ours).exists() or (draft / f"{ours}.py").exists():
                raise ArtifactError(f"A library of {lock.relative_to(ROOT)} brings the name {ours}, which is ours.")
        compile_bytecode(draft, root=draft)
        draft.chmod(0o755)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


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
def _held(path: Path) -> Iterator[None]:
    """Hold a lock file, since several test processes may want the same libraries at once."""
    with path.open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
