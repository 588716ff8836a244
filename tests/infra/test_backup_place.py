"""Place of backups: what a stage says is deployed, and what its database asks for is compared with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from infra import doctor
from infra.doctor import Finding, examine
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


def place_of_backups(variables: dict[str, str]) -> Finding:
    (check,) = [each for each in doctor.REGISTRY if each.name == "place of backups"]
    (finding,) = examine(variables, [check])
    return finding


@pytest.mark.parametrize(
    ("runs_on", "disk_gb", "outcome"),
    [("function", 100, "failure"), ("long_function", 100, "failure"), ("machine", 0, "ok"), ("", 0, "ok")],
)
def test_a_stage_that_its_database_has_outgrown_is_found(
    database: Database, monkeypatch: pytest.MonkeyPatch, runs_on: str, disk_gb: int, outcome: str
) -> None:
    monkeypatch.setattr("auto360.providers.postgres_dump.postgres.SIZE", "select 30000000000, 48000000000")
    variables = {"BACKUP_DATABASE_URL": database.dsn, RUNS_ON: runs_on, DISK_GB: str(disk_gb)}
    finding = place_of_backups(variables)
    assert finding.outcome == outcome
    assert "30.00 GB of tables, 48.00 GB with indexes: a machine of its own, with several workers" in finding.told
    assert "a disk of 77 GB for the drill" in finding.told


def test_the_doctor_measures_the_database(database: Database) -> None:
    finding = place_of_backups({"BACKUP_DATABASE_URL": database.dsn, RUNS_ON: "long_function", DISK_GB: "100"})
    assert (finding.outcome, "a function of ten minutes" in finding.told) == ("ok", True)
    with database.connect() as connection:
        row = connection.execute("select sum(pg_table_size(oid)) from pg_class where relkind = 'r'").fetchone()
    assert row is not None
    assert 0 < float(finding.told.partition(" MB")[0]) <= float(row[0]) / 1e6
