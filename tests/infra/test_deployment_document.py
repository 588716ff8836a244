"""docs/deployment.md, walked through from an empty folder: its commands are read and run against the strict cloud."""

from __future__ import annotations

import io
import itertools
import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from infra import __main__ as program
from infra import doctor, stage
from infra.bundle import DIRECT_LIMIT
from infra.doctor import configuration, report
from infra.doctor import stage as stage_checks
from infra.yandex import cloud as cloud_module
from infra.yandex import commands, preconditions
from infra.yandex.queues import Queues
from infra.yandex.storage import Storage
from local.function_environment import Addresses, function_environment
from local.secrets import Keyring
from tests.infra.conftest import Site
from tests.support.documents import DOCS, ROOT, Document
from tests.support.healthy_site import HealthySite
from tests.support.yandex_cloud.state import CERTIFICATE, CHANNEL, FOLDER

DOCUMENT = Document(DOCS / "deployment.md")
NOWHERE, POSTGRES = "http://127.0.0.1:9", "postgresql://user:password@127.0.0.1:9/postgres"
PLACES = {"folder": "folder", "cloud": "cloud"}
_RECIPE = re.compile(r"-m infra (.*)$")
_MISSING = re.compile(r"`make secret STAGE=(\w+) NAME=(\w+)`")


def lines_between(first: str, last: str) -> list[str]:
    """Return the lines of the shell blocks of some sections of the document."""
    text = DOCUMENT.text
    part = text[text.index(f"\n## {first}\n") : text.index(f"\n## {last}\n")]
    blocks = re.findall(r"^```sh\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def recipe_of(target: str) -> list[str]:
    """Return the arguments that the Makefile passes to `python -m infra`."""
    rules = (ROOT / "Makefile").read_text(encoding="utf-8").split("\n\n")
    rule = next(each for each in rules if re.match(rf"{target}:", each))
    found = _RECIPE.search(rule)
    assert found, target
    return found[1].split()


@dataclass
class Walk:
    """Somebody with the document, a terminal and an empty folder."""

    site: Site
    monkeypatch: pytest.MonkeyPatch
    stages: Path
    capsys: pytest.CaptureFixture[str]
    secrets: dict[str, str]
    without: str = ""
    told: str = ""
    done: list[str] = field(default_factory=list)

    def follow(self, lines: list[str]) -> int:
        """Run line after line as far as they succeed; the exit code of the last one."""
        for line in lines:
            words = shlex.split(line, comments=True)
            run: dict[str, Callable[[list[str]], int]] = {
                "yc": self.yc,
                "export": self.export,
                "cp": self.copy,
                "make": self.make,
            }
            code = run[words[0]](words[1:])
            self.done.append(" ".join(words[:2]))
            if code:
                return code
        return 0

    def yc(self, words: list[str]) -> int:
        """Run an administrator's command; only the roles matter to the cloud of this test."""
        options = dict(itertools.pairwise(words))
        if "add-access-binding" in words and options["--role"] != self.without:
            assert options["--service-account-name"] == "auto360-deployer"
            self.site.fake.granted.setdefault(PLACES[words[1]], set()).add(options["--role"])
        return 0

    def export(self, words: list[str]) -> int:
        """Set a variable."""
        name, _, value = words[0].partition("=")
        self.monkeypatch.setenv(name, value)
        return 0

    def copy(self, words: list[str]) -> int:
        """Copy the example, and fill it in."""
        source, target = (ROOT / word for word in words)
        place = self.stages / target.name
        shutil.copy(source, place)
        prefix = f"auto360-{self.site.stage.name}"
        filled = {
            "b1g00000000000000000": FOLDER,
            "auto360-production-bundles": f"{prefix}-bundles",
            "auto360-production-uploads": f"{prefix}-uploads",
            "fpq00000000000000000": CERTIFICATE,
            "vplc-example": CHANNEL,
            ".example": ".test",
        }
        text = place.read_text(encoding="utf-8")
        for example, own in filled.items():
            assert example in text, example
            text = text.replace(example, own)
        place.write_text(text, encoding="utf-8")
        return 0

    def make(self, words: list[str]) -> int:
        """Run a target as the Makefile does; `make secret` once for each secret that the plan has named."""
        target, *given = words
        if target == "secret":
            named = _MISSING.findall(self.told)
            assert named
            return max(self.run([target], STAGE=stage_name, NAME=key) for stage_name, key in named)
        return self.run([target], **dict(word.split("=") for word in given))

    def run(self, target: list[str], **variables: str) -> int:
        """Run one command of ours."""
        values = {"STAGE": "production", **variables}
        arguments = [re.sub(r"\$\((\w+)\)", lambda match: values[match[1]], word) for word in recipe_of(target[0])]
        value = self.secrets.get(variables.get("NAME", ""), "")
        with self.monkeypatch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO(value))
            code = program.main(arguments)
        shown = self.capsys.readouterr()
        self.told = shown.out + shown.err
        return code


