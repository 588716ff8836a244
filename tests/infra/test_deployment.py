"""Deployer against Yandex Cloud's own services: what it plans, does, leaves alone, and takes back."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from typing import Any

import pytest
from openapi_spec_validator import validate
from yandex.cloud.serverless.triggers.v1.trigger_service_pb2 import UpdateTriggerRequest

from infra import smoke
from infra.bundle import DIRECT_LIMIT
from infra.stage import Scaling
from infra.yandex.checks import problems
from infra.yandex.cloud import CloudError
from infra.yandex.current_state import Actual
from infra.yandex.deployment import DeploymentFailed
from infra.yandex.health import HealthCheck, Unhealthy
from infra.yandex.secrets import set_secret
from tests.infra.conftest import Site
from tests.support.healthy_site import HealthySite
from tests.support.yandex_cloud.state import CERTIFICATE, CHANNEL, FOLDER, NETWORK


@pytest.fixture
def deployed(site: Site) -> Site:
    site.set_secrets()
    site.deployment.deploy()
    return site


def kinds(site: Site) -> Counter[str]:
    return Counter(step.kind for step in site.deployment.plan())


def test_a_plan_of_an_empty_folder_lists_everything_and_changes_nothing(site: Site) -> None:
    site.set_secrets()
    before = site.fake.changes
    plan = kinds(site)
    assert site.fake.changes == before
    functions = len(site.project.functions)
    assert plan["function"] == plan["version"] == plan["scaling"] == functions
    assert plan["service account"] == functions + 2
    assert plan["gateway"] == 1
    assert plan["trigger"] == len(site.wanted.triggers) > 0


def test_after_a_deployment_the_plan_is_empty(deployed: Site) -> None:
    assert deployed.plan() == []
    assert deployed.deployment.deploy() == 0


def test_a_changed_handler_makes_exactly_one_new_version(deployed: Site) -> None:
    before = deployed.fake.calls["Functions.CreateVersion"]
    old = deployed.live("chat")
    deployed.code("chat", "better code")
    assert kinds(deployed) == {"version": 1}
    assert "code" in deployed.plan()[0]
    assert deployed.deployment.deploy() == 2
    assert deployed.fake.calls["Functions.CreateVersion"] == before + 1
    assert deployed.live("chat").id != old.id
    previous = Actual(deployed.cloud, deployed.stage).tagged(f"{deployed.stage.prefix}-chat", "previous")
    assert previous is not None
    assert previous.id == old.id
    assert deployed.plan() == []


BREAKS = [
    ("Accounts.Create", 3),
    ("Functions.Create", 2),
    ("Bindings.UpdateAccessBindings", 5),
    ("Functions.CreateVersion", 4),
    ("Functions.SetTag", 3),
    ("Functions.SetScalingPolicy", 2),
    ("Gateways.Create", 1),
    ("Triggers.Create", 1),
]


@pytest.mark.parametrize(("call", "number"), BREAKS)
def test_a_run_that_broke_in_the_middle_is_completed_by_the_next_one(site: Site, call: str, number: int) -> None:
    site.set_secrets()
    site.fake.break_at(call, number)
    with pytest.raises((CloudError, DeploymentFailed), match="UNAVAILABLE"):
        site.deployment.deploy()
    made = site.fake.calls["Functions.CreateVersion"]
    site.deployment.deploy()
    assert site.plan() == []
    # What the first run finished is not done a second time.
    failed = 1 if call == "Functions.CreateVersion" else 0
    functions = len(site.project.functions)
    assert len(site.fake.versions) == len(site.fake.functions) == functions
    assert site.fake.calls["Functions.CreateVersion"] == functions + failed
    assert made <= functions


def test_a_deployment_that_is_not_healthy_goes_back_to_what_was_live(deployed: Site) -> None:
    old = deployed.live("chat").id
    specification = dict(deployed.fake.specifications)
    deployed.code("chat", "broken code")
    deployed.is_healthy = fail
    with pytest.raises(DeploymentFailed, match=r"502.*previous versions are live again"):
        deployed.deployment.deploy()
    assert deployed.live("chat").id == old
    assert deployed.fake.specifications == specification
    deployed.is_healthy = lambda _address: None
    assert kinds(deployed) == {"tag live": 1}
    deployed.deployment.deploy()
    assert deployed.live("chat").id != old


def fail(address: str) -> None:
    raise Unhealthy(f"GET {address}/health answered 502.")


def test_one_can_go_back_by_hand(deployed: Site) -> None:
    old = deployed.live("chat").id
    deployed.code("chat", "code that is worse than it looks")
    deployed.deployment.deploy()
    assert deployed.deployment.roll_back() == 1
    assert deployed.live("chat").id == old


def readers_of(site: Site, key: str) -> set[str]:
    return {function.name for function in site.wanted.functions if key in function.secrets.values()}


def test_a_rotated_secret_makes_new_versions_of_its_readers_alone(deployed: Site) -> None:
    told = set_secret(deployed.project, Actual(deployed.cloud, deployed.stage), "OTP_SECRETS", "k2:new,k1:old")
    readers = readers_of(deployed, "OTP_SECRETS")
    assert "admin" in readers
    assert all(name in told for name in readers)
    copies = {each.start_secret for each in deployed.wanted.functions if each.name in readers} - {""}
    steps = deployed.deployment.plan()
    assert {step.name for step in steps if step.kind == "secret"} == copies
    versions = {step.name: step.detail for step in steps if step.kind == "version"}
    assert {name.removeprefix(f"{deployed.stage.prefix}-").replace("-", "_") for name in versions} == readers
    assert set(versions.values()) == {"secrets", "variables"}
    assert len(versions) + len(copies) == len(steps)
    deployed.deployment.deploy()
    assert deployed.plan() == []


def test_a_service_account_can_read_the_secrets_of_its_function_and_no_other(deployed: Site) -> None:
    names = {account.id: account.name for account in deployed.fake.accounts.values()}
    secrets = {secret.id: secret.name for secret in deployed.fake.secrets.values()}
    allowed = {
        (secrets[resource], names[binding.subject.id])
        for resource, bindings in deployed.fake.bindings.items()
        for binding in bindings
        if resource in secrets
    }
    wanted = deployed.wanted
    copies = {(each.start_secret, each.account) for each in wanted.functions if each.start_secret}
    assert allowed == copies | {
        (wanted.secret_resource(key), function.account)
        for function in wanted.functions
        if not function.start_secret
        for key in function.secrets.values()
    }


def test_secrets_that_do_not_fit_are_copied_into_one_that_the_function_reads_at_its_start(deployed: Site) -> None:
    [admin] = [each for each in deployed.wanted.functions if each.name == "admin"]
    version, copy = deployed.live("admin"), Actual(deployed.cloud, deployed.stage).secrets[admin.start_secret]
    assert list(version.secrets) == []
    assert version.environment["LOCKBOX_SECRET_ID"] == copy.id
    assert version.environment["LOCKBOX_VERSION_ID"] == copy.current_version.id
    assert deployed.fake.values[copy.name] == {name: f"the value of {key}" for name, key in admin.secrets.items()}
    assert not set(admin.secrets) & set(version.environment)


def test_a_copy_of_secrets_that_broke_in_the_middle_is_made_anew(deployed: Site) -> None:
    set_secret(deployed.project, Actual(deployed.cloud, deployed.stage), "OTP_SECRETS", "k2:new,k1:old")
    deployed.fake.break_at("Secrets.Update", 1)
    with pytest.raises(CloudError, match="UNAVAILABLE"):
        deployed.deployment.deploy()
    deployed.deployment.deploy()
    assert deployed.plan() == []
    copy = f"{deployed.stage.prefix}-admin-environment"
    assert deployed.fake.values[copy]["OTP_SECRETS"] == "k2:new,k1:old"


def test_functions_are_called_by_the_gateway_and_by_triggers_and_by_nobody_else(deployed: Site) -> None:
    names = {account.id: account.name for account in deployed.fake.accounts.values()}
    for function in deployed.wanted.functions:
        resource = Actual(deployed.cloud, deployed.stage).function_id(function.resource)
        callers = {names[binding.subject.id] for binding in deployed.fake.bindings.get(resource, [])}
        wanted = {deployed.wanted.gateway} if function.is_called_by_gateway else set()
        wanted |= {deployed.wanted.trigger_account} if function.is_called_by_triggers else set()
        assert callers == wanted


def test_a_role_that_is_no_longer_needed_is_taken_away(deployed: Site) -> None:
    stage = deployed.stage
    deployed.restage(absent_secrets=stage.absent_secrets | {"REDIS_URL"})
    assert kinds(deployed)["role"] > 0
    deployed.deployment.deploy()
    secret = Actual(deployed.cloud, deployed.stage).secrets[f"{stage.prefix}-redis-url"]
    assert list(deployed.fake.bindings[secret.id]) == []
    assert deployed.plan() == []


def test_large_bundles_go_through_object_storage_once(site: Site) -> None:
    site.set_secrets()
    site.code("chat", "much code", size=DIRECT_LIMIT + 1)
    site.deployment.deploy()
    [package] = [each for each in site.fake.packages if each.bucket_name]
    assert package.object_name == f"bundles/{site.bundles['chat'].path.name}"
    assert package.sha256 == site.bundles["chat"].sha256
    assert site.plan() == []


def test_a_timer_has_a_cron_of_six_fields_retries_and_a_queue_for_what_fails(deployed: Site) -> None:
    for trigger in deployed.fake.triggers.values():
        if trigger.rule.WhichOneof("rule") == "timer":
            invoke = trigger.rule.timer.invoke_function_with_retry
            assert len(trigger.rule.timer.cron_expression.split()) == 6
            assert invoke.function_tag == "live"
            assert 1 <= invoke.retry_settings.retry_attempts <= 5
            assert invoke.dead_letter_queue.queue_id.startswith("arn:")


def test_the_gateway_gets_a_valid_specification_that_declares_every_path_parameter(deployed: Site) -> None:
    [text] = deployed.fake.specifications.values()
    specification = json.loads(text)
    validate(specification)
    assert len(text) < 3_500_000
    ids = {function.id for function in deployed.fake.functions.values()}
    names: list[str] = []
    for path, operations in specification["paths"].items():
        assert "options" in operations
        assert ("head" in operations) is ("get" in operations)
        for operation in operations.values():
            declared = [each["name"] for each in operation["parameters"] if each["in"] == "path" and each["required"]]
            assert declared == [part[1:-1] for part in path.split("/") if part.startswith("{")]
            integration = operation["x-yc-apigateway-integration"]
            assert integration["function_id"] in ids
            assert integration["payload_format_version"] == "1.0"
            assert integration["tag"] == "${var.tag}"
            names.append(operation["operationId"])
    assert len(names) == len(set(names))
    assert {"/api/auth/me", "/auth/me", "/api/v1/auth/me", "/api/api/auth/me", "/health", "/admin"} <= set(
        specification["paths"]
    )


def test_a_canary_takes_its_share_and_leaves_what_is_live(deployed: Site) -> None:
    old = deployed.live("chat").id
    deployed.code("chat", "code for a few")
    deployed.deployment.start_canary(10)
    [gateway] = deployed.fake.gateways.values()
    assert gateway.canary.weight == 10
    assert gateway.canary.variables["tag"].string_value == "canary"
    actual = Actual(deployed.cloud, deployed.stage)
    assert deployed.live("chat").id == old
    for function in deployed.wanted.functions:
        tagged = actual.tagged(function.resource, "canary")
        assert tagged is not None
        assert (tagged.id == deployed.live(function.name).id) == (function.name != "chat")
    deployed.deployment.deploy()
    assert not next(iter(deployed.fake.gateways.values())).HasField("canary")
    assert deployed.live("chat").id != old


def test_a_canary_can_be_ended(deployed: Site) -> None:
    deployed.deployment.start_canary(25)
    assert deployed.deployment.start_canary(0) == 1
    assert deployed.plan() == []


def test_a_domain_is_attached(deployed: Site) -> None:
    deployed.restage(domain="api.example.org", certificate_id=CERTIFICATE)
    assert kinds(deployed) == {"domain": 1}
    deployed.deployment.deploy()
    assert deployed.plan() == []


def test_scaling_follows_the_stage(deployed: Site) -> None:
    deployed.fake.provisioned_quota = 100
    deployed.restage(scaling={"default": Scaling(20, 40, 1)})
    assert kinds(deployed) == {"scaling": len(deployed.project.functions)}
    deployed.deployment.deploy()
    assert {policy.zone_instances_limit for policy in deployed.fake.scaling.values()} == {20}


def test_what_the_template_no_longer_has_is_deleted_and_nothing_of_other_people(deployed: Site) -> None:
    from yandex.cloud.serverless.functions.v1.function_pb2 import Function

    prefix = deployed.stage.prefix
    deployed.fake.functions["theirs"] = Function(id="theirs", name="somebody-elses", folder_id=FOLDER)
    deployed.fake.functions["old"] = Function(id="old", name=f"{prefix}-retired", folder_id=FOLDER)
    assert [str(step) for step in deployed.deployment.plan()] == [
        f"- {'function':<16} {prefix}-retired  (with all its versions)"
    ]
    deployed.deployment.deploy()
    assert "somebody-elses" in deployed.fake.names()
    assert f"{prefix}-retired" not in deployed.fake.names()


def test_destroying_a_stage_leaves_its_secrets_and_what_others_have(deployed: Site) -> None:
    secrets = len(deployed.fake.secrets)
    deployed.deployment.destroy()
    assert len(deployed.fake.secrets) == secrets > 0
    fake = deployed.fake
    assert [*fake.functions, *fake.triggers, *fake.gateways, *fake.accounts] == []
    deployed.deployment.deploy()
    assert deployed.plan() == []


@pytest.mark.parametrize("parameter", ["YandexStorageBucket", "PictureIncomingBucketName"])
def test_a_bucket_of_uploads_is_made_before_the_trigger_on_it(parameter: str, site: Site) -> None:
    site.set_secrets()
    bucket = site.stage.parameters[parameter]
    assert f"+ {'bucket':<16} {bucket}  (for uploads)" in site.plan()
    site.deployment.deploy()
    assert bucket in site.fake.buckets
    [trigger] = [each for each in site.fake.triggers.values() if each.rule.object_storage.bucket_id == bucket]
    site.fake.buckets.remove(bucket)
    actual = Actual(site.cloud, site.stage)
    request = UpdateTriggerRequest(trigger_id=trigger.id, rule=trigger.rule)
    with pytest.raises(CloudError, match="not found"):
        actual.cloud.run(actual.cloud.triggers.Update, request)


def test_functions_that_handle_videos_get_their_role_on_the_channel_alone(deployed: Site) -> None:
    names = {account.id: account.name.removeprefix(f"{deployed.stage.prefix}-") for account in accounts(deployed)}
    holders = {(names[each.subject.id], each.role_id) for each in deployed.fake.bindings[CHANNEL]}
    functions = ("video-token", "video", "video-poller", "video-migrator", "media-copies")
    assert holders == {(function, "video.editor") for function in functions}
    in_the_folder = {each.role_id for each in deployed.fake.bindings[FOLDER]}
    assert "video.editor" not in in_the_folder


def accounts(site: Site) -> list[Any]:
    return list(site.fake.accounts.values())


def test_a_timer_whose_events_shall_not_be_repeated_has_no_retry_settings(site: Site) -> None:
    site.set_secrets()
    never = {key: dataclasses.replace(options, retries=0) for key, options in site.project.events.items()}
    site.project = dataclasses.replace(site.project, events=never)
    site.deployment.deploy()
    timers = [each.rule.timer for each in site.fake.triggers.values() if each.rule.WhichOneof("rule") == "timer"]
    assert timers
    assert not any(timer.invoke_function_with_retry.HasField("retry_settings") for timer in timers)
    assert site.plan() == []


def test_a_stage_sets_limits_otherwise_than_the_template(deployed: Site) -> None:
    deployed.restage(settings={"LIMIT_CHAT_PER_MINUTE": "7", "SENTRY_TRACES_RATE": "0.5"})
    assert problems(deployed.wanted, Actual(deployed.cloud, deployed.stage)) == []
    deployed.deployment.deploy()
    assert deployed.live("chat").environment["LIMIT_CHAT_PER_MINUTE"] == "7"
    assert "LIMIT_CHAT_PER_MINUTE" not in deployed.live("consents").environment
    assert {deployed.live(each.name).environment["SENTRY_TRACES_RATE"] for each in deployed.wanted.functions} == {"0.5"}


def test_a_stage_in_a_network_calls_out_from_there(deployed: Site) -> None:
    functions = len(deployed.project.functions)
    deployed.restage(network_id=NETWORK)
    steps = deployed.deployment.plan()
    assert Counter((step.kind, step.detail) for step in steps) == {("version", "network"): functions}
    deployed.deployment.deploy()
    assert deployed.live("payments").connectivity.network_id == NETWORK
    assert deployed.plan() == []


def test_a_secret_that_nobody_reads_is_refused(site: Site) -> None:
    with pytest.raises(CloudError, match="No function"):
        set_secret(site.project, Actual(site.cloud, site.stage), "NOBODYS", "value")


def test_values_of_secrets_appear_in_no_plan_and_no_report(deployed: Site) -> None:
    deployed.code("chat", "new")
    told = "\n".join([*deployed.plan(), *deployed.reported])
    assert "the value of" not in told


def test_health_is_asked_through_the_gateway_for_every_http_function(site: Site) -> None:
    outside = HealthySite()
    count = HealthCheck("https://gate", outside.send, pause=lambda _: None)(site.project.functions)
    assert count == len([spec for spec in site.project.functions if spec.routes])
    preflights, calls = outside.asked[:count], outside.asked[count:]
    assert all(each.startswith("OPTIONS /") for each in preflights)
    assert calls == [f"{call.method} {call.path}" for call in smoke.CALLS]
    assert len(calls) == 20


def test_a_function_that_does_not_answer_is_named(site: Site) -> None:
    outside = HealthySite(broken="/api/chat")
    with pytest.raises(Unhealthy, match="chat answered 502"):
        HealthCheck("https://gate", outside.send, pause=lambda _: None)(site.project.functions)


@pytest.mark.parametrize("header", ["Authorization", "Cookie"])
def test_a_gateway_that_keeps_a_header_back_is_no_healthy_one(site: Site, header: str) -> None:
    outside = HealthySite(kept_back=(header,))
    with pytest.raises(Unhealthy, match=f"did not bring {header.lower()} to the function"):
        HealthCheck("https://gate", outside.send, pause=lambda _: None)(site.project.functions)
