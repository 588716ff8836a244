"""Doctor finds what people break after a deployment: each test makes one fault and reads doctor's sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import pytest
from aiohttp import web

from auto360.core.clock import utc_now
from auto360.providers.metrics.yandex import YandexMonitoring, YandexMonitoringSettings
from auto360.providers.transport.connections import new_client
from infra import doctor
from infra.doctor import (
    banks,  # noqa: F401 - registers its checks
    examine,
    providers,  # noqa: F401
    restored,
    stage,
)
from infra.stage import Scaling, load_stage
from infra.yandex.quotas import INSTANCES
from local.simulators.optima import Optima
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.yandex_cdn_api import YandexCdn as CdnSide
from local.simulators.yandex_monitoring import Traffic
from local.simulators.yandex_monitoring import YandexMonitoring as MonitoringSide
from tests.infra.conftest import Site
from tests.support.banks import BankWorld
from tests.support.copies import CopyWorld
from tests.support.database import Database
from tests.support.functions import forget_container
from tests.support.lines import lines_of
from tests.support.yandex_cloud.state import CHANNEL

STAGED = {stage.STAGE: "production"}


def found(check: str, variables: Mapping[str, str]) -> doctor.Finding:
    return next(iter(examine(variables, [each for each in doctor.REGISTRY if each.name == check])))


@pytest.fixture
def live(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Return a stage that is deployed and healthy."""
    monkeypatch.setattr("infra.stage.load_stage", lambda name: load_stage(name) if name == "example" else site.stage)
    monkeypatch.setattr("infra.yandex.cloud.connect", lambda: site.cloud)
    site.set_secrets()
    site.deployment.deploy()
    for name in ("preconditions", "roles", "live limits"):
        assert found(name, STAGED).outcome == "ok", found(name, STAGED).told
    return site


def test_a_quota_that_was_lowered_is_found(live: Site) -> None:
    live.fake.quotas[INSTANCES] = 20
    finding = found("preconditions", STAGED)
    assert finding.outcome == "failure"
    assert finding.told.startswith(f"The quota {INSTANCES} is 20, and ")


def test_a_channel_and_a_bucket_that_are_gone_are_found(live: Site) -> None:
    live.restage(parameters={**live.stage.parameters, "YandexVideoChannelId": "vplcnowhere"})
    assert "`YandexVideoChannelId`" in found("preconditions", STAGED).told


def test_a_setting_with_which_functions_do_not_start_is_found(live: Site) -> None:
    live.restage(settings={"LIMIT_CHAT_PER_MINUTE": "many"})
    assert "LIMIT_CHAT_PER_MINUTE cannot be 'many'" in found("preconditions", STAGED).told


def test_secrets_that_no_longer_fit_into_an_environment_are_found(live: Site) -> None:
    from infra.yandex.current_state import Actual
    from infra.yandex.secrets import set_secret

    set_secret(live.project, Actual(live.cloud, live.stage), "OTP_SECRETS", "k" * 4000)
    assert "`SecretsAtStart: true`" in found("preconditions", STAGED).told


def test_a_role_on_the_video_channel_that_was_taken_away_is_found(live: Site) -> None:
    live.fake.bindings[CHANNEL].clear()
    finding = found("roles", STAGED)
    assert finding.outcome == "failure"
    assert finding.told.startswith("video.editor on the video channel for auto360-")


def test_a_secret_that_a_function_may_no_longer_read_is_found(live: Site) -> None:
    readers = next(each for each in live.fake.bindings.values() if each and "lockbox" in each[0].role_id)
    readers.clear()
    assert "lockbox.payloadViewer on " in found("roles", STAGED).told


def test_a_limit_that_was_written_and_not_deployed_is_found(live: Site) -> None:
    live.restage(scaling={"default": Scaling(2), "listings": Scaling(60, 180, 2)})
    finding = found("live limits", STAGED)
    assert finding.outcome == "warning"
    assert finding.told.endswith("-listings")


@pytest.fixture
def project(database: Database) -> dict[str, str]:
    """Return the variable of a database as the migrations leave it."""
    variables = {"BACKUP_DATABASE_URL": database.dsn}
    for name in ("new functions", "tables of the app", "extensions"):
        assert found(name, variables).outcome == "ok", found(name, variables).told
    return variables


@pytest.mark.parametrize(
    ("check", "fault", "mended", "told"),
    [
        (
            "new functions",
            "alter default privileges grant execute on functions to public",
            "alter default privileges revoke execute on functions from public",
            "the public key may call functions",
        ),
        (
            "tables of the app",
            "create table public.left_open (id int)",
            "drop table public.left_open",
            "without row level security: left_open",
        ),
    ],
)
def test_what_a_restore_may_leave_open_is_found(
    project: dict[str, str], database: Database, *, check: str, fault: str, mended: str, told: str
) -> None:
    with database.connect() as connection:
        connection.execute(fault.encode())
    try:
        finding = found(check, project)
    finally:
        with database.connect() as connection:
            connection.execute(mended.encode())
    assert finding.outcome == "failure"
    assert finding.told.startswith(told)


