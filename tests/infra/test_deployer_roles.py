"""Roles of the document for the deploying account: all together suffice, and none can be missing."""

from __future__ import annotations

import pytest

from infra.bundle import DIRECT_LIMIT
from infra.yandex import deployer_roles
from infra.yandex.checks import problems
from infra.yandex.cloud import CloudError
from infra.yandex.current_state import Actual
from infra.yandex.deployment import DeploymentFailed
from tests.infra.conftest import Site
from tests.support.documents import DOCS
from tests.support.yandex_cloud.server import grant_documented
from tests.support.yandex_cloud.state import CERTIFICATE, NETWORK, PROFILE


@pytest.fixture
def full(site: Site) -> Site:
    """Return a stage with everything that a stage can have, so that every call is made."""
    site.restage(
        domain="api.example.org",
        certificate_id=CERTIFICATE,
        network_id=NETWORK,
        security_profile_id=PROFILE,
    )
    site.code("chat", "much code", size=DIRECT_LIMIT + 1)
    return site


def refusal(site: Site) -> str:
    """Run a first deployment and return its failure in words; an empty text on success."""
    try:
        site.set_secrets()
        found = problems(site.wanted, Actual(site.cloud, site.stage))
        if not found:
            site.deployment.deploy()
        return "\n".join(found)
    except (CloudError, DeploymentFailed) as error:
        return str(error)


def test_with_the_roles_of_the_document_nothing_is_refused(full: Site) -> None:
    assert refusal(full) == ""
    assert full.fake.refused == []
    assert full.plan() == []


@pytest.mark.parametrize("role", [each.role for each in deployer_roles.ROLES])
def test_a_role_that_is_missing_is_named_by_the_refusal(full: Site, role: str) -> None:
    grant_documented(full.fake, without=role)
    assert f"`{role}`" in refusal(full)


def test_a_role_that_may_not_give_access_to_secrets_is_not_enough(full: Site) -> None:
    grant_documented(full.fake, without="lockbox.admin")
    full.fake.granted["folder"] |= {"lockbox.editor", "lockbox.payloadViewer"}
    told = refusal(full)
    assert "secrets.ListAccessBindings" in told
    assert "`lockbox.admin`" in told


def test_the_document_shows_the_roles_that_the_calls_need() -> None:
    text = (DOCS / "deployment.md").read_text(encoding="utf-8")
    assert deployer_roles.table() in text
    assert f"\n{deployer_roles.commands()}\n" in text
    named = {each.role for each in deployer_roles.ROLES}
    assert not {"lockbox.editor", "functions.editor", "storage.admin"} & named


def test_every_role_is_needed_by_a_call_that_the_deployer_makes(full: Site) -> None:
    assert refusal(full) == ""
    made = {f"{call[0].lower()}{call[1:]}" for call in full.fake.calls}
    made |= {f"{kind}.{method}" for kind, _, method in (call.partition(".") for call in made)}
    for role in deployer_roles.ROLES:
        pattern = next(iter(role.calls)).split(".")[0]
        assert pattern in {"objects", "queues"} or any(call.startswith(f"{pattern}.") for call in made), role
