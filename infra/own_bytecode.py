"""Bytecode of our own sources, compiled once for all artifacts that hold the same source at the same place.

Functions share most of the package: of forty bundles one compiles a module and the others take what it compiled. It
stays under build/ by a hash of place and source.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from infra.platforms import Platform

KEPT = Path(__file__).resolve().parents[1] / "build" / "bytecode"


def bytecode_of(artifacts: Iterable[Mapping[str, Path]], platform: Platform) -> dict[tuple[str, Path], Path]:
    """Return the compiled file of each place and source of these artifacts.

    A source that cannot be compiled has none.
    """
    kept = KEPT / platform.name
    kept.mkdir(parents=True, exist_ok=True)
    sources = {(place, path) for files in artifacts for place, path in files.items() if path.suffix == ".py"}
    marks = {source: kept / _mark(*source) for source in sorted(sources)}
    missing = {mark: source for source, mark in marks.items() if not mark.is_file()}
    if missing:
        with tempfile.TemporaryDirectory(prefix="draft-", dir=kept) as draft:
            _compile(missing, Path(draft), platform)
    return {source: mark for source, mark in marks.items() if mark.is_file()}


def place_of(source: str, platform: Platform) -> str:
    """Return the place in an artifact of the bytecode of the source at a place."""
    place = PurePosixPath(source)
    return str(place.parent / "__pycache__" / f"{place.stem}.{platform.cache_tag}.pyc")


def _mark(place: str, path: Path) -> str:
    """Return the name of the bytecode, in which the place is written as well."""
    return hashlib.sha256(f"{place}\0".encode() + path.read_bytes()).hexdigest()[:32]


def _compile(missing: Mapping[Path, tuple[str, Path]], draft: Path, platform: Platform) -> None:
    taken: dict[str, int] = {}
    compiled: dict[Path, Path] = {}
    for mark, (place, path) in missing.items():
        # Another source at the same place goes to another folder.
        taken[place] = taken.get(place, -1) + 1
        folder = draft / str(taken[place])
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / place)
        compiled[mark] = folder / place_of(place, platform)
    platform.compile(sorted(draft.iterdir()))
    for mark, file in compiled.items():
        if file.is_file():
            file.replace(mark)
