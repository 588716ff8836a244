"""Room for temporary files: logged and required before the first byte is written."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auto360.domains.backups.errors import NoRoom

_PREFIX = "auto360-archive-"
# Leftover of a killed run; no run leaves its folder untouched that long.
_LEFT_SECONDS = 6 * 3600


def free_bytes(folder: Path) -> int:
    """Return the free space below a folder."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Room:
    """Folder for temporary files; `setting` is the variable that names another one."""

    folder: Path
    setting: str
    free: Callable[[Path], int] = free_bytes

    @classmethod
    def named(cls, folder: str, *, setting: str) -> Room:
        """Return a configured folder; empty: the temporary folder of the system."""
        return cls(Path(folder or tempfile.gettempdir()), setting)

    def require(self, needed: int, *, purpose: str, progress: Callable[[str], None]) -> None:
        """Log the needed room and its folder. Raises NoRoom if less is free."""
        if not self.folder.is_dir():
            raise NoRoom(f"{purpose}: there is no folder {self.folder}; {self.setting} names another one")
        free = self.free(self.folder)
        progress(f"{purpose}: needs {readable_size(needed)} in {self.folder}, {readable_size(free)} are free")
        if free < needed:
            raise NoRoom(
                f"{purpose} needs {readable_size(needed)} in {self.folder}, but {readable_size(free)} are free;"
                f" {self.setting} names a folder with room, such as a mounted disk"
            )

    @contextmanager
    def temporary(self) -> Iterator[Path]:
        """Yield an empty folder that is deleted afterwards; deletes leftovers of killed runs first."""
        for left in self.folder.glob(f"{_PREFIX}*"):
            if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=self.folder) as folder:
            yield Path(folder)


def readable_size(size: int) -> str:
    """Return a size in GB or MB."""
    return f"{size / 1e9:.2f} GB" if size >= 10**8 else f"{size / 1e6:.1f} MB"
