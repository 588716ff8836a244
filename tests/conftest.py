"""Fixtures for every test, and the log scan at the end of a run."""

from __future__ import annotations

import gc
import os

import pytest
from xdist.remote import Producer

from tests.support import logs
from tests.support.prepared import forget_prepared
from tests.support.scheduling import PortionScheduling

# gRPC's own handlers of forks can hang a child before it has become another program; no test calls gRPC in a fork.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"

pytest_plugins = (
    "tests.support.banks",
    "tests.support.database",
    "tests.support.functions",
    "tests.support.gateway",
    "tests.support.objects",
    "tests.support.backup",
    "tests.support.migration",
    "tests.support.paying",
    "tests.support.pushes",
    "tests.support.simulators",
    "tests.support.sms",
    "tests.support.emails",
    "tests.support.operations",
    "tests.support.stack",
    "tests.support.copies",
    "tests.support.videos",
    "tests.support.uploads",
    "tests.support.moves",
    "tests.support.odd_server",
    "tests.support.replica",
    "tests.support.rest",
    "tests.support.pictures",
    "tests.integration.matrix_trial",
)

# Collected tests and imported modules stay until the end, so that the garbage collector looks through them in vain.
gc.disable()

_LEAKS = pytest.StashKey[list[logs.Leak]]()


def _is_controller(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with empty logs."""
    if _is_controller(config) and not config.option.collectonly:
        logs.begin_run()
        forget_prepared(lambda run: not logs.is_running(run.removeprefix("run-")))


def pytest_collection_finish() -> None:
    """Let the garbage collector look at what tests make, and at nothing older."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> PortionScheduling | None:
    """Hand out tests in portions where groups are asked for."""
    return PortionScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what a test and the code under it wrote."""
    if "PYTEST_XDIST_WORKER" in os.environ or report.when != "teardown" or not report.sections:
        return
    with (logs.log_folder("captured") / "captured.log").open("a", encoding="utf-8") as file:
        for title, text in report.sections:
            file.write(f"--- {report.nodeid} {title}\n{text}\n")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run where a log line holds a secret."""
    if not _is_controller(session.config) or session.config.option.collectonly:
        return
    forget_prepared(lambda run: run == logs.run_name())
    leaks = logs.scan_run()
    session.config.stash[_LEAKS] = leaks
    if leaks and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which lines those are, without repeating them."""
    leaks = config.stash.get(_LEAKS, [])
    if leaks:
        terminalreporter.section("secrets in log lines", red=True)
        for leak in leaks[:50]:
            terminalreporter.write_line(f"{leak.path.relative_to(logs.ROOT)}:{leak.line}: {leak.kind}")
        terminalreporter.write_line(f"{len(leaks)} in all; the files are in {logs.logs().relative_to(logs.ROOT)}")
