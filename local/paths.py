"""Paths: the checkout, and the persistent data folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
MIGRATIONS = CHECKOUT / "supabase" / "migrations"
SEED = CHECKOUT / "supabase" / "seed.sql"
SUPABASE_BOOTSTRAP = CHECKOUT / "local" / "supabase"
TEMPLATE = CHECKOUT / "template.yaml"
OPENAPI = CHECKOUT / "docs" / "openapi.json"


@dataclass(frozen=True)
class DataFolder:
    """Folder with the data kept between runs (`.local/` unless `AUTO360_DATA` names another)."""

    root: Path

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> DataFolder:
        """Return the folder named by the environment."""
        chosen = environ.get("AUTO360_DATA", "").strip()
        return cls(Path(chosen).expanduser().resolve() if chosen else CHECKOUT / ".local")

    def create(self) -> None:
        """Create the folders for every part."""
        for folder in (self.root, self.logs, self.redis):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def logs(self) -> Path:
        """Return a log file per part."""
        return self.root / "logs"

    @property
    def postgres(self) -> Path:
        """Return the folder of the database cluster, if its account can reach it."""
        return self.root / "postgres"

    @property
    def postgres_location(self) -> Path:
        """File with the path of a cluster outside this folder."""
        return self.root / "postgres.location"

    @property
    def redis(self) -> Path:
        """Redis keeps its snapshot here."""
        return self.root / "redis"

    @property
    def s3(self) -> Path:
        """Return the folder of stored objects."""
        return self.root / "s3"

    @property
    def secrets(self) -> Path:
        """File generated at the first start, readable by the owner only."""
        return self.root / "secrets.json"

    @property
    def lock(self) -> Path:
        """Lock held while a stack runs on this folder."""
        return self.root / "lock"


def environ_for_tools() -> dict[str, str]:
    """Return a minimal environment for programs without our variables."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
