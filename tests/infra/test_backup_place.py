"""Place of backups: what a stage says is deployed, and what its database asks for is compared with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from infra import doctor
from infra.doctor import examine
from infra.doctor.backups import DISK_GB, RUNS_ON
from infra.stage import STAGES, BackupPlace, StageError, load_stage
from infra.yandex.cloud import CloudError
from infra.yandex.deployment import DeploymentFailed
from tests.infra.conftest import Site
from tests.support.database import Database

JOBS = {"backup_job", "restore_drill"}


def placed(site: Site, place: BackupPlace) -> Site:
    site.stage = dataclasses.replace(site.stage, backups=place)
    return site


def test_a_stage_whose_backups_run_on_a_machine_has_no_timers_for_them(site: Site) -> None:
    before = {trigger.function for trigger in site.wanted.triggers}
    assert before >= JOBS
    wanted = placed(site, BackupPlace("machine")).wanted
    assert {trigger.function for trigger in wanted.triggers} == before - JOBS
    assert not any(function.is_called_by_triggers for function in wanted.functions if function.name in JOBS)


def test_timers_go_when_backups_move_to_a_machine_and_come_back(site: Site) -> None:
    site.set_secrets()
    site.deployment.deploy()
    names = {name for name in site.fake.names() if "backup-job-" in name or "restore-drill-" in name}
    timers = {trigger.name for trigger in site.fake.triggers.values()} & names
    assert len(timers) == 3
    placed(site, BackupPlace("machine")).deployment.deploy()
    assert not timers & {trigger.name for trigger in site.fake.triggers.values()}
    placed(site, BackupPlace()).deployment.deploy()
    assert timers <= {trigger.name for trigger in site.fake.triggers.values()}
    assert site.plan() == []


def test_runs_of_an_hour_and_a_disk_are_deployed_where_they_are_granted(site: Site) -> None:
    site.set_secrets()
    placed(site, BackupPlace("long_function", 40))
    with pytest.raises((CloudError, DeploymentFailed), match="preview"):
        site.deployment.deploy()
    site.fake.has_long_runs = True
    with pytest.raises((CloudError, DeploymentFailed), match="disks are a preview"):
        site.deployment.deploy()
    site.fake.has_disks = True
    site.deployment.deploy()
    drill, job = site.live("restore_drill"), site.live("backup_job")
    assert (drill.execution_timeout.seconds, job.execution_timeout.seconds) == (3600, 3600)
    assert drill.environment["DRILL_FOLDER"] == f"/function/storage/{drill.mounts[0].name}"
    assert drill.mounts[0].ephemeral_disk_spec.size == 40 * 1024**3
    assert list(job.mounts) == []
    assert site.live("chat").execution_timeout.seconds <= 600
    assert site.plan() == []
    placed(site, BackupPlace("long_function", 60))
    assert any("disk" in line for line in site.plan())


def test_a_place_that_there_is_not_is_refused(tmp_path: Path) -> None:
    example = STAGES / "example.toml"
    for wrong in ('runs_on = "cellar"', "disk_gb = 101"):
        name = wrong.partition(" ")[0]
        text = "\n".join(wrong if line.startswith(f"{name} =") else line for line in example.read_text().splitlines())
        (tmp_path / "other.toml").write_text(text, encoding="utf-8")
        with pytest.raises(StageError, match="runs_on is one of function, long_function, machine, disk_gb 0 to 100"):
            load_stage("other", tmp_path)


@pytest.mark.parametrize(
    ("runs_on", "scale", "outcome", "told"),
    [
        (None, 1, "ok", "a function of ten minutes"),
        ("function", 1, "ok", "a function of ten minutes"),
        ("function", 10_000, "failure", "with several workers, and a disk of"),
        ("machine", 10_000, "ok", "a machine of its own, with several workers"),
    ],
)
def test_the_doctor_measures_the_database_and_says_where_backups_belong(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, runs_on: str | None, scale: int, outcome: str, told: str
) -> None:
    sized = f"select (sum(pg_table_size(c.oid)) * {scale})::bigint, (sum(pg_table_size(c.oid)) * {scale})::bigint"
    monkeypatch.setattr(
        "auto360.providers.postgres_dump.postgres.SIZE",
        f"{sized} from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = any (%(schemas)s) and c.relkind = 'r'",
    )
    variables = {"BACKUP_DATABASE_URL": database.dsn} | ({RUNS_ON: runs_on, DISK_GB: "0"} if runs_on else {})
    check = next(each for each in doctor.REGISTRY if each.name == "place of backups")
    (finding,) = examine(variables, [check])
    assert finding.outcome == outcome, finding
    assert told in finding.told
