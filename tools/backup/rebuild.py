"""Rebuild a region from VK Cloud and this repository: database, files, playback (docs/reference/limits.md, 8.2)."""

from __future__ import annotations

from auto360.container import backups
from tools.backup import buckets, database, playback
from tools.backup.console import Console
from tools.backup.surroundings import database_address, shown

PROVIDER_NAMES = ("api_video", "yandex")


def rebuild(console: Console, *, to: str | None, lost: tuple[str, ...]) -> None:
    """Restore everything into a new, empty project; `lost` names the video providers that are lost as well.

    Raises findings by name. Each step may be repeated separately.
    """
    manifest, address = database.chosen(None), database_address(to)
    console.plan(
        f"1. Database {shown(address)}: from {manifest.key}, {manifest.rows} rows",
        "2. Files: every bucket of storage/current",
        f"3. Playback: to the copies for {', '.join(lost) or 'no provider'}",
        "4. By hand: deploy the functions, point the domain to them (docs/runbooks/new-region.md)",
    )
    if not console.confirmed(f"Rebuild into {shown(address)}?"):
        return
    sure = Console(assume_yes=True)
    with console.timed("rebuilt"):
        database.restore_whole(sure, manifest_key=manifest.key, to=to)
        buckets.restore_buckets(sure, only=None, database=address)
        for provider in lost:
            playback.to_copies(sure, provider, database=address)
    findings = [finding for finding in backups.archive().findings().values() if finding is not None]
    for finding in findings:
        console.say(f"look at this older backup: {finding.name}: {finding}")
