"""Yandex's rules are broken here, before any call, and not in the cloud."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from infra.stage import StageError, load_stage
from infra.yandex.desired_state import work_out
from infra.yandex.gateway import gateway_specification
from infra.yandex.rules import RuleError, check_cron, check_name, check_path, check_resources, check_variable, cron_of
from local.gateway.template import TimerEvent
from tests.infra.conftest import Site


@pytest.mark.parametrize("name", ["request-code", "a2c", "a" * 63])
def test_good_names(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["request_code", "Chat", "1chat", "chat-", "ab", "a" * 64, "чат", ""])
def test_bad_names(name: str) -> None:
    with pytest.raises(RuleError, match="not allowed"):
        check_name(name)


@pytest.mark.parametrize(
    ("schedule", "cron"),
    [
        ("cron(0 3 * * ? *)", "0 3 * * ? *"),
        ("cron(*/15 8-18 ? * MON-FRI *)", "*/15 8-18 ? * MON-FRI *"),
        ("cron(0 0 1,15 * ? 2026-2030)", "0 0 1,15 * ? 2026-2030"),
        ("cron(0 0 L * ? *)", "0 0 L * ? *"),
        ("cron(0 0 ? * 2#1 *)", "0 0 ? * 2#1 *"),
        ("rate(1 minute)", "* * * * ? *"),
        ("rate(5 minutes)", "0/5 * * * ? *"),
        ("rate(1 hour)", "0 * * * ? *"),
        ("rate(6 hours)", "0 0/6 * * ? *"),
        ("rate(1 day)", "0 0 * * ? *"),
    ],
)
def test_schedules_of_the_template_in_yandexs_form(schedule: str, cron: str) -> None:
    assert cron_of(schedule) == cron


@pytest.mark.parametrize(
    "schedule",
    [
        "0 3 * * ? *",
        "rate(7 minutes)",
        "rate(2 days)",
        "cron(0 3 * * *)",
        "cron(0 3 * * * *)",
        "cron(0 3 ? * ? *)",
        "cron(60 3 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 3 ? * 0 *)",
        "cron(0 3 ? * 8 *)",
        "cron(0 18-8 * * ? *)",
        "cron(0/0 3 * * ? *)",
        "cron(x 3 * * ? *)",
        "cron(? 3 * * ? *)",
        "cron(0 3 * * ? 2100)",
    ],
)
def test_schedules_that_yandex_would_refuse(schedule: str) -> None:
    with pytest.raises(RuleError):
        cron_of(schedule)


def test_a_cron_expression_has_at_most_a_hundred_characters() -> None:
    with pytest.raises(RuleError, match="100"):
        check_cron(",".join(["0"] * 60) + " 3 * * ? *")


@pytest.mark.parametrize("path", ["/health", "/api/listings/{listing_id}/like", "/files/{rest+}", "/.well-known/x"])
def test_good_paths(path: str) -> None:
    check_path(path)


@pytest.mark.parametrize(
    "path", ["health", "/a/{b}-{c}", "/a/{b", "/{rest+}/more", "/a/{id}/b/{id}", "/a//b", "/a b", "/машины"]
)
def test_bad_paths(path: str) -> None:
    with pytest.raises(RuleError, match="path"):
        check_path(path)


@pytest.mark.parametrize(("memory", "seconds"), [(100, 10), (64, 10), (16384, 10), (512, 0.5), (512, 900)])
def test_bad_resources(memory: int, seconds: float) -> None:
    with pytest.raises(RuleError, match="not allowed"):
        check_resources(memory, seconds)


@pytest.mark.parametrize(("name", "value"), [("1A", "x"), ("A-B", "x"), ("GOOD", "x" * 4097)])
def test_bad_variables(name: str, value: str) -> None:
    with pytest.raises(RuleError):
        check_variable(name, value)


@pytest.mark.parametrize("taken", ["tag", "integration"])
def test_a_query_parameter_that_the_cloud_keeps_for_itself_is_refused(site: Site, taken: str) -> None:
    operation = {
        "summary": "x",
        "operationId": "x",
        "parameters": [{"name": taken, "in": "query", "schema": {"type": "string"}}],
    }
    document = {"info": {"version": "1"}, "paths": {"/health": {"get": operation}}}
    health = next(spec for spec in site.project.functions if spec.name == "health")
    template = dataclasses.replace(site.project.template, functions=(health,))
    with pytest.raises(RuleError, match=taken):
        gateway_specification(document, template, title="t", functions={"health": "f"}, account="a")


def test_a_document_that_is_out_of_date_is_refused(site: Site) -> None:
    document = {"info": {"version": "1"}, "paths": {}}
    with pytest.raises(RuleError, match="make openapi"):
        gateway_specification(document, site.project.template, title="t", functions={}, account="a")


@pytest.mark.parametrize("name", ["production-eu", "Production", "1", "../x", ""])
def test_a_stage_has_a_name_that_is_the_beginning_of_no_other(name: str) -> None:
    with pytest.raises(StageError, match="cannot be called"):
        load_stage(name)


def test_no_call_is_made_where_a_rule_is_broken(site: Site) -> None:
    first, *others = site.project.functions
    timer = TimerEvent("Often", "rate(7 minutes)", "")
    broken = dataclasses.replace(first, timers=(timer,))
    template = dataclasses.replace(site.project.template, functions=(broken, *others))
    events = {**site.project.events, (first.name, "Often"): next(iter(site.project.events.values()))}
    project = dataclasses.replace(site.project, template=template, events=events)
    with pytest.raises(RuleError, match="cannot be expressed as cron"):
        work_out(project, site.stage, site.bundles)
    assert sum(site.fake.calls.values()) == 0


def test_a_stage_whose_bursts_find_no_queue_is_refused(tmp_path: Path) -> None:
    text = '[yandex]\nfolder_id = "f"\nbundle_bucket = "b"\n[scaling.chat]\nzone_instances = 10\nzone_requests = 19\n'
    (tmp_path / "crowded.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StageError, match=r"zone_requests of chat .* at least 20"):
        load_stage("crowded", tmp_path)


def test_a_stage_sets_no_variable_that_says_what_is_connected(tmp_path: Path) -> None:
    text = '[yandex]\nfolder_id = "f"\nbundle_bucket = "b"\n[settings]\nSUPABASE_URL = "https://other.example"\n'
    (tmp_path / "connected.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StageError, match="SUPABASE_URL is no limit"):
        load_stage("connected", tmp_path)
