"""Backups in the store and runs in the database, with their problems."""

from __future__ import annotations

from auto360.container import backups
from auto360.domains.backups.errors import BackupDamaged
from auto360.providers.database import DatabaseRefused, DatabaseUnavailable
from tools.backup.console import Console


def status(console: Console) -> bool:
    """Show runs and backups; returns True without a problem."""
    return _runs(console) & _backups(console)


def verify(console: Console, *, manifest_key: str | None) -> bool:
    """Read one backup, or all of them, again from the first byte to the last; returns True if all are right."""
    archive = backups.archive()
    well = True
    for key in [manifest_key] if manifest_key else archive.manifest_keys():
        try:
            archive.verify(archive.read(key))
            console.say(f"right    {key}")
        except BackupDamaged as finding:
            console.say(f"damaged  {key}: {finding.name}: {finding}")
            well = False
    return well


def _runs(console: Console) -> bool:
    try:
        kinds = backups.runs().status()
    except (DatabaseUnavailable, DatabaseRefused):
        console.plan("The database does not answer; only the backups in the store are listed.")
        return False
    console.plan(f"{'run':<18}{'state':<11}{'last':<18}{'last verified':<18}{'failed since':>12}")
    well = True
    for kind in kinds:
        last = kind["last"] or {}
        console.plan(
            f"{kind['kind']:<18}{last.get('state', 'never'):<11}{_minute(last.get('started_at')):<18}"
            f"{_minute(kind['last_verified_at']):<18}{kind['failures_since'] or 0:>12}"
        )
        for item in (kind["details"] or {}).get("left_out", ()):
            console.say(f"left out: {item}")
        if last.get("state") == "failed":
            console.say(f"{last.get('failure_reason')}")
            well = False
    return well


def _backups(console: Console) -> bool:
    findings = backups.archive().findings()
    console.plan(f"\n{len(findings)} database backups in the store, the oldest first")
    for key, finding in findings.items():
        console.say(f"{key}" if finding is None else f"{key}  {finding.name}: {finding}")
    return not any(findings.values())


def _minute(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else "never"
