"""Monitor: one at a time, messages with back-off, silence, and what happens when its own parts are down."""

from __future__ import annotations

from typing import Any

import pytest

from auto360.container import monitoring
from local.operations import ALERT_PHONE
from tests.support.concurrency import run_in_parallel
from tests.support.market import User, new_user
from tests.support.operations import BAD, GOOD, RULE, Operations, fire
from tests.support.rows import rows


def test_a_message_says_what_since_when_and_what_to_do(operations: Operations) -> None:
    world = operations
    world.only(RULE)
    world.traffic(codes=BAD)
    world.run()
    world.let_time_pass(300)
    world.run()
    [sms] = world.sms.texts(ALERT_PHONE)
    assert sms.startswith("360Auto! Ошибки запросов: 10 %, порог 5 %. ")
    [mail] = world.mail.inbox()
    assert mail["subject"] == f"[critical] {sms}"
    assert "Правило: error_rate_critical." in mail["text"]
    assert "Что делать: docs/runbooks/error-rate.md" in mail["text"]
    recorded = rows(world.database, "select purpose, state, supplier from sms_messages where phone = %s", ALERT_PHONE)
    assert recorded == [("alert", "accepted", "nikita")]


def test_monitors_at_the_same_moment_tell_everything_once(operations: Operations) -> None:
    world = operations
    world.only(RULE)
    world.traffic(codes=BAD)
    world.run()
    world.let_time_pass(300)
    monitor = monitoring.monitor()
    reports = run_in_parallel(6, monitor)
    assert sum(report.get("opened", 0) for report in reports) == 1
    assert world.news() == {
        "sms": world.sms.texts(ALERT_PHONE),
        "email": [world.mail.inbox()[0]["subject"]],
        "webhook": [],
    }


def test_judges_and_senders_without_a_lease_still_do_nothing_twice(operations: Operations) -> None:
    world = operations
    world.only(RULE)
    world.traffic(codes=BAD)
    world.run()
    world.let_time_pass(300)
    reading = '[{"metric": "error_rate", "subject": "", "value": 10}]'
    judge = "select alerts_judge(array['error_rate'], %s, %s)"
    people = '{"sms": ["+996700000360"], "email": ["a@b.kg"], "webhook": []}'
    judged = run_in_parallel(6, lambda: rows(world.database, judge, reading, people)[0][0]["opened"])
    assert sorted(judged) == [0, 0, 0, 0, 0, 1]
    claims = run_in_parallel(6, lambda: rows(world.database, "select alert_messages_claim(1, 60)")[0][0])
    ids = [message["id"] for claim in claims for message in claim]
    assert len(ids) == len(set(ids)) == 2


def test_an_alert_that_lasts_is_repeated_at_doubling_distances(operations: Operations) -> None:
    fire(operations)
    counts = []
    for hours in (1, 1, 1, 4, 8, 16, 24, 24):
        operations.let_time_pass(hours * 3600)
        operations.run()
        counts.append(len(operations.news()["sms"]))
    assert counts == [1, 0, 1, 1, 1, 1, 1, 1]


def test_a_person_silences_an_alert_and_still_hears_that_it_is_over(operations: Operations) -> None:
    fire(operations)
    staff_member = with_role(operations, "moderator")
    [alert] = monitoring.alerts().current(principal(staff_member))
    assert (alert["rule"], alert["state"], alert["unsent"]) == (RULE, "open", 0)
    monitoring.alerts().silence(principal(staff_member), alert["id"], minutes=600)
    operations.let_time_pass(5 * 3600)
    operations.run()
    assert operations.news() == {"sms": [], "email": [], "webhook": []}
    operations.let_time_pass(6 * 3600)
    operations.run()
    assert len(operations.news()["sms"]) == 1
    operations.traffic(codes=GOOD)
    operations.run()
    operations.let_time_pass(120)
    operations.run()
    assert operations.news()["sms"][0].startswith("360Auto: в норме.")
    log = rows(operations.database, "select action, details from audit_log where actor_user_id = %s", staff_member.id)
    assert log == [("alert.silence", {"minutes": 600})]


