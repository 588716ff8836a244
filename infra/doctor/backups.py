"""Place of database backups: the size of the database requires one, the stage's file names one."""

from __future__ import annotations

from infra.doctor import Variables, Wrong, check

# Not from variables of a function: from the stage's file.
RUNS_ON, DISK_GB = "BACKUPS_RUN_ON", "BACKUPS_DISK_GB"


@check(
    "place of backups",
    needs=("BACKUP_DATABASE_URL",),
    advice="Change `backups` in the stage's file, or set a machine up: docs/runbooks/backup-machine.md.",
)
def place(variables: Variables) -> str:
    """Measure the database, choose a place, and compare it with the stage's."""
    from auto360.domains.backups.placement import PLACES, Placement, placement_for, sentence
    from auto360.providers.postgres_dump.binaries import DumpSettings
    from auto360.providers.postgres_dump.postgres import PostgresSource

    settings = DumpSettings.load(variables)
    with PostgresSource(settings.address(), settings.schemas).snapshot() as snapshot:
        size = snapshot.size()
    needed = placement_for(size)
    told = sentence(size, needed)
    runs_on = variables.get(RUNS_ON)
    chosen = next((Placement(name, int(variables.get(DISK_GB) or 0)) for name in PLACES if name == runs_on), None)
    if chosen is not None and not chosen.covers(needed):
        raise Wrong(f"{told}; the stage says {chosen.place} with a disk of {chosen.disk_gb} GB")
    return told