@pytest.fixture
def walk(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Walk]:
    """Yield a terminal whose cloud has an empty folder and an account without roles."""
    stages = tmp_path / "stages"
    stages.mkdir()
    for example in stage.STAGES.glob("example.toml"):
        shutil.copy(example, stages)
    load = partial(stage.load_stage, folder=stages)
    for module in (commands, report, preconditions, stage):
        monkeypatch.setattr(module, "load_stage", load)
    for module in (commands, cloud_module):
        monkeypatch.setattr(module, "connect", lambda: site.cloud)
    monkeypatch.setattr(commands, "make_bundles", lambda names: [site.bundles[name] for name in names])
    monkeypatch.setattr(commands, "Storage", partial(Storage, endpoint=site.storage.endpoint))
    monkeypatch.setattr(commands, "Queues", lambda: Queues(site.queues.endpoint))
    monkeypatch.setattr(commands, "send", HealthySite().send)
    # The document's questions to providers need a network; those to our own configuration and to this cloud do not.
    modules = (configuration.__name__, stage_checks.__name__)
    own = [each for each in doctor.REGISTRY if each.run.__module__ in modules]
    monkeypatch.setattr(report, "REGISTRY", own)
    monkeypatch.setattr(report, "with_variables", lambda _variables: None)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    site.fake.granted = {}
    site.code("chat", "much code", size=DIRECT_LIMIT + 1)
    addresses = Addresses(gateway=NOWHERE, postgrest=NOWHERE, simulators=NOWHERE, s3=NOWHERE, database=POSTGRES)
    keyring = Keyring.generate()
    known = function_environment(keyring, addresses, {})
    keys = {each.secret for variables in site.project.variables.values() for each in variables if each.secret}
    secrets = {key: known.get(key) or f"a-secret-for-{key.lower()}" for key in keys}
    yield Walk(site, monkeypatch, stages, capsys, secrets)
    site.fake.granted = {}


def grant_channel(walk: Walk) -> None:
    """Grant the role in the console of Cloud Video, like an administrator following the table."""
    row = DOCUMENT.row("video.admin")
    assert row[1] == "the video channel"
    walk.site.fake.granted["channel"] = {"video.admin"}


PREPARATION = ("Once: Yandex Cloud", "Every deployment")
DEPLOYMENT = ("Every deployment", "Permissions")


def ask_for_quotas(walk: Walk) -> None:
    """Raise the quotas to the numbers of a small stage with the example's limits."""
    needed = tomllib.loads((walk.stages / "production.toml").read_text(encoding="utf-8"))["scaling"]
    instances = sum(needed.get(spec.name, needed["default"])["zone_instances"] for spec in walk.site.project.functions)
    walk.site.fake.quotas |= {"serverless.workers.count": instances, "serverless.request.count": 3 * instances}


def test_the_document_leads_from_an_empty_folder_to_a_healthy_deployment(walk: Walk) -> None:
    assert walk.follow(lines_between(*PREPARATION)) == 0
    grant_channel(walk)
    ask_for_quotas(walk)
    assert walk.follow(lines_between(*DEPLOYMENT)[:5]) == 0, walk.told
    assert walk.done[-5:] == ["make plan", "make secret", "make deploy", "make smoke", "make doctor"]
    assert walk.site.fake.refused == []
    assert "0 failures" in walk.told
    for name in ("preconditions", "roles", "live limits"):
        assert re.search(rf"^ok\s+{name} ", walk.told, re.MULTILINE), walk.told
    assert walk.run(["plan"]) == 0
    assert walk.told == "Nothing to do.\n"


def granted_by_the_document() -> list[str]:
    """Return the roles that the document's commands grant."""
    lines = [shlex.split(line, comments=True) for line in lines_between(*PREPARATION)]
    return [words[words.index("--role") + 1] for words in lines if "--role" in words]


# The example's stage has a domain, and neither a network nor a security profile of its own.
NEEDED = [role for role in granted_by_the_document() if role not in ("vpc.user", "smart-web-security.user")]


@pytest.mark.parametrize("role", NEEDED)
def test_whoever_skips_a_role_of_the_document_is_told_which(walk: Walk, role: str) -> None:
    walk.without = role
    assert walk.follow(lines_between(*PREPARATION)) == 0
    grant_channel(walk)
    ask_for_quotas(walk)
    assert walk.follow(lines_between(*DEPLOYMENT)[:3]) == 1
    assert f"`{role}`" in walk.told
