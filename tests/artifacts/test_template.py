"""Template is the one list: every function is in it, with the variables that it needs, and no secret's value."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from infra.artifact import FUNCTIONS, function_names
from local.gateway.template import Intrinsic, load_template
from local.paths import CHECKOUT, TEMPLATE
from tests.support.settings_reach import reads_of, settings_classes

SPECS = {spec.name: spec for spec in load_template(TEMPLATE).functions}
# Read by libraries, not by us.
OF_LIBRARIES = ("POWERTOOLS_", "PYDANTIC_")
SECRETS = {
    name.upper()
    for group in settings_classes()
    for name, setting in group.model_fields.items()
    if SecretStr in (setting.annotation, *getattr(setting.annotation, "__args__", ()))
}


def document() -> dict[str, Any]:
    """Return the template with its CloudFormation tags, read by the same loader as the local gateway."""
    from local.gateway import template

    loaded: dict[str, Any] = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader=template._Loader)  # noqa: S506 - safe, with tags
    return loaded


def properties_of_functions() -> dict[str, dict[str, Any]]:
    resources = document()["Resources"]
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def handler_tree(name: str) -> ast.Module:
    return ast.parse((FUNCTIONS / name / "handler.py").read_text(encoding="utf-8"))


def routers_of(tree: ast.Module) -> list[ast.Module]:
    """Return the routers that a handler includes."""
    folder = CHECKOUT / "layers/common/auto360/admin/routers"
    return [
        ast.parse((folder / f"{alias.name}.py").read_text(encoding="utf-8"))
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "auto360.admin.routers"
        for alias in node.names
    ]


def imported_names(tree: ast.Module) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append("." * node.level + (node.module or ""))
    return names


def test_every_folder_in_functions_is_in_the_template_and_the_other_way_round() -> None:
    folders = sorted(path.name for path in FUNCTIONS.iterdir() if path.is_dir() and path.name != "__pycache__")
    assert folders == function_names() == sorted(SPECS)


def test_all_functions_have_the_same_handler_name() -> None:
    assert {spec.handler for spec in SPECS.values()} == {"handler.handler"}


def test_the_logical_name_of_a_function_follows_from_its_folder() -> None:
    for logical, properties in properties_of_functions().items():
        folder = properties["CodeUri"].rstrip("/").rpartition("/")[2]
        assert logical == "".join(part.capitalize() for part in folder.split("_")) + "Function"


def test_no_route_is_listed_twice() -> None:
    routes = [(route.method, route.path) for spec in SPECS.values() for route in spec.routes]
    assert len(routes) == len(set(routes))


@pytest.mark.parametrize("name", SPECS)
def test_the_handler_serves_exactly_the_routes_of_the_template(name: str) -> None:
    served = {
        (decorator.func.attr.upper(), decorator.args[0].value)
        for tree in (handler_tree(name), *routers_of(handler_tree(name)))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and isinstance(decorator.args[0], ast.Constant)
    }
    listed = {(route.method, route.path.replace("{", "<").replace("}", ">")) for route in SPECS[name].routes}
    assert served == listed


@pytest.mark.parametrize("name", SPECS)
def test_a_function_is_given_every_variable_that_it_reads(name: str) -> None:
    assert reads_of(name).needed - set(SPECS[name].variables) == set()


@pytest.mark.parametrize("name", SPECS)
def test_a_function_is_given_no_variable_that_its_settings_do_not_know(name: str) -> None:
    ours = {variable for variable in SPECS[name].variables if not variable.startswith(OF_LIBRARIES)}
    assert ours - reads_of(name).known == set()


@pytest.mark.parametrize("name", SPECS)
def test_a_function_is_given_no_secret_that_it_does_not_read(name: str) -> None:
    assert (set(SPECS[name].variables) & SECRETS) - reads_of(name).needed == set()


def test_a_secret_stands_in_the_template_by_name_only() -> None:
    shared = document()["Globals"]["Function"]
    for properties in (shared, *properties_of_functions().values()):
        for name, value in properties.get("Environment", {}).get("Variables", {}).items():
            if name in SECRETS:
                named = isinstance(value, Intrinsic) and "{{resolve:secretsmanager:" in str(value.value)
                assert named or value == "", f"{name} must name its place in the secret store"
                assert value == "" or str(value.value).endswith(f":{name}}}}}"), f"{name} names another secret"


def test_no_secret_is_a_parameter_since_parameters_are_shown_to_everybody() -> None:
    parameters = set(document()["Parameters"])
    assert parameters & {"".join(part.capitalize() for part in name.split("_")) for name in SECRETS} == set()


def test_functions_that_people_wait_for_start_from_a_snapshot_of_a_published_version() -> None:
    frozen = {Path(each["CodeUri"]).name: each for each in properties_of_functions().values() if "SnapStart" in each}
    assert set(frozen) == {"request_code", "verify_code", "session", "listings", "chat"}
    for each in frozen.values():
        assert (each["SnapStart"], each["AutoPublishAlias"]) == ({"ApplyOn": "PublishedVersions"}, "live")
        # What Lambda refuses beside it.
        assert not {"EphemeralStorage", "ProvisionedConcurrencyConfig", "FileSystemConfigs"} & set(each)


def test_cfn_lint_finds_nothing_in_the_template() -> None:
    program = Path(sys.executable).with_name("cfn-lint")
    command = [str(program), "--non-zero-exit-code", "informational", str(TEMPLATE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.stdout.strip() == ""
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SPECS)
def test_a_function_imports_no_other_function(name: str) -> None:
    others = set(SPECS) | {"functions", "handler"}
    for imported in imported_names(handler_tree(name)):
        assert not imported.startswith("."), f"{name} imports {imported}"
        assert imported.split(".")[0] not in others, f"{name} imports {imported}"


@pytest.mark.parametrize("name", SPECS)
def test_a_handler_knows_no_provider_and_no_environment(name: str) -> None:
    source = (FUNCTIONS / name / "handler.py").read_text(encoding="utf-8")
    assert "environ" not in source
    for tree in (handler_tree(name), *routers_of(handler_tree(name))):
        assert [imported for imported in imported_names(tree) if _is_provider(imported)] == []


def _is_provider(module: str) -> bool:
    """Return True if a module lies beside a port (`auto360.providers.sms.nikita`)."""
    return module.startswith("auto360.providers.") and module.count(".") > len(("auto360", "providers"))
