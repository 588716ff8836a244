"""Stage of the real template, deployed into a cloud of this process."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra.bundle import Bundle
from infra.stage import Scaling, Stage
from infra.template import Project, load_project
from infra.yandex.cloud import Cloud
from infra.yandex.current_state import Actual
from infra.yandex.deployment import Deployment
from infra.yandex.desired_state import Wanted, work_out
from infra.yandex.entry_steps import Entry
from infra.yandex.queues import Queues
from infra.yandex.quotas import FUNCTIONS, INSTANCES, MEMORY, REQUESTS, TRIGGERS
from infra.yandex.secrets import set_secret
from infra.yandex.storage import Storage
from local.paths import OPENAPI
from tests.support.yandex_cloud.server import grant_documented, serving
from tests.support.yandex_cloud.state import CHANNEL, FOLDER, FakeCloud
from tests.support.yandex_front import GuardedAws

DOCUMENT: dict[str, Any] = json.loads(OPENAPI.read_text(encoding="utf-8"))


def parameters_of(project: Project) -> dict[str, str]:
    """Return a value for every parameter that has no default."""
    return {name: f"value-of-{name}" for name, default in project.defaults.items() if default is None}


@dataclass
class Site:
    """Stage; `bundles` and `project` may be changed, as a commit would."""

    cloud: Cloud
    fake: FakeCloud
    storage: Storage
    queues: Queues
    folder: Path
    project: Project
    stage: Stage
    bundles: dict[str, Bundle] = field(default_factory=dict)
    reported: list[str] = field(default_factory=list)
    is_healthy: Callable[[str], object] = lambda _address: None

    def code(self, function: str, content: str, *, size: int = 40) -> None:
        """Give a function code: a bundle with this content."""
        path = self.folder / f"{function}-{hashlib.sha256(content.encode()).hexdigest()[:12]}.zip"
        path.write_bytes(content.encode().ljust(size, b"."))
        content_hash = hashlib.sha256(content.encode()).hexdigest()
        self.bundles[function] = Bundle(function, path, content_hash, path.stat().st_size, size)

    def set_secrets(self) -> None:
        """Set every secret of the template, as `make secret` does."""
        keys = {each.secret for variables in self.project.variables.values() for each in variables if each.secret}
        for key in sorted(keys - self.stage.absent_secrets):
            set_secret(self.project, Actual(self.cloud, self.stage), key, f"the value of {key}")

    def restage(self, **changes: Any) -> None:
        """Change the stage's file."""
        self.stage = dataclasses.replace(self.stage, **changes)

    @property
    def wanted(self) -> Wanted:
        """Return the wanted state."""
        return work_out(self.project, self.stage, self.bundles)

    @property
    def deployment(self) -> Deployment:
        """Return a run of the deployer."""
        entry = Entry(self.wanted, self.project, self.document)
        return Deployment(
            self.cloud, self.storage, self.queues, self.stage, entry, self.reported.append, self.is_healthy
        )

    @property
    def document(self) -> dict[str, Any]:
        return DOCUMENT

    def plan(self) -> list[str]:
        """Return the plan, a line per step."""
        return [str(step) for step in self.deployment.plan()]

    def live(self, function: str) -> Any:
        """Return the version of a function that callers reach."""
        return Actual(self.cloud, self.stage).tagged(f"{self.stage.prefix}-{function.replace('_', '-')}", "live")


@pytest.fixture(scope="session")
def guarded_aws() -> Iterator[GuardedAws]:
    """Object Storage and Message Queue, in AWS's forms, which look at the caller's roles."""
    with pytest.MonkeyPatch.context() as patch:
        # Yandex's region is none of Amazon's.
        patch.setenv("MOTO_ALLOW_NONEXISTENT_REGION", "true")
        with GuardedAws.serving() as front:
            yield front


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guarded_aws: GuardedAws) -> Iterator[Site]:
    """Yield an empty folder in the cloud, and the template of this repository."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    project = load_project()
    name = f"t{hashlib.sha256(tmp_path.name.encode()).hexdigest()[:8]}"
    stage = Stage(
        name=name,
        folder_id=FOLDER,
        bundle_bucket=f"auto360-{name}-bundles",
        parameters={
            "Stage": "staging",
            **parameters_of(project),
            "YandexVideoChannelId": CHANNEL,
            "YandexStorageBucket": f"auto360-{name}-uploads",
            "PictureIncomingBucketName": f"auto360-{name}-pictures",
        },
        absent_secrets=frozenset({"JWT_SECRET"}),
        scaling={"default": Scaling(2), "listings": Scaling(50, 150, 2)},
    )
    fake = FakeCloud(quotas={FUNCTIONS: 100, TRIGGERS: 100, INSTANCES: 150, REQUESTS: 500, MEMORY: 100 * 1024**3})
    grant_documented(fake)
    fake.make_bucket = guarded_aws.make_bucket
    guarded_aws.cloud, address = fake, guarded_aws.address
    with serving(fake) as cloud:
        storage, queues = Storage(stage.bundle_bucket, address), Queues(address)
        site = Site(cloud, fake, storage, queues, tmp_path, project, stage)
        for spec in project.functions:
            site.code(spec.name, f"the code of {spec.name}")
        yield site
