"""Commands as a person at the terminal runs them, on a cloud of this process."""

from __future__ import annotations

import io
from functools import partial

import pytest

from infra import __main__ as program
from infra.yandex import commands
from infra.yandex.queues import Queues
from infra.yandex.storage import Storage
from tests.infra.conftest import Site
from tests.support.healthy_site import HealthySite


@pytest.fixture
def terminal(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(commands, "connect", lambda: site.cloud)
    monkeypatch.setattr(commands, "load_stage", lambda _name: site.stage)
    monkeypatch.setattr(commands, "make_bundles", lambda names: [site.bundles[name] for name in names])
    monkeypatch.setattr(commands, "Storage", partial(Storage, endpoint=site.storage.endpoint))
    monkeypatch.setattr(commands, "Queues", lambda: Queues(site.queues.endpoint))
    monkeypatch.setattr(commands, "send", HealthySite().send)
    return site


def run(*arguments: str) -> int:
    return program.main([*arguments, "--stage", "any"])


def test_a_plan_shows_steps_and_what_is_missing_and_changes_nothing(
    terminal: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("plan") == 0
    told = capsys.readouterr()
    assert f"+ function         {terminal.stage.prefix}-chat" in told.out
    assert "! The secret OTP_SECRETS is not set" in told.err
    assert terminal.fake.changes == 0


def test_a_deployment_that_lacks_a_secret_does_not_begin(terminal: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deploy") == 1
    assert "Nothing was changed." in capsys.readouterr().err
    assert terminal.fake.changes == 0


def test_a_secret_comes_through_a_pipe_and_is_not_printed(
    terminal: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("k1:a-new-value\n"))
    assert run("secret", "--name", "OTP_SECRETS") == 0
    assert "a-new-value" not in capsys.readouterr().out
    assert terminal.fake.values[f"{terminal.stage.prefix}-otp-secrets"] == {"OTP_SECRETS": "k1:a-new-value"}


def test_from_an_empty_folder_to_production_and_back(
    terminal: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.set_secrets()
    assert run("deploy") == 0
    assert "  healthy" in capsys.readouterr().out
    assert run("plan") == 0
    assert capsys.readouterr().out == "Nothing to do.\n"
    terminal.code("chat", "new code")
    assert run("canary", "--share", "10") == 0
    assert run("deploy") == 0
    assert run("rollback") == 0
    assert "1 steps done" in capsys.readouterr().out
    monkeypatch.setattr("builtins.input", lambda _prompt: "another name")
    assert run("destroy") == 0
    assert terminal.fake.functions
    monkeypatch.setattr("builtins.input", lambda _prompt: terminal.stage.name)
    assert run("destroy") == 0
    assert not terminal.fake.functions


def test_a_refusal_of_the_cloud_is_one_sentence(terminal: Site, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.restage(folder_id="b1gother")
    terminal.fake.break_at("Secrets.List", 1)
    assert run("plan") == 1
    told = capsys.readouterr().err
    assert told.startswith("Yandex Cloud refused")
    assert "Traceback" not in told


def test_a_stage_is_called_from_outside(
    terminal: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("smoke") == 1
    assert "has no gateway yet: `make deploy STAGE=" in capsys.readouterr().err
    terminal.set_secrets()
    assert run("deploy") == 0
    assert run("smoke") == 0
    assert "20 of 20 calls" in capsys.readouterr().out
    monkeypatch.setattr(commands, "send", HealthySite(kept_back=("Cookie",)).send)
    assert run("smoke") == 1
    assert "! Cookie: GET /health did not bring cookie to the function." in capsys.readouterr().err
