"""Bundles: what the cloud gets runs alone, and the same sources make the same bytes."""

from __future__ import annotations

import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from infra import artifact, own_bytecode
from infra.bundle import BUNDLES, DIRECT_LIMIT, Bundle, library_zip, make_bundles
from infra.environment import MAX_BYTES, environment_bytes
from infra.import_graph import reached_files
from infra.platforms import CLOUD, HERE, cloud_python
from infra.stage import load_stage
from infra.template import load_project
from local.function_environment import Addresses, function_environment
from local.secrets import Keyring
from tests.artifacts.isolated import run_alone
from tests.support.events import recorded
from tests.support.prepared import open_folder
from tests.support.route_events import event_for

_SPARE_BYTES = 256
PROJECT = load_project()
SPECS = {spec.name: spec for spec in PROJECT.functions}
# Bundles for the cloud run where this machine has the cloud's Python; otherwise the same is made for its own.
PYTHON = cloud_python() or Path(sys.executable)
PLATFORM = CLOUD if cloud_python() else HERE
# Everything is configured, and nothing answers: a call goes on until it needs the database.
NOWHERE = "http://127.0.0.1:9"
KEYRING = Keyring.generate()
ENVIRON = function_environment(
    KEYRING, Addresses(**{part.name: NOWHERE for part in fields(Addresses) if part.name != "redis"}), {}
)


# One process: it makes and unpacks the bundles once.
pytestmark = pytest.mark.xdist_group("bundles")


@pytest.fixture(scope="module")
def bundles() -> dict[str, Bundle]:
    """Return all bundles, kept for the next run under names that tell what is in them."""
    folder = BUNDLES if PLATFORM is CLOUD else BUNDLES.with_name(f"bundles-{PLATFORM.name}")
    return {bundle.function: bundle for bundle in make_bundles(list(SPECS), folder, platform=PLATFORM)}


@pytest.fixture(scope="module")
def unpacked() -> Iterator[Callable[[Bundle], Path]]:
    """Unpacks a bundle; files of libraries that another bundle brought byte for byte are linked, not written again."""
    folder = open_folder()

    def unpack_sharing(bundle: Bundle) -> Path:
        target = folder / bundle.function
        with zipfile.ZipFile(bundle.path) as archive:
            for entry in archive.infolist():
                kept = folder / "shared" / f"{entry.CRC:08x}-{entry.file_size}"
                place = target / entry.filename
                place.parent.mkdir(parents=True, exist_ok=True)
                if not kept.exists():
                    kept.parent.mkdir(exist_ok=True)
                    kept.write_bytes(archive.read(entry))
                os.link(kept, place)
        return target

    yield unpack_sharing
    shutil.rmtree(folder)


def event_of(name: str) -> dict[str, Any]:
    """Return an event as the cloud would send it: a signed-in request, a stored object, a tick of a timer."""
    spec = SPECS[name]
    if spec.routes:
        event = event_for(spec.routes[0])
        token = KEYRING.token_keys(ENVIRON["JWT_ISSUER"]).user_token("5f0b4c8e-9b38-4a3f-8f0e-5c107d1c7a52")
        event["headers"] = {**event["headers"], "Authorization": f"Bearer {token}"}
        return event
    return recorded("yandex_storage" if spec.buckets else "yandex_timer")


@pytest.mark.parametrize("name", SPECS)
def test_a_bundle_runs_an_event_from_its_unpacked_zip_alone(
    bundles: dict[str, Bundle], unpacked: Callable[[Bundle], Path], name: str
) -> None:
    environ = SPECS[name].environment(ENVIRON, {})
    run = run_alone(unpacked(bundles[name]), event_of(name), environ=environ, python=PYTHON)
    [answer] = run.answers
    for sign in ("ModuleNotFoundError", "ImportError", "Settings are not usable", "unforeseen error"):
        assert sign not in run.output
    if SPECS[name].routes:
        assert answer["statusCode"] in (200, 202, 400, 401, 403, 404, 422, 503)
    assert all("site-packages" not in path and "layers" not in path for path in run.paths)


def test_the_same_sources_make_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for name in ("one", "two"):
        monkeypatch.setattr(own_bytecode, "KEPT", tmp_path / f"bytecode-{name}")
        made += make_bundles(["health"], tmp_path / name)
    first, second = made
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.path.name == second.path.name == f"health-{first.content[:12]}.zip"


