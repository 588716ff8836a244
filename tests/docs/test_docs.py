"""Documents name what exists, and all of it: functions, routes, error codes, variables, files."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from auto360.core.errors import DomainError
from auto360.core.messages import ERRORS
from infra.template import load_project
from local.gateway.responses import _REFUSALS
from local.gateway.routes import Router
from local.gateway.template import load_template
from local.paths import TEMPLATE
from tests.support.documents import DOCS, ROOT, Document, documents, words_in
from tests.support.settings_reach import settings_classes

MAP = load_template(TEMPLATE)
SPECS = {spec.name: spec for spec in MAP.functions}
README, FUNCTIONS = Document(ROOT / "README.md"), Document(DOCS / "functions.md")
SECURITY = Document(ROOT / "SECURITY.md")
CODES, CONFIGURATION = Document(DOCS / "errors.md"), Document(DOCS / "configuration.md")

SETTINGS = {name.upper(): (group, name) for group in settings_classes() for name in group.model_fields}
ONLY_IN_TEMPLATE = {name for spec in SPECS.values() for name in spec.variables} - set(SETTINGS)
# Read from the environment by the local stack and the benchmark; the system's own are not for us to document.
OF_THE_SYSTEM = {"HOME", "PATH", "LANG", "TZ", "PYENV_ROOT"}
LOCAL = {
    match
    for folder in ("local", "benchmarks", "infra")
    for path in (ROOT / folder).rglob("*.py")
    if "baseline" not in path.parts
    for match in re.findall(r"environ(?:\.get\(|\.pop\(|\[)\"([A-Z0-9_]+)\"", path.read_text(encoding="utf-8"))
} - OF_THE_SYSTEM
PATHS = re.compile(r"https?://127\.0\.0\.1:8360(/[^\s'\"`?]*)")
_OF_CODE = ("layers", "functions", "local", "infra", "supabase", "tools", "tests/contract")


def refusals() -> dict[str, int]:
    """Return every refusal class of the package by code, with its status."""
    package = ROOT / "layers" / "common" / "auto360"
    for path in (*package.rglob("errors.py"), *package.glob("core/refusals/*.py")):
        parts = path.relative_to(ROOT / "layers" / "common").with_suffix("").parts
        importlib.import_module(".".join(parts))
    found: dict[str, int] = {}
    waiting = [DomainError]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = kind.status
        waiting += kind.__subclasses__()
    return found


def test_every_function_has_a_row_and_every_row_is_a_function() -> None:
    assert sorted(FUNCTIONS.first_words()) == sorted(SPECS)


@pytest.mark.parametrize("name", SPECS)
def test_the_row_of_a_function_lists_its_routes(name: str) -> None:
    told = re.findall(r"([A-Z]+) `(/[^`?]*)", FUNCTIONS.row(name)[1])
    assert sorted(told) == sorted((route.method, route.path) for route in SPECS[name].routes)


def test_every_error_code_is_documented_and_no_other() -> None:
    assert sorted(CODES.first_words()) == sorted(ERRORS)


def test_every_refusal_has_sentences_and_every_sentence_a_refusal() -> None:
    assert set(refusals()) == set(ERRORS)


def test_the_status_of_each_error_code_is_told_as_it_is() -> None:
    statuses = refusals()
    assert {code: CODES.row(code)[1] for code in ERRORS} == {code: str(statuses[code]) for code in ERRORS}


def test_the_local_gateways_own_codes_are_told() -> None:
    assert set(_REFUSALS) <= CODES.code_words()


def test_every_variable_is_documented() -> None:
    documented = CONFIGURATION.first_words()
    assert set(SETTINGS) | ONLY_IN_TEMPLATE | LOCAL == set(documented)
    assert len(documented) == len(set(documented))


def test_the_functions_of_each_variable_are_those_that_the_template_gives_it_to() -> None:
    told = {variable: CONFIGURATION.row(variable)[4] for variable in SETTINGS}
    assert {variable: list(SPECS) if text == "all" else words_in(text) for variable, text in told.items()} == {
        variable: [name for name, spec in SPECS.items() if variable in spec.variables] for variable in SETTINGS
    }


def test_the_default_of_each_variable_is_told_as_it_is() -> None:
    told = {variable: CONFIGURATION.row(variable)[2] for variable in SETTINGS}
    fields = {variable: group.model_fields[name] for variable, (group, name) in SETTINGS.items()}
    plain = {variable: text if text in ("–", "empty") else words_in(text) for variable, text in told.items()}
    assert plain == {variable: as_told(setting) for variable, setting in fields.items()}


def as_told(setting: FieldInfo) -> str | list[str]:
    """Return a setting's default as the document tells it."""
    if setting.is_required():
        return "–"
    if not setting.default or not str(setting.default):
        return "empty"
    return [f"{setting.default:g}" if isinstance(setting.default, float) else str(setting.default)]


