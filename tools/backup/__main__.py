"""`make backup`, `make backup-status`, `make backup-verify`, `make restore ARGS="…"`. Every command has `--help`."""

from __future__ import annotations

import argparse
import logging
import sys

from auto360.core.errors import SettingsInvalid
from auto360.domains.backups.errors import AnotherRun, BackupDamaged, NoBackup, NoRoom
from auto360.providers.database import DatabaseRefused, DatabaseUnavailable
from auto360.providers.database.lease import LeaseLost
from auto360.providers.object_storage import ObjectStoreError
from auto360.providers.postgres_dump import DumpFailed
from tools.backup.console import Console
from tools.backup.surroundings import NotConfigured, database_address, enter

_TOLD = (
    BackupDamaged,
    NoBackup,
    NoRoom,
    AnotherRun,
    LeaseLost,
    DumpFailed,
    ObjectStoreError,
    SettingsInvalid,
    NotConfigured,
    DatabaseRefused,
    DatabaseUnavailable,
)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; a damaged backup ends it with a sentence that names the finding."""
    chosen = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("auto360.domains.backups").setLevel(logging.INFO)
    try:
        place = enter()
        print(f"Working on {place.name}.", flush=True)
        return 0 if _run(chosen, Console(dry_run=chosen.dry_run, assume_yes=chosen.yes)) else 1
    except (*_TOLD, ValueError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1


def _run(chosen: argparse.Namespace, console: Console) -> bool:
    """Return True on success."""
    from tools.backup import buckets, database, listing, playback, rebuild

    match chosen.command:
        case "run":
            return _make(console, chosen.kind)
        case "status":
            return listing.status(console)
        case "verify":
            return listing.verify(console, manifest_key=chosen.manifest)
        case "database":
            database.restore_whole(
                console, manifest_key=chosen.manifest, to=chosen.to, require_seal=not chosen.without_seal
            )
        case "table":
            database.restore_table(
                console, chosen.table, manifest_key=chosen.manifest, to=chosen.to, add_missing=chosen.add_missing
            )
        case "buckets":
            buckets.restore_buckets(console, only=chosen.bucket, database=database_address(chosen.to))
        case "playback":
            move = playback.back if chosen.back else playback.to_copies
            move(console, chosen.provider, database=database_address(chosen.to))
        case _:
            rebuild.rebuild(console, to=chosen.to, lost=tuple(chosen.lost))
    return True


def _make(console: Console, kind: str) -> bool:
    from auto360.container import backups as backup

    jobs = {"daily": "database_daily", "weekly": "database_weekly"}
    if kind == "drill":
        console.plan("A drill: the newest backup is restored into a temporary server and compared with its manifest")
    else:
        console.plan(f"A {kind} backup of the database, to be read again and described by a manifest")
    if console.dry_run:
        return _told_beforehand(console, kind)
    with console.timed("done"):
        report = backup.restore_drill().run() if kind == "drill" else backup.schedule().run({"job": jobs[kind]})
    console.say(", ".join(f"{name} {value}" for name, value in report.items()))
    return "skipped" not in report


def _told_beforehand(console: Console, kind: str) -> bool:
    """Print the required room of a drill and its folder. Raises NoRoom."""
    from auto360.container import backups as backup
    from auto360.domains.backups.drill import DrillSettings, room_needed

    if kind == "drill":
        manifest = backup.archive().newest()
        room = DrillSettings.load().room()
        room.require(room_needed(manifest), purpose=f"the drill of {manifest.id}", progress=console.say)
    console.confirmed("")
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.backup", description="Backups and recovery after a disaster."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
    common.add_argument("--yes", action="store_true", help="ask nothing")
    target = argparse.ArgumentParser(add_help=False)
    target.add_argument("--to", help="address of another database, such as a new project's")
    backup = argparse.ArgumentParser(add_help=False)
    backup.add_argument("--manifest", help="key of a manifest; without it the newest backup (verify: all)")

    run = commands.add_parser("run", parents=[common], help="make a backup, or restore one as a drill")
    run.add_argument("kind", choices=["daily", "weekly", "drill"], nargs="?", default="daily")
    commands.add_parser("status", parents=[common], help="runs and backups")
    commands.add_parser("verify", parents=[common, backup], help="read backups again, every byte")
    whole = commands.add_parser("database", parents=[common, target, backup], help="restore the whole database")
    whole.add_argument(
        "--without-seal", action="store_true", help="with the offline identity alone, which cannot check a seal"
    )
    table = commands.add_parser("table", parents=[common, target, backup], help="restore one table beside the live one")
    table.add_argument("table", help="such as public.listings")
    table.add_argument("--add-missing", action="store_true", help="insert rows with missing keys")
    buckets = commands.add_parser("buckets", parents=[common, target], help="put users' files back")
    buckets.add_argument("--bucket", help="only this one")
    playback = commands.add_parser("playback", parents=[common, target], help="switch playback to the copies, or back")
    playback.add_argument("provider", choices=["api_video", "yandex"])
    playback.add_argument("--back", action="store_true", help="switch it back to the provider")
    rebuild = commands.add_parser("rebuild", parents=[common, target], help="everything into a new, empty project")
    rebuild.add_argument(
        "--lost", action="append", default=[], choices=["api_video", "yandex"], help="a lost video provider"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
