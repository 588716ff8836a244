"""Retention of database backups: by age alone, so that new backups cannot push good ones out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from auto360.core.settings import EnvSettings
from auto360.domains.backups.manifest import Class, Manifest


class RetentionSettings(EnvSettings):
    """Days for which database backups are kept (docs/reference/limits.md, section 2.3: 30)."""

    backup_daily_days: int = 30
    backup_weekly_days: int = 90
    backup_keep_newest: int = 3
    backup_sweep_max: int = 10

    def policy(self) -> "Retention":
        """Return the rules."""
        days: dict[Class, int] = {"daily": self.backup_daily_days, "weekly": self.backup_weekly_days}
        return Retention(days, self.backup_keep_newest, self.backup_sweep_max)


@dataclass(frozen=True)
class Retention:
    """`days` by class; the newest `keep_newest` stay at any age; a run deletes at most `max_deleted`."""

    days: dict[Class, int]
    keep_newest: int
    max_deleted: int

    def keep_until(self, manifest: Manifest) -> datetime:
        """Return the expiry of a backup."""
        return manifest.started + timedelta(days=self.days[manifest.kind])

    def over(self, manifests: Sequence[Manifest], *, now: datetime) -> list[Manifest]:
        """Return expired backups, oldest first."""
        by_age = sorted(manifests, key=lambda manifest: manifest.started)
        candidates = by_age[: max(0, len(by_age) - max(1, self.keep_newest))]
        return [manifest for manifest in candidates if self.keep_until(manifest) < now][: self.max_deleted]