def test_each_secret_is_called_one() -> None:
    kinds = {variable: str(group.model_fields[name].annotation) for variable, (group, name) in SETTINGS.items()}
    assert {variable: CONFIGURATION.row(variable)[3] for variable in SETTINGS} == {
        variable: "yes" if "SecretStr" in kind else "no" for variable, kind in kinds.items()
    }


def test_documents_name_no_variable_that_does_not_exist() -> None:
    known = set(SETTINGS) | ONLY_IN_TEMPLATE | LOCAL
    prefixes = tuple({name.split("_")[0] + "_" for name in known if "_" in name})
    for document in documents():
        for word in re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b(?!…|_)", document.prose):
            assert word in known or not word.startswith(prefixes), f"{document.path.name} names {word}"


def test_every_secret_of_the_template_has_its_way_to_be_rotated() -> None:
    told = (DOCS / "runbooks" / "rotate-secrets.md").read_text(encoding="utf-8")
    secrets = {each.secret for variables in load_project().variables.values() for each in variables if each.secret}
    assert [name for name in sorted(secrets) if name not in told] == []


def test_the_readmes_curl_lines_call_routes_that_exist() -> None:
    lines = [line for block in README.blocks("sh") for line in block.splitlines() if "curl " in line]
    assert len(lines) == 4
    router = Router(MAP)
    for line in lines:
        path = PATHS.search(line)
        assert path is not None, line
        if not path[1].startswith("/_local/"):
            method = "POST" if " -d " in line else "GET"
            assert type(router.find(method, path[1])).__name__ == "Match", f"{method} {path[1]}"


def test_the_readme_names_every_folder_and_no_other() -> None:
    for word in README.first_words():
        assert (ROOT / word).exists(), word
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))}
    told = {word.split("/")[0] for word in README.first_words()}
    assert folders - {"build", "node_modules", "requirements"} <= told


def test_every_claim_of_the_security_page_names_tests_that_exist() -> None:
    claims = list(SECURITY.rows())
    assert len(claims) > 15
    for what, _, proof in claims:
        paths = [ROOT / word for word in words_in(proof)]
        assert paths, what
        for path in paths:
            files = sorted(path.glob("test_*.py")) if path.is_dir() else [path]
            assert files, f"{what}: {path.name} is empty"
            assert all("def test_" in file.read_text(encoding="utf-8") for file in files), f"{what}: {path.name}"
    assert "SECURITY.md" in README.links()


def test_links_lead_somewhere() -> None:
    links = [(document.path, link) for document in documents() for link in document.links()]
    assert [(path.name, link) for path, link in links if not (path.parent / link).exists()] == []


def test_paths_and_make_targets_in_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    of_ours = re.compile(r"(?:functions|layers|local|infra|tools|docs|tests|supabase|benchmarks)/[\w./-]+")
    words = [(document.path.name, word) for document in documents() for word in document.code_words()]
    made = [(name, word) for name, word in words if word.startswith("make ")]
    assert len(made) > 50
    assert [(name, word) for name, word in made if word.split()[1] not in targets] == []
    assert [(name, word) for name, word in words if of_ours.fullmatch(word) and not (ROOT / word).exists()] == []


def test_a_decision_is_a_dated_page_of_at_most_forty_lines() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers), "each number is one decision; an area may leave some free"
    for page in pages:
        lines = page.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 40, page.name
        assert lines[0].startswith(f"# {page.name[:4]}: ")
        assert re.match(r"20\d\d-\d\d-\d\d, (?:accepted|replaced by \d{4})$", lines[2]), page.name


def test_code_refers_to_documents_that_exist() -> None:
    # Documents that were never in the repository were called the audit and the facts.
    elsewhere = re.compile(r"\baudit(?:'s)? [0-9(]|\bfacts (?:on|say)\b|, §")
    for source in [*(path for folder in _OF_CODE for path in _sources(ROOT / folder)), TEMPLATE]:
        text = source.read_text(encoding="utf-8")
        for number in re.findall(r"docs/decisions/(\d{4})", text):
            assert list((DOCS / "decisions").glob(f"{number}-*.md")), f"{source.name} refers to decision {number}"
        for page in re.findall(r"docs/(reference/[\w.-]+\.md)", text):
            assert (DOCS / page).is_file(), f"{source.name} refers to {page}"
        assert elsewhere.findall(text) == [], source.name


def _sources(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in (".py", ".sql")]


def test_every_alert_rule_has_its_runbook() -> None:
    rules = re.findall(
        r"^  \('(\w+)', '\w+', '(?:above|below)', [^\n]*'([a-z-]+)'\)[,;]",
        "".join(
            path.read_text(encoding="utf-8") for path in sorted((ROOT / "supabase/migrations").glob("*alert*.sql"))
        ),
        re.MULTILINE,
    )
    assert len(rules) == 53
    for rule, runbook in rules:
        page = DOCS / "runbooks" / f"{runbook}.md"
        assert f"`{rule}`" in page.read_text(encoding="utf-8"), f"{page.name} does not name {rule}"
