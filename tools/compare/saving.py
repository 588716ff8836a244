"""Outputs of a checkout, saved to a folder: of this one as it is, or of a commit."""

from __future__ import annotations

import re
import shutil
import subprocess
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
    """Checkout that does not give an output; the message says which and why."""


def save(checkout: Path, folder: Path, *, suite: str) -> None:
    """Write schema, OpenAPI document, list of tests and the answers of a suite. Raises SaveFailed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCHEMA).write_text(_output(checkout, "-m", "tools.schema", "dump"), encoding="utf-8")
    listed = _output(checkout, "-m", "pytest", "--collect-only", "-q", "tests")
    names = sorted(line for line in listed.splitlines() if "::" in line)
    (folder / TESTS).write_text("\n".join(names) + "\n", encoding="utf-8")
    shutil.copy(checkout / "docs" / "openapi.json", folder / OPENAPI)
    _record(checkout, folder / ANSWERS, suite=suite)


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
    """Return True for a name that git knows as a commit."""
    if not re.fullmatch(r"[\w./~^@{}-]+", name):
        return False
    command = ["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False).returncode == 0
