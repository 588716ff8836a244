"""Makes the bundle of each function: a zip for the cloud's Python, named by the hash of its contents.

The same contents give the same bytes: entries are sorted, dated 1980, and keep of their permissions only the
executable bit. The hash covers sources and libraries, not the compressed bytes, so that another zlib makes no new
version (docs/decisions/0060).
"""

from __future__ import annotations

import filecmp
import hashlib
import json
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.artifact import BUILD, CACHE, held, libraries, locks, own_files, with_bytecode
from infra.platforms import CLOUD, Platform, cloud_python

BUNDLES = BUILD / "bundles"
# Yandex Cloud: larger ones go through Object Storage, up to 128 MB (docs/reference/yandex-cloud.md, section 1).
DIRECT_LIMIT = 3_500_000
STORAGE_LIMIT = 128 * 1024 * 1024
UNPACKED_LIMIT = 680 * 1024 * 1024

_DATE = (1980, 1, 1, 0, 0, 0)
_IMPORT = (
    "import sys,time;s=time.perf_counter();sys.path.insert(0,sys.argv[1]);import handler;print(time.perf_counter()-s)"
)


class BundleError(Exception):
    """Bundle cannot be made, or exceeds the cloud's limit."""


@dataclass(frozen=True)
class Bundle:
    """Zip on this machine. `content` is the SHA-256 of its contents, sizes are in bytes."""

    function: str
    path: Path
    content: str
    size: int
    unpacked: int

    @property
    def sha256(self) -> str:
        """Return the hash of the zip itself, as compared by the cloud."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @property
    def goes_through_storage(self) -> bool:
        """Return True when it is too large for the call that makes the version."""
        return self.size > DIRECT_LIMIT


def make_bundles(names: Sequence[str], folder: Path = BUNDLES, *, platform: Platform = CLOUD) -> list[Bundle]:
    """Return the bundles of these functions, made where they are missing.

    Older ones of the same functions are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder / ".lock"):
        own = {name: own_files(name) for name in names}
        contents = {name: _content(name, own[name], platform) for name in names}
        missing = [name for name in names if not _place(folder, name, contents[name]).is_file()]
        for name, files in zip(missing, with_bytecode([own[name] for name in missing], platform), strict=True):
            _make(name, files, _place(folder, name, contents[name]), platform)
        return [_described(name, folder, contents[name]) for name in names]


def import_milliseconds(bundle: Bundle, *, python: Path | None = None, rounds: int = 3) -> float | None:
    """Return the best import time of a bundle, unpacked alone.

    None without an interpreter of the cloud's version.
    """
    interpreter = python or cloud_python()
    if interpreter is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        unpack(bundle, Path(folder))
        command = [str(interpreter), "-I", "-S", "-c", _IMPORT, folder]
        runs = [
            subprocess.run(command, env={}, cwd="/", capture_output=True, text=True, check=True) for _ in range(rounds)
        ]
    return min(float(run.stdout) for run in runs) * 1000


def unpack(bundle: Bundle, folder: Path) -> Path:
    """Unpack a bundle like the cloud, and return the folder."""
    with zipfile.ZipFile(bundle.path) as archive:
        archive.extractall(folder)
    return folder


def _content(name: str, own: Mapping[str, Path], platform: Platform) -> str:
    """Return the content hash of the future bundle."""
    digest = hashlib.sha256(f"{platform.name}\n".encode())
    for lock in locks(name):
        digest.update(_library_hash(lock, platform).encode())
    _add_files(digest, own)
    return digest.hexdigest()


def _library_hash(lock: Path, platform: Platform) -> str:
    """Return the hash over the libraries of a lock, kept beside their folder since they never change."""
    folder = libraries(lock, platform=platform)
    kept = folder.with_suffix(".content")
    if not kept.is_file():
        digest = hashlib.sha256()
        _add_files(digest, _files(folder))
        kept.write_text(digest.hexdigest(), encoding="ascii")
    return kept.read_text(encoding="ascii")


def _add_files(digest: hashlib._Hash, files: Mapping[str, Path]) -> None:
    for place, path in sorted(files.items()):
        if path.suffix != ".pyc":
            described = f"{place}\0{path.stat().st_size}\0{_permissions(path):o}\0"
            digest.update(described.encode())
            digest.update(path.read_bytes())


def _make(name: str, own: Mapping[str, Path], place: Path, platform: Platform) -> None:
    """Libraries are compressed once for all functions that share them; each bundle is that zip with its own files."""
    base = library_zip(locks(name), CACHE, platform)
    draft = place.with_suffix(".draft")
    shutil.copyfile(base, draft)
    with zipfile.ZipFile(draft, "a") as archive:
        _write(archive, own, known=set(archive.namelist()))
        unpacked = sum(entry.file_size for entry in archive.infolist())
    size = draft.stat().st_size
    if size > STORAGE_LIMIT or unpacked > UNPACKED_LIMIT:
        raise BundleError(f"The bundle of {name} has {size} bytes, unpacked {unpacked}: too large for the cloud.")
    for older in place.parent.glob(f"{name}-????????????.zip"):
        older.unlink()
    draft.rename(place)


def library_zip(wanted: Iterable[Path], folder: Path, platform: Platform) -> Path:
    """Return the zip of the libraries of these locks, made once in a folder."""
    wanted = list(wanted)
    folders = [libraries(lock, platform=platform) for lock in wanted]
    place = folder / f"libraries-{'-'.join(path.name for path in folders)}.zip"
    # Compressing takes seconds: what is only added to the first lock is added to its zip.
    first = library_zip(wanted[:1], folder, platform) if not place.is_file() and _only_add(folders) else None
    with held(folder / f"{place.stem}.zip.lock"):
        if place.is_file():
            return place
        draft = place.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        if first:
            shutil.copyfile(first, draft)
        with zipfile.ZipFile(draft, "a") as archive:
            known = set(archive.namelist())
            for path in reversed(folders):
                # A function's own libraries override the layer's, as in the assembled artifact.
                _write(archive, _files(path), known=known)
        draft.rename(place)
    return place


def _only_add(folders: Sequence[Path]) -> bool:
    """Return True where later folders bring no other bytes under a name of the first."""
    first, *others = folders
    return bool(others) and not any(
        (first / name).is_file() and not filecmp.cmp(first / name, path, shallow=False)
        for other in others
        for name, path in _files(other).items()
    )


def _write(archive: zipfile.ZipFile, files: Mapping[str, Path], *, known: set[str]) -> None:
    for name, path in sorted(files.items()):
        if name not in known:
            known.add(name)
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = _permissions(path) << 16
            entry.create_system = 3
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 6)


def _permissions(path: Path) -> int:
    """Regular file; a program stays executable: backups include pg_dump, and the cloud's temporary folder is noexec."""
    return 0o755 if path.stat().st_mode & 0o100 else 0o644


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def _place(folder: Path, name: str, content: str) -> Path:
    return folder / f"{name}-{content[:12]}.zip"


def _described(name: str, folder: Path, content: str) -> Bundle:
    path = _place(folder, name, content)
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    return Bundle(name, path, content, path.stat().st_size, unpacked)


def write_index(bundles: Sequence[Bundle], folder: Path = BUNDLES, *, imports: Mapping[str, float | None]) -> Path:
    """Write `index.json` beside the bundles, for uploads."""
    rows = [
        {**asdict(bundle), "path": bundle.path.name, "import_milliseconds": imports.get(bundle.function)}
        for bundle in bundles
    ]
    path = folder / "index.json"
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return path
