"""Checks before a deployment changes anything: preconditions, secrets, space, limits, quotas."""

from __future__ import annotations

import pytest
from yandex.cloud.certificatemanager.v1.certificate_pb2 import Certificate

from infra.stage import Scaling
from infra.yandex.checks import problems
from infra.yandex.current_state import Actual
from infra.yandex.quotas import FUNCTIONS, INSTANCES, MEMORY, REQUESTS
from infra.yandex.rules import RuleError
from infra.yandex.secrets import set_secret
from tests.infra.conftest import Site
from tests.support.yandex_cloud.state import CERTIFICATE


@pytest.fixture
def deployed(site: Site) -> Site:
    site.set_secrets()
    site.deployment.deploy()
    return site


def readers_of(site: Site, key: str) -> set[str]:
    return {function.name for function in site.wanted.functions if key in function.secrets.values()}


def test_a_missing_secret_is_told_before_anything_is_changed(site: Site) -> None:
    found = problems(site.wanted, Actual(site.cloud, site.stage))
    assert any("OTP_SECRETS is not set: `make secret" in each for each in found)
    assert site.fake.changes == 0


def test_quotas_are_compared_with_the_sum_over_all_functions(site: Site) -> None:
    site.set_secrets()
    assert problems(site.wanted, Actual(site.cloud, site.stage)) == []
    others = len(site.project.functions) - 1
    site.fake.quotas |= {FUNCTIONS: 10, REQUESTS: 150 + 6 * others - 1}
    del site.fake.quotas[INSTANCES]
    before = site.fake.changes
    found = problems(site.wanted, Actual(site.cloud, site.stage))
    assert site.fake.changes == before
    assert [each.split(":")[0] for each in found] == [
        f"The quota {FUNCTIONS} is 10, and {others + 1} are needed",
        f"The quota {INSTANCES} is 10, and {50 + 2 * others} are needed",
        f"The quota {REQUESTS} is {150 + 6 * others - 1}, and {150 + 6 * others} are needed",
    ]


def test_memory_and_warm_instances_are_compared_as_well(site: Site) -> None:
    site.set_secrets()
    site.restage(scaling={"default": Scaling(2, provisioned=1)})
    needed = sum(2 * function.memory_mb * 1024**2 for function in site.wanted.functions)
    site.fake.quotas[MEMORY] = needed - 1
    memory, warm = problems(site.wanted, Actual(site.cloud, site.stage))
    assert f"and {needed} are needed" in memory
    assert warm.startswith(f"{len(site.wanted.functions)} warm instances are wanted in all zones together")


def test_requests_find_room_in_a_queue_unless_the_stage_says_otherwise(deployed: Site) -> None:
    policies = {policy.zone_instances_limit: policy.zone_requests_limit for policy in deployed.fake.scaling.values()}
    assert policies == {2: 6, 50: 150}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"folder_id": "b1gnowhere"}, "`folder_id`"),
        ({"network_id": "enpnowhere"}, "`network_id`"),
        ({"security_profile_id": "fevnowhere"}, "`security_profile_id`"),
        ({"domain": "api.example.org", "certificate_id": "fpqnowhere"}, "`certificate_id`"),
    ],
)
def test_what_people_have_to_make_is_asked_for_before_anything_is_changed(
    site: Site, changes: dict[str, str], told: str
) -> None:
    site.set_secrets()
    before = site.fake.changes
    site.restage(**changes)
    found = problems(site.wanted, Actual(site.cloud, site.stage))
    assert any(each.startswith(told) for each in found)
    assert site.fake.changes == before


def test_a_certificate_that_is_not_issued_and_a_channel_that_is_missing_are_told(site: Site) -> None:
    site.set_secrets()
    site.fake.certificate_status = Certificate.Status.VALIDATING
    parameters = {**site.stage.parameters, "YandexVideoChannelId": "vplcnowhere"}
    site.restage(domain="api.example.org", certificate_id=CERTIFICATE, parameters=parameters)
    channel, certificate = problems(site.wanted, Actual(site.cloud, site.stage))
    assert channel.startswith("`YandexVideoChannelId`")
    assert "not issued yet" in certificate


def test_without_its_static_key_a_deployment_does_not_begin(site: Site) -> None:
    site.set_secrets()
    first, second = problems(site.wanted, Actual(site.cloud, site.stage), environ={})
    assert (first.split()[0], second.split()[0]) == ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def test_a_limit_that_functions_would_not_start_with_is_told(site: Site) -> None:
    site.set_secrets()
    site.restage(settings={"LIMIT_CHAT_PER_MINUTE": "many", "SENTRY_TRACES_RATE": "2"})
    limit, rate = problems(site.wanted, Actual(site.cloud, site.stage))
    assert limit.startswith("The setting LIMIT_CHAT_PER_MINUTE cannot be 'many'")
    assert rate.startswith("The setting SENTRY_TRACES_RATE cannot be '2'")


@pytest.mark.parametrize("name", ["LIMIT_NOBODYS_PER_MINUTE", "OTP_SECRETS"])
def test_a_limit_that_no_function_has_and_a_secret_are_no_settings(site: Site, name: str) -> None:
    site.restage(settings={name: "1"})
    with pytest.raises(RuleError, match=f"No function has a setting {name}"):
        site.wanted  # noqa: B018 - worked out on use


def test_an_environment_that_is_too_large_is_told_before_anything_is_changed(site: Site) -> None:
    site.set_secrets()
    set_secret(site.project, Actual(site.cloud, site.stage), "OTP_SECRETS", "k" * 4000)
    found = problems(site.wanted, Actual(site.cloud, site.stage))
    told = {each.split(" has ")[0].removeprefix("The environment of ") for each in found}
    assert told == readers_of(site, "OTP_SECRETS") - site.project.reading_at_start
    assert all("`SecretsAtStart: true`" in each for each in found)
