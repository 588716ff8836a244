"""Outputs of a checkout, saved to a folder: of this working tree, or of a commit."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

from local.paths import CHECKOUT, environ_for_tools
from tools.compare.differences import ANSWERS, OPENAPI, SCHEMA, TESTS

RECORDER = Path(__file__).parent / "recorder"
_SHARED = (".venv", "node_modules")
# Exit codes of pytest: all passed, some failed. The outcomes are part of the output.
_RAN = (0, 1)


class SaveFailed(Exception):
    """Checkout without an output; the message has the name and the reason."""


def save(checkout: Path, folder: Path, *, suite: str) -> None:
    """Write schema, OpenAPI document, list of tests and the answers of a suite. Raises SaveFailed."""
    folder.mkdir(parents=True, exist_ok=True)
    _say("schema")
    (folder / SCHEMA).write_text(_output(checkout, "-m", "tools.schema", "dump"), encoding="utf-8")
    _say("tests")
    listed = _output(checkout, "-m", "pytest", "--collect-only", "-q", "tests")
    names = sorted(line for line in listed.splitlines() if "::" in line)
    (folder / TESTS).write_text("\n".join(names) + "\n", encoding="utf-8")
    shutil.copy(checkout / "docs" / "openapi.json", folder / OPENAPI)
    _say(f"answers of {suite}, some minutes")
    _record(checkout, folder / ANSWERS, suite=suite)


def _say(what: str) -> None:
    print(f"  saving {what} …", file=sys.stderr, flush=True)


def save_commit(commit: str, folder: Path, *, suite: str) -> None:
    """Save the outputs of a commit, from a copy with this checkout's packages. Raises SaveFailed."""
    packed = subprocess.run(["git", "archive", commit], cwd=CHECKOUT, capture_output=True, check=False)  # noqa: S607
    if packed.returncode:
        raise SaveFailed(f"{commit}: {packed.stderr.decode().strip()}")
    with tempfile.TemporaryDirectory() as copy:
        with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
            archive.extractall(copy, filter="data")
        for name in _SHARED:
            (Path(copy) / name).symlink_to((CHECKOUT / name).resolve())
        save(Path(copy), folder, suite=suite)


def _record(checkout: Path, answers: Path, *, suite: str) -> None:
    environ = {"ANSWERS_FILE": str(answers.resolve())}
    command = ("-m", "pytest", "-q", "-p", "recorded_answers", "-p", "no:cacheprovider", *suite.split())
    done = _run(checkout, *command, path=str(RECORDER), environ=environ)
    if done.returncode not in _RAN or not answers.exists():
        raise SaveFailed(f"{suite} did not run: {(done.stdout + done.stderr).strip()[-500:]}")


def _output(checkout: Path, *arguments: str) -> str:
    done = _run(checkout, *arguments)
    if done.returncode:
        raise SaveFailed(f"{' '.join(arguments)}: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


def _run(
    checkout: Path, *arguments: str, path: str = "", environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    variables = environ_for_tools() | {"PYTHONPATH": f"layers/common:{path}".rstrip(":")} | (environ or {})
    command = [str(checkout / ".venv" / "bin" / "python"), *arguments]
    return subprocess.run(command, cwd=checkout, env=variables, capture_output=True, text=True, check=False)


def is_commit(name: str) -> bool:
    """Return True for the name of a commit."""
    return _commit(name) is not None


def is_same_commit(one: str, other: str | None) -> bool:
    """Return True for two names of one commit; no name is this checkout as it is."""
    return other is not None and (found := _commit(one)) is not None and found == _commit(other)


def _commit(name: str) -> str | None:
    if not re.fullmatch(r"[\w./~^@{}-]+", name):
        return None
    command = ["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
