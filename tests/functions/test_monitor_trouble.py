"""Monitor when its own parts are down: sources, providers, channels, the database, its process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auto360.container import monitoring
from auto360.core.errors import SettingsInvalid
from auto360.providers.database import DatabaseUnavailable
from local.operations import ALERT_PHONE
from tests.support.functions import Functions
from tests.support.operations import BAD, GOOD, RULE, Operations, fire
from tests.support.rows import rows


def test_what_cannot_be_measured_neither_opens_nor_closes(operations: Operations) -> None:
    fire(operations)
    for mode in ("dead", "denied", "garbage", "http_500"):
        operations.monitoring.turn({"mode": mode})
        report = operations.run()
        assert report["sources_down"] == 1
        assert report["problems"].startswith("yandex_monitoring: ")
        operations.let_time_pass(300)
    assert rows(operations.database, "select state from alerts") == [("open",)]


def test_silence_at_the_gateway_is_no_good_news(operations: Operations) -> None:
    fire(operations)
    operations.traffic(codes=GOOD)
    operations.run()
    operations.traffic(codes={"200": 0})
    for _ in range(3):
        operations.let_time_pass(300)
        operations.run()
    assert rows(operations.database, "select state from alerts") == [("open",)]


def test_a_monitor_that_dies_while_it_sends_loses_nothing_and_sends_one_sms(operations: Operations) -> None:
    world = operations
    world.only(RULE)
    world.execute("update alert_rules set channels = '{sms}' where code = %s", RULE)
    world.traffic(codes=BAD)
    world.run()
    world.let_time_pass(300)

    class Died(BaseException):
        """Process ends."""

    class DyingDatabase:
        """Takes every call but the one that would note that a message was sent."""

        def __init__(self, behind: Any) -> None:
            self.behind = behind

        def call(self, function: str, arguments: Any) -> Any:
            if function in ("alert_message_record", "release_job_lease"):
                raise Died
            return self.behind.call(function, arguments)

        def call_read(self, function: str, arguments: Any) -> Any:
            return self.behind.call_read(function, arguments)

        def select(self, *args: Any, **kwargs: Any) -> Any:
            return self.behind.select(*args, **kwargs)

    monitor = monitoring.monitor()
    with pytest.raises(Died):
        replace(monitor, database=DyingDatabase(monitor.database))()
    assert len(world.sms.texts(ALERT_PHONE)) == 1
    world.execute("update job_leases set lease_until = now()")
    world.let_time_pass(60)
    world.run()
    assert len(world.sms.texts(ALERT_PHONE)) == 1
    assert rows(world.database, "select distinct state from alert_events") == [("sent",)]


def test_dead_providers_of_sms_delay_the_message_and_do_not_lose_it(operations: Operations) -> None:
    world = operations
    world.only(RULE)
    world.sms.turn("nikita", "status", status=4)
    world.sms.turn("smsc", "error", error_code=3)
    world.traffic(codes=BAD)
    world.run()
    world.let_time_pass(300)
    assert world.run()["failed"] == 1
    assert world.news() == {"sms": [], "email": [world.mail.inbox()[0]["subject"]], "webhook": []}
    for provider in ("nikita", "smsc"):
        world.sms.turn(provider, "ok")
    world.run()
    assert world.news()["sms"] == []
    world.let_time_pass(60)
    world.run()
    assert len(world.news()["sms"]) == 1


def test_an_address_that_is_refused_keeps_no_message_from_others(operations: Operations) -> None:
    operations.functions.set(ALERT_EMAILS="gone@refused.invalid,second@360auto.invalid", ALERT_PHONES="")
    operations.only(RULE)
    operations.traffic(codes=BAD)
    operations.run()
    operations.let_time_pass(300)
    report = operations.run()
    assert (report["sent"], report["failed"], report["problems"]) == (1, 1, "email: MessageRejected")
    assert [mail["to"] for mail in operations.mail.inbox()] == ["second@360auto.invalid"]


def test_without_a_database_operators_get_one_sms_an_hour(operations: Operations) -> None:
    world = operations
    world.functions.set(SUPABASE_REST_URL="http://127.0.0.1:9")
    monitor = monitoring.monitor()
    impatient = replace(monitor, call_for_help=replace(monitor.call_for_help, sleep=lambda _: None))  # type: ignore[type-var]
    for _ in range(3):
        with pytest.raises(DatabaseUnavailable):
            impatient()
    assert world.sms.texts(ALERT_PHONE) == ["360Auto! База данных не отвечает. database-down"]


def test_a_missing_account_for_mail_is_a_start_up_error_that_names_it(operations: Operations) -> None:
    operations.functions.set(MAIL_ACCESS_KEY="", MAIL_SENDER="")
    with pytest.raises(SettingsInvalid, match=r"MAIL_ACCESS_KEY.*MAIL_SENDER"):
        operations.run()


def test_without_recipients_alerts_are_noted_and_nobody_is_needed(functions: Functions, operations: Operations) -> None:
    functions.set(ALERT_PHONES="", ALERT_EMAILS="", ALERT_WEBHOOK_URL="", MAIL_ACCESS_KEY="")
    functions.set(METRIC_SOURCE="", SUPABASE_METRICS_URL="")
    operations.only("backup_failed_warning")
    operations.execute(
        """insert into backup_runs (kind, state, finished_at, failure_reason) values ('videos', 'failed', now(), 'x')"""
    )
    operations.run()
    assert rows(operations.database, "select event, state from alert_events") == [("opened", "noted")]
