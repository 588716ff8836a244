"""AWS layout of bundles: as `sam build` leaves them, under a valid template."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from infra import aws
from infra.bundle import Bundle
from infra.template import load_project
from local.gateway.template import load_document, load_template

PROJECT = load_project()


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the layout, with empty artifacts: what is in them, the tests of bundles look at."""
    monkeypatch.setattr(aws, "make_bundles", lambda names: [Bundle(name, tmp_path, "", 0, 0) for name in names])
    monkeypatch.setattr(aws, "unpack", lambda _bundle, folder: folder.mkdir())
    return aws.lay_out(PROJECT, tmp_path / "build")


def test_every_function_has_its_folder_and_the_template_names_it(built: Path) -> None:
    resources = load_document(built)["Resources"]
    functions = {name: each for name, each in resources.items() if each["Type"] == "AWS::Serverless::Function"}
    assert len(functions) == len(PROJECT.functions)
    for name, function in functions.items():
        assert function["Properties"]["CodeUri"] == name
        assert (built.parent / name).is_dir()


def test_the_layer_is_left_out_since_artifacts_hold_it(built: Path) -> None:
    document = load_document(built)
    assert "Layers" not in document["Globals"]["Function"]
    assert not any(each["Type"] == "AWS::Serverless::LayerVersion" for each in document["Resources"].values())


def test_routes_timers_and_variables_stay_as_they_are_and_every_get_has_a_head(built: Path) -> None:
    before, after = PROJECT.template, load_template(built)
    assert [(spec.timers, spec.variables) for spec in after.functions] == [
        (spec.timers, spec.variables) for spec in before.functions
    ]
    for old, new in zip(before.functions, after.functions, strict=True):
        listed = {(route.method, route.path) for route in old.routes}
        assert {(route.method, route.path) for route in new.routes} == listed | {
            ("HEAD", path) for method, path in listed if method == "GET"
        }
    assert after.aliases == before.aliases


def test_the_written_template_is_a_valid_one(built: Path) -> None:
    program = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([str(program), str(built)], capture_output=True, text=True, check=False, cwd=built.parent)
    assert done.stdout.strip() == ""
    assert done.returncode == 0
