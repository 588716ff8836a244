"""Log scan: log lines of a test run land in one folder and are searched for secrets afterwards.

Searched are phone numbers, e-mail addresses of test users, links of mails, access tokens, refresh tokens and the codes
that a simulated phone received in this run.
Codes and tokens are kept in side files, which are not logs, by their makers.
"""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
_ALL_LOGS = ROOT / "build" / "test-logs"
_ALL_SECRETS = ROOT / "build" / "test-secrets"
_RUN = "AUTO360_TEST_RUN"

_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+|00)?996(?:[\s().\-]*\d){9}(?![0-9])")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
_REFRESH = re.compile(r"refresh_?token['\"\\]*\s*[:=]\s*['\"\\]*([\w.~-]{16,})", re.IGNORECASE)
# Every address that a test gives to a user lies below this domain.
_MAIL_ADDRESS = re.compile(r"[\w.+'-]{1,64}@(?:[\w-]+\.)+example\.com\b", re.IGNORECASE)
_MAIL_LINK = re.compile(r"/email/(?:confirm|undo|unsubscribe)/[\w.-]{20,}")
_WORD = re.compile(r"(?<![\w-])[\w-]{20,}(?![\w-])")
_LONG_CODE = re.compile(r"(?<![\w.:/-])\d{6,8}(?!\w|[.:]\d|-\w)")
_SHORT_CODE = re.compile(r"(?:code|kod|код|otp|text|pin)\W{1,6}(\d{4,5})(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Leak:
    """Line that holds what it must not; what it holds is not repeated."""

    path: Path
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}: {self.kind}"


def run_name() -> str:
    """Return the name that all processes of this run share."""
    return os.environ.setdefault(_RUN, f"run-{os.getpid()}")


def logs() -> Path:
    """Return the folder of this run's logs; parallel runs have their own."""
    return _ALL_LOGS / run_name()


def side_files() -> Path:
    """Return the folder of noted secrets."""
    folder = _ALL_SECRETS / run_name()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_folder(part: str) -> Path:
    """Return the folder for the logs of one part in this test process."""
    folder = logs() / f"{part}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def delivered_codes_file() -> Path:
    """Return the file in which simulators note delivered codes."""
    return side_files() / "delivered-codes"


def issued_tokens_file() -> Path:
    """Return the file in which the gateway notes issued tokens."""
    return side_files() / "issued-tokens"


def remember_secret(value: str) -> None:
    """Note a token that a test received, so that the scan can search for it."""
    with issued_tokens_file().open("a", encoding="utf-8") as file:
        file.write(value + "\n")


def begin_run() -> None:
    """Forget the logs of runs that have ended."""
    os.environ[_RUN] = f"run-{os.getpid()}"
    for folder in (_ALL_LOGS, _ALL_SECRETS):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("run-*"):
            if not is_running(old.name.removeprefix("run-")) or old.name == run_name():
                shutil.rmtree(old, ignore_errors=True)
    logs().mkdir()


def is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def scan_run() -> list[Leak]:
    """Return leaks in the logs of this run; the noted secrets are deleted afterwards."""
    leaks = scan(logs(), _lines_of(delivered_codes_file()), _lines_of(issued_tokens_file()))
    shutil.rmtree(side_files(), ignore_errors=True)
    return leaks


def scan(folder: Path, codes: set[str], tokens: set[str]) -> list[Leak]:
    """Search every file of a folder."""
    return [leak for path in sorted(folder.rglob("*")) if path.is_file() for leak in _scan_file(path, codes, tokens)]


def _scan_file(path: Path, codes: set[str], tokens: set[str]) -> Iterator[Leak]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            for kind in kinds_in(line, codes, tokens):
                yield Leak(path, number, kind)


def kinds_in(line: str, codes: set[str], tokens: set[str]) -> set[str]:
    """Return the kinds of secrets in one line."""
    text = _plain(line)
    kinds = set()
    # The digits of a UUID may look like a number.
    if _PHONE.search(_UUID.sub(" ", text)):
        kinds.add("phone number")
    if _MAIL_ADDRESS.search(text):
        kinds.add("e-mail address")
    if _MAIL_LINK.search(text):
        kinds.add("link of a mail")
    if _JWT.search(text):
        kinds.add("access token")
    if any(not match[1].startswith("***") for match in _REFRESH.finditer(text)):
        kinds.add("refresh token")
    if tokens and any(word in tokens for word in _WORD.findall(text)):
        kinds.add("issued token")
    if codes and (codes & set(_LONG_CODE.findall(text)) or codes & set(_SHORT_CODE.findall(text))):
        kinds.add("login code")
    return kinds


def _plain(line: str) -> str:
    """Return the line with every digit in ASCII and nothing percent-encoded or escaped."""
    text = unquote(line) if "%" in line else line
    if not text.isascii():
        text = "".join(str(unicodedata.digit(char, char)) if char.isdigit() else char for char in text)
        text = unicodedata.normalize("NFKC", text)
    return text.replace("\\u002b", "+").replace("\\n", " ").replace("\\t", " ")


def _lines_of(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()}