def test_only_operators_see_alerts_and_only_administrators_the_database(operations: Operations) -> None:
    from auto360.core.errors import Forbidden, NotFound

    stranger, moderator = with_role(operations, "user"), with_role(operations, "moderator")
    for act in (monitoring.alerts().current, monitoring.alerts().database_report):
        with pytest.raises(Forbidden):
            act(principal(stranger))
    with pytest.raises(Forbidden):
        monitoring.alerts().database_report(principal(moderator))
    with pytest.raises(NotFound):
        monitoring.alerts().silence(principal(moderator), moderator.id, minutes=5)
    report = monitoring.alerts().database_report(principal(with_role(operations, "admin")))
    assert report["bytes"] > 1_000_000
    assert {"table", "rows", "bytes"} <= set(report["tables"][0])
    assert isinstance(report["unused_indexes"], list)
    assert isinstance(report["missing_indexes"], list)


def test_an_administrator_changes_a_rule_and_it_is_written_down(operations: Operations) -> None:
    from auto360.core.errors import Forbidden, NotFound
    from auto360.domains.monitoring.alerts import RuleChange

    admin, moderator = with_role(operations, "admin"), with_role(operations, "moderator")
    assert len(monitoring.alerts().rules(principal(moderator))) >= 30
    with pytest.raises(Forbidden):
        monitoring.alerts().change_rule(principal(moderator), RULE, RuleChange(threshold=1))
    with pytest.raises(NotFound):
        monitoring.alerts().change_rule(principal(admin), "no_such_rule", RuleChange(threshold=1))
    changed = monitoring.alerts().change_rule(principal(admin), RULE, RuleChange(threshold=12, channels=["email"]))
    assert (changed["threshold"], changed["channels"], changed["is_active"]) == (12, ["email"], True)
    operations.only(RULE)
    operations.traffic(codes=BAD)
    operations.run()
    assert rows(operations.database, "select state from alerts") == []
    [(details,)] = rows(operations.database, "select details from audit_log where actor_user_id = %s", admin.id)
    assert details["before"]["threshold"] == 5


def test_a_figure_that_comes_back_for_a_moment_does_not_close_the_alert(operations: Operations) -> None:
    fire(operations)
    for codes in (GOOD, BAD, GOOD, BAD):
        operations.traffic(codes=codes)
        operations.run()
        operations.let_time_pass(60)
    assert operations.news() == {"sms": [], "email": [], "webhook": []}


def test_a_few_requests_at_night_wake_nobody_and_may_say_that_it_is_over(operations: Operations) -> None:
    few_bad, few_good = {"200": 10, "500": 4}, {"200": 10}
    operations.only(RULE)
    operations.traffic(codes=few_bad)
    operations.run()
    assert rows(operations.database, "select state from alerts") == []
    fire(operations)
    operations.traffic(codes=few_bad)
    operations.run()
    assert rows(operations.database, "select state, within_since is null from alerts") == [("open", True)]
    operations.traffic(codes=few_good)
    operations.run()
    operations.let_time_pass(120)
    operations.run()
    assert operations.news()["sms"][0].startswith("360Auto: в норме. Ошибки запросов: 0 %.")


def test_where_nobody_tells_the_use_of_the_disk_it_is_the_size_of_the_database(operations: Operations) -> None:
    operations.only("disk_usage_critical")
    operations.functions.set(SUPABASE_METRICS_URL="", DATABASE_DISK_GB="0.01")
    assert operations.run()["opened"] == 1
    operations.functions.set(DATABASE_DISK_GB="8")
    assert operations.run()["closed"] == 1


def test_a_rule_that_is_switched_off_is_over(operations: Operations) -> None:
    fire(operations)
    operations.execute("update alert_rules set is_active = false")
    operations.run()
    assert operations.news()["sms"][0].startswith("360Auto: в норме.")


def with_role(world: Operations, role: str) -> User:
    user = new_user(world.functions, world.database, "sms")
    world.execute("update accounts set role = %s where id = %s", role, user.id)
    return user


def principal(user: User) -> Any:
    from auto360.container import tokens

    return tokens.access_tokens().check(user.token)


def test_on_a_monday_the_weekly_backup_of_sunday_is_young_enough(operations: Operations) -> None:
    operations.only("backup_database_critical")
    for kind, hours in (("database_daily", 47), ("database_weekly", 23)):
        operations.execute(
            """insert into backup_runs (kind, state, started_at, finished_at, verified_at)
               values (%s, 'verified', now() - %s * interval '1 hour', now(), now())""",
            kind, hours,
        )  # fmt: skip
    assert operations.run()["opened"] == 0
    operations.execute("update backup_runs set started_at = started_at - interval '8 hours'")
    assert operations.run()["opened"] == 1
