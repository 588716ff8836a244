"""Target platforms of artifacts: the cloud, and this machine for tests and benchmarks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra.bytecode import compile_for_cloud, compile_here


@dataclass(frozen=True)
class Platform:
    """Interpreter on a system, to install libraries and compile sources. `name` marks cached files."""

    name: str
    installing: tuple[str, ...]
    compile: Callable[[Sequence[Path]], None]

    @property
    def cache_tag(self) -> str:
        """Return the tag in the names of its bytecode."""
        return "-".join(self.name.split("-")[:2])


HERE = Platform(f"{sys.implementation.cache_tag}-{sys.platform}", ("--python", sys.executable), compile_here)
# Yandex runs Ubuntu 22.04 (glibc 2.35), AWS Amazon Linux 2023 (glibc 2.34).
CLOUD = Platform(
    "cpython-312-manylinux_2_34_x86_64",
    ("--python-version", "3.12", "--python-platform", "x86_64-manylinux_2_34", "--only-binary", ":all:"),
    compile_for_cloud,
)


@cache
def cloud_python() -> Path | None:
    """Return an interpreter of the cloud's version on this machine, or None. It runs bundles.

    Making bundles needs none.
    """
    for path in _candidates():
        script = "import sys; print(sys.implementation.cache_tag, sys.executable)"
        try:
            done = subprocess.run([str(path), "-I", "-c", script], capture_output=True, text=True, check=False)
        except OSError:
            continue
        if done.returncode == 0 and done.stdout.startswith("cpython-312 "):
            return Path(done.stdout.split(maxsplit=1)[1].strip())
    return None


def _candidates() -> Iterator[Path]:
    yield Path(sys.executable)
    found = shutil.which("python3.12")
    if found:
        yield Path(found)
    homes = (os.environ.get("PYENV_ROOT", "~/.pyenv") + "/versions", "~/.local/share/uv/python")
    for home in homes:
        yield from sorted(Path(home).expanduser().glob("*3.12*/bin/python3.12"))
