"""Units of a machine that makes backups: they start what exists, when functions would, with the variables it needs."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.template import load_project
from infra.yandex.desired_state import BACKUPS
from local.paths import CHECKOUT
from tests.support.backup import BackupWorld, backup_variables
from tools.backup.__main__ import _parser

UNITS = CHECKOUT / "infra" / "backup_machine"
SERVICE = UNITS / "auto360-backup@.service"
KINDS = ("daily", "weekly", "drill")
_DAYS = {"MON-SAT": "Mon..Sat", "SUN": "Sun"}


class Unit(configparser.RawConfigParser):
    """Unit file: keys keep their case, and the last of several is read."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, interpolation=None)
        self.read(path, encoding="utf-8")

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def environment_of(text: str) -> dict[str, str]:
    """Return the variables that a unit sets itself."""
    return dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE))


@pytest.mark.parametrize("kind", KINDS)
def test_a_timer_starts_a_run_that_exists_when_the_function_would(kind: str) -> None:
    timer = Unit(UNITS / f"auto360-{kind}.timer")
    assert timer["Timer"]["Unit"] == f"auto360-backup@{kind}.service"
    command = shlex.split(Unit(SERVICE)["Service"]["ExecStart"].replace("%i", kind))
    assert command[:3] == ["/opt/auto360/.venv/bin/python", "-m", "tools.backup"]
    assert _parser().parse_args(command[3:]).kind == kind
    schedules = {
        event.name: event.schedule for spec in load_project().functions if spec.name in BACKUPS for event in spec.timers
    }
    name = {"daily": "DatabaseDaily", "weekly": "DatabaseWeekly", "drill": "Weekly"}[kind]
    minute, hour, _, _, day, _ = schedules[name].removeprefix("cron(").removesuffix(")").split()
    assert timer["Timer"]["OnCalendar"] == f"{_DAYS[day]} *-*-* {hour}:{minute}:00 UTC"


def test_there_is_a_timer_for_each_kind_and_no_other() -> None:
    assert {path.name for path in UNITS.glob("*.timer")} == {f"auto360-{kind}.timer" for kind in KINDS}


def test_the_example_names_every_variable_of_both_functions() -> None:
    lines = (UNITS / "backup.env.example").read_text(encoding="utf-8").splitlines()
    given = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert len(given) == len(set(given))
    project = load_project()
    known = {variable.name for function in BACKUPS for variable in project.variables[function]}
    needed = {
        variable.name
        for function in BACKUPS
        for variable in project.variables[function]
        if variable.secret is not None or variable.text.startswith("${")
    }
    of_the_unit = set(environment_of(SERVICE.read_text(encoding="utf-8")))
    # Of every function, and of no use to a command.
    shared = {"ALLOWED_ORIGINS", "APP_ENV", "LOG_LEVEL", "SENTRY_DSN"}
    assert needed - of_the_unit - shared <= set(given) <= known


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for path in UNITS.glob("auto360-*"):
        text = path.read_text(encoding="utf-8")
        assert set(Unit(path).sections()) <= {"Unit", "Service", "Timer", "Install"}
        # The programs lie elsewhere here, and systemd looks whether they are there.
        text = text.replace("/opt/auto360/.venv/bin/python", sys.executable).replace("/opt/auto360", str(CHECKOUT))
        (tmp_path / path.name.replace("@.", "@daily.")).write_text(text, encoding="utf-8")
    if shutil.which("systemd-analyze"):
        timers = [str(tmp_path / f"auto360-{kind}.timer") for kind in KINDS]
        environ = os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
        done = subprocess.run(["systemd-analyze", "verify", *timers], capture_output=True, check=False, env=environ)
        assert (done.returncode, done.stderr.decode()) == (0, "")


@pytest.fixture
def state_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize("kind", ["daily", "drill"])
def test_the_unit_makes_a_backup_with_its_own_command_and_variables(
    backup_world: BackupWorld, state_folder: Path, kind: str
) -> None:
    world, folder = backup_world, state_folder
    if kind == "drill":
        world.backup().run("daily")
    # Where this is root, the drill's server runs as somebody who must reach the folder.
    folder.chmod(0o755)
    text = SERVICE.read_text(encoding="utf-8").replace("/var/lib/auto360-backup", str(folder))
    text = text.replace("/opt/auto360/.venv/bin/python", sys.executable).replace("/opt/auto360", str(CHECKOUT))
    variables = backup_variables(world)
    environ = {name: variables[name] for name in variables if name in (UNITS / "backup.env.example").read_text()}
    # Here PostgREST has an address of its own.
    environ |= {"SUPABASE_REST_URL": variables["SUPABASE_REST_URL"]}
    environ |= environment_of(text) | {"BACKUP_JOBS": "2", "BACKUP_PARALLEL_GB": "0", "DRILL_JOBS": "2"}
    command = re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)
    assert command is not None
    arguments = shlex.split(command[1].replace("%i", kind))
    done = subprocess.run(arguments, cwd=CHECKOUT, env=environ, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    told = subprocess.run([*arguments, "--dry-run"], cwd=CHECKOUT, env=environ, capture_output=True, check=False)
    assert told.returncode == 0
    assert ("needs 0.4" in told.stdout.decode()) is (kind == "drill")
    assert world.last_run("restore_drill" if kind == "drill" else "database_daily")["state"] == "verified"
    assert list(folder.iterdir()) == []
    if kind == "daily":
        assert world.archive.newest().format == "directory"
        assert "2 workers, a file per table" in done.stderr.decode()