def test_the_same_libraries_make_the_same_bytes(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    wanted = re.findall(r"(?ms)^(?:idna|h11)==.*?(?=^\S|\Z)", artifact.LAYER_LOCK.read_text(encoding="utf-8"))
    lock.write_text("".join(wanted), encoding="utf-8")
    zips = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shutil.rmtree(artifact.libraries(lock, platform=CLOUD))
        zips.append(library_zip([lock], tmp_path / name, CLOUD).read_bytes())
    assert zips[0] == zips[1]
    assert b"idna/__pycache__/core.cpython-312.pyc" in zips[0]


def test_a_program_in_a_bundle_stays_one(bundles: dict[str, Bundle]) -> None:
    with zipfile.ZipFile(bundles["backup_job"].path) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    programs = {name.rpartition("/")[2] for name, mode in modes.items() if mode == 0o755}
    assert {"pg_dump", "pg_restore", "psql"} <= programs
    assert modes["handler.py"] == 0o644


def test_a_bundle_is_for_the_clouds_python_with_bytecode_that_needs_no_check(tmp_path: Path) -> None:
    [bundle] = make_bundles(["health"], tmp_path)
    with zipfile.ZipFile(bundle.path) as archive:
        names = archive.namelist()
        code = archive.read("auto360/core/__pycache__/settings.cpython-312.pyc")
    assert {"handler.py", "__pycache__/handler.cpython-312.pyc", "pydantic/__init__.py"} <= set(names)
    compiled = [name for name in names if name.endswith(".so")]
    assert compiled
    assert all("cpython-312-x86_64" in name or ".abi3." in name for name in compiled)
    # Magic of 3.12, then the flags of PEP 552: by hash, unchecked.
    assert code[:8] == b"\xcb\x0d\x0d\x0a\x01\x00\x00\x00"


def test_only_a_function_that_changed_gets_a_new_bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    functions = tmp_path / "functions"
    shutil.copytree(artifact.FUNCTIONS, functions, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(artifact, "FUNCTIONS", functions)
    names = ["chat", "consents", "health"]
    before = {bundle.function: bundle.content for bundle in make_bundles(names, tmp_path / "b", platform=HERE)}
    handler = functions / "chat" / "handler.py"
    handler.write_text(handler.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    after = {bundle.function: bundle.content for bundle in make_bundles(names, tmp_path / "b", platform=HERE)}
    assert [name for name in names if before[name] != after[name]] == ["chat"]
    assert len(list((tmp_path / "b").glob("chat-*.zip"))) == 1


def test_a_bundle_holds_no_domain_that_its_function_does_not_use() -> None:
    files = {
        path.as_posix() for path in reached_files(artifact.FUNCTIONS / "chat" / "handler.py", layer=artifact.LAYER)
    }
    assert any(path.endswith("auto360/domains/chat/conversations.py") for path in files)
    assert not any("auto360/domains/moderation/" in path for path in files)


# Powertools' own modules, which are vendored whole, and a module of AWS's runtime.
COMPUTED = {"core/lazy_packages.py", "http/snapshots.py"}


def test_the_package_imports_nothing_of_its_own_by_a_computed_name() -> None:
    package = artifact.LAYER / "auto360"
    for path in package.rglob("*.py"):
        if path.relative_to(package).as_posix() not in COMPUTED:
            assert not re.search(r"importlib|__import__", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("function", SPECS)
def test_the_environment_of_a_function_fits_into_four_kilobytes(function: str) -> None:
    absent = load_stage("example").absent_secrets
    is_read_at_start = function in PROJECT.reading_at_start
    variables = PROJECT.variables[function]
    size = environment_bytes(variables, PROJECT.defaults, is_read_at_start=is_read_at_start, absent=absent)
    assert size <= MAX_BYTES - _SPARE_BYTES


@pytest.mark.parametrize("function", sorted(PROJECT.reading_at_start))
def test_only_functions_that_would_not_fit_read_their_secrets_at_the_start(function: str) -> None:
    absent = load_stage("example").absent_secrets
    assert environment_bytes(PROJECT.variables[function], PROJECT.defaults, absent=absent) > MAX_BYTES - _SPARE_BYTES


def test_a_bundle_says_how_it_gets_to_the_cloud(bundles: dict[str, Bundle]) -> None:
    for bundle in bundles.values():
        assert bundle.goes_through_storage == (bundle.path.stat().st_size > DIRECT_LIMIT)