def test_an_extension_that_a_restore_left_out_is_found(
    project: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert restored.wanted_extensions() == ("btree_gist", "citext", "pg_trgm", "pgcrypto", "unaccent")
    monkeypatch.setattr(restored, "wanted_extensions", lambda: ("pg_trgm", "postgis"))
    assert found("extensions", project).told == "not in schema extensions: postgis"


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave environment and container as they were."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    forget_container()
    yield
    forget_container()


def wired(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Put the variables where providers are wired from."""
    os.environ.update(variables)
    return variables


@pytest.mark.usefixtures("environ")
def test_a_key_of_optima_that_may_not_read_the_statement_is_found(
    bank_world: BankWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from local.banks import function_variables

    variables = wired(function_variables(bank_world.keyring, bank_world.url))
    assert found("bank: Optima", variables).outcome == "ok"
    monkeypatch.setattr(Optima, "_statement", lambda *_: web.Response(status=500))
    finding = found("bank: Optima", variables)
    assert finding.outcome == "failure"
    assert finding.told.endswith("but no statement: http_500")


@pytest.mark.usefixtures("environ")
def test_a_merchant_that_freedom_pay_does_not_know_is_found(bank_world: BankWorld) -> None:
    from local.banks import function_variables

    variables = function_variables(bank_world.keyring, bank_world.url) | {"FREEDOMPAY_MERCHANT_ID": "999"}
    finding = found("bank: Freedom Pay", wired(variables))
    assert (finding.outcome, finding.told) == ("failure", "BankRefused error_9998")


@pytest.mark.usefixtures("environ")
def test_cdn_settings_that_keep_private_answers_or_differ_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from auto360.container import cdn
    from auto360.providers.cdn.yandex import YandexCdn, YandexCdnSettings
    from auto360.providers.transport.exchange import RetryPolicy
    from auto360.providers.video.iam import IamTokens, Token
    from tools.cdn.plan import changes
    from tools.cdn.settings import wanted

    side = CdnSide("bc8test", lambda header: header == "Bearer t1.token")
    tokens = IamTokens(lambda: Token("t1.token", 4e9), lambda: None)
    with served(Simulators(Phone(), {"yandex_cdn": side})) as url, new_client(timeout=5.0) as http:
        variables = {"YANDEX_CDN_URL": f"{url}/yandex_cdn", "YANDEX_CDN_RESOURCE_ID": "bc8test"}
        client = YandexCdn(
            YandexCdnSettings.load(variables), lines_of(http), tokens, retry_policy=RetryPolicy(3, 2, 3, 0.01)
        )
        monkeypatch.setattr(cdn, "yandex_cdn", lambda: client)
        assert found("CDN: Yandex", variables).outcome == "failure"
        for change in changes(wanted(), client.read()):
            change.apply(client)
        assert found("CDN: Yandex", variables).told.startswith("as in the repository")
        side.options["edgeCacheSettings"] = {"enabled": True, "value": {"simpleValue": "345600"}}
        assert found("CDN: Yandex", variables).told.startswith("2 dangerous settings: resource: edge_seconds must be 0")
        del side.rules[next(iter(side.rules))]
        side.options["edgeCacheSettings"] = {"enabled": True, "value": {}}
        assert found("CDN: Yandex", variables).told == "1 settings differ: create rule pictures"


def test_a_gateway_without_figures_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(_seconds: int) -> Traffic:
        return Traffic()

    side = MonitoringSide("folder", "gateway", "k" * 40, nothing)
    with served(Simulators(Phone(), {"ym": side})) as url, new_client(timeout=5.0) as http:
        variables = {
            "METRIC_SOURCE": "yandex",
            "YANDEX_MONITORING_URL": f"{url}/ym",
            "YANDEX_MONITORING_FOLDER": "folder",
            "YANDEX_MONITORING_GATEWAY": "another",
            "YANDEX_MONITORING_API_KEY": "k" * 40,
        }
        settings = YandexMonitoringSettings.load(variables)
        source = YandexMonitoring(settings, http, authorize=lambda: f"Api-Key {'k' * 40}", now=utc_now)
        monkeypatch.setattr("auto360.container.monitoring.metric_sources", lambda: [source])
        finding = found("metrics", variables)
    assert finding.outcome == "warning"
    assert "wrong name of the gateway" in finding.told


def test_files_of_supabase_whose_interface_is_off_are_found(copy_world: CopyWorld) -> None:
    variables = {**copy_world.environ, "COPIED_BUCKETS": copy_world.bucket}
    wired(variables)
    forget_container()
    assert found("files of Supabase", variables).told.startswith("1 buckets can be listed, 0 hold files")
    os.environ["SUPABASE_STORAGE_SECRET_KEY"] = "wrong"
    forget_container()
    assert found("files of Supabase", variables).outcome == "failure"
