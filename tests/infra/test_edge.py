"""Flood protection: rules that no honest crowd meets, live profiles compared with them, a gateway that plays them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from yandex.cloud.smartwebsecurity.v1.advanced_rate_limiter.advanced_rate_limiter_profile_pb2 import (
    AdvancedRateLimiterProfile,
    AdvancedRateLimiterRule,
)
from yandex.cloud.smartwebsecurity.v1.security_profile_pb2 import SecurityProfile, SecurityRule

from infra import __main__ as program
from infra.doctor import Warn, Wrong, edge
from infra.edge.rules import EdgeError, Rule, load_rules, problems
from infra.stage import Roof
from infra.template import load_project
from infra.yandex import cloud as cloud_module
from infra.yandex.rules import RuleError
from local.gateway.edge import Edge, edge_from
from tests.infra.conftest import Site
from tests.support.yandex_cloud.state import PROFILE

PROJECT = load_project()
RULES = load_rules()
ADDRESS, LOGIN, _, SESSION = RULES


def test_the_rules_of_the_repository_have_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(problems(RULES, PROJECT, {})) == []
    assert program.main(["edge"]) == 0
    assert "login-codes    by address" in capsys.readouterr().out


def test_every_rule_begins_as_a_dry_run() -> None:
    assert all(rule.dry_run for rule in RULES)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"limit": 5_999}, "2.0 times LIMIT_ADDRESS_PER_MINUTE (3000)"),
        ({"above": "LIMIT_NOBODYS_PER_MINUTE"}, "no function has a limit"),
        ({"paths": ("/nowhere",)}, "no address of the API begins with /nowhere"),
        ({"paths": ("/api/auth/me",)}, "under some of its addresses and not under all"),
    ],
)
def test_a_rule_that_people_would_meet_or_that_misses_its_target_is_a_fault(changes: dict[str, Any], told: str) -> None:
    assert any(told in each for each in problems((ADDRESS.model_copy(update=changes),), PROJECT, {}))


def test_a_stage_that_raises_its_own_limit_is_told_that_the_edge_is_in_the_way() -> None:
    assert list(problems((LOGIN,), PROJECT, {"OTP_ADDRESS_PER_HOUR": "180"})) == []
    [fault] = problems((LOGIN,), PROJECT, {"OTP_ADDRESS_PER_HOUR": "181"})
    assert "OTP_ADDRESS_PER_HOUR (181)" in fault


def test_two_rules_of_one_name_are_a_fault() -> None:
    assert "two rules are called address" in list(problems((ADDRESS, ADDRESS), PROJECT, {}))


@pytest.mark.parametrize("text", ["[[rule", "rule = []", '[[rule]]\nname = "x"', "[[rule]]\ncaptcha = true"])
def test_a_rules_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "rules.toml").write_text(text, encoding="utf-8")
    with pytest.raises(EdgeError, match=r"^rules\.toml"):
        load_rules(tmp_path / "rules.toml")


def test_the_web_acl_of_aws_has_the_same_figures() -> None:
    acl = PROJECT.document["Resources"]["EdgeAcl"]["Properties"]["Rules"]
    figures = {
        each["Name"]: (
            each["Statement"]["RateBasedStatement"]["Limit"],
            each["Statement"]["RateBasedStatement"]["EvaluationWindowSec"],
        )
        for each in acl
    }
    assert figures == {rule.name: (rule.limit, rule.period_seconds) for rule in RULES}


def quota(rule: Rule) -> AdvancedRateLimiterRule:
    """Return a live rule as the file defines it."""
    made = AdvancedRateLimiterRule(name=rule.name, dry_run=rule.dry_run)
    made.dynamic_quota.action = AdvancedRateLimiterRule.Action.DENY
    made.dynamic_quota.limit, made.dynamic_quota.period = rule.limit, rule.period_seconds
    made.dynamic_quota.ban_period = rule.ban_seconds
    group = made.dynamic_quota.characteristics.add()
    if rule.by == "address":
        group.simple_characteristic.type = type(group).SimpleCharacteristic.Type.IP
    else:
        group.key_characteristic.type = type(group).KeyCharacteristic.Type.HEADER_KEY
        group.key_characteristic.value = "Authorization"
    return made


@pytest.fixture
def examined(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Return a stage whose profiles are those of the file."""
    monkeypatch.setattr(cloud_module, "connect", lambda: site.cloud)
    site.fake.limiter.advanced_rate_limiter_rules.extend(map(quota, RULES))
    return site


def doctor() -> str:
    return edge.edge({edge.PROFILE: PROFILE})


def test_the_doctor_is_content_with_profiles_that_are_those_of_the_file(examined: Site) -> None:
    assert doctor() == "4 rules, 4 of them in a dry run"


def test_the_doctor_names_every_difference_of_the_live_rules(examined: Site) -> None:
    rules = examined.fake.limiter.advanced_rate_limiter_rules
    rules[0].dynamic_quota.limit, rules[0].dry_run = 10, False
    rules[1].dynamic_quota.action = AdvancedRateLimiterRule.Action.CAPTCHA
    rules[3].name = "by-hand"
    with pytest.raises(Warn) as warned:
        doctor()
    told = str(warned.value)
    for part in (
        "address: limit is 10 and should be 6000",
        "address: dry_run is False and should be True",
        "login-codes does not deny",
        "the limiter lacks the rule session",
        "the limiter has a rule by-hand",
    ):
        assert part in told


@pytest.mark.parametrize("kind", ["smart_protection", "waf"])
def test_the_doctor_refuses_a_profile_that_shows_a_captcha(examined: Site, kind: str) -> None:
    rule = SecurityRule(name="protection")
    part = getattr(rule, kind)
    part.mode = type(part).Mode.FULL
    examined.fake.security_profile.security_rules.append(rule)
    with pytest.raises(Wrong, match="rule protection shows a captcha"):
        doctor()
    examined.fake.security_profile.security_rules[0].dry_run = True
    assert "4 rules" in doctor()


def test_the_doctor_refuses_a_profile_that_denies_by_default_or_limits_nothing(examined: Site) -> None:
    examined.fake.security_profile = SecurityProfile(id=PROFILE, default_action=SecurityProfile.DefaultAction.DENY)
    examined.fake.limiter = AdvancedRateLimiterProfile()
    with pytest.raises(Wrong, match="denies by default; the profile has no Advanced Rate Limiter"):
        doctor()


def specification(site: Site) -> dict[str, Any]:
    [text] = site.fake.specifications.values()
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_stage_attaches_its_profile_and_its_roof_to_the_gateway(site: Site) -> None:
    site.set_secrets()
    site.restage(security_profile_id=PROFILE, roof=Roof(500, {"POST /api/auth/request-code": 50}))
    site.deployment.deploy()
    found = specification(site)
    assert found["x-yc-apigateway"]["smartWebSecurity"] == {"securityProfileId": PROFILE}
    assert found["x-yc-apigateway"]["rateLimit"] == {"allRequests": {"rps": 500}}
    roof = {"allRequests": {"rps": 50}}
    for alias in ("/api", "", "/api/v1", "/api/api"):
        assert found["paths"][f"{alias}/auth/request-code"]["post"]["x-yc-apigateway-rate-limit"] == roof
    assert "x-yc-apigateway-rate-limit" not in found["paths"]["/api/auth/me"]["get"]
    site.restage(security_profile_id="", roof=Roof())
    site.deployment.deploy()
    assert {"smartWebSecurity", "rateLimit"} & set(specification(site)["x-yc-apigateway"]) == set()


@pytest.mark.parametrize(
    "roof", [Roof(0, {"POST /api/nowhere": 5}), Roof(0, {"GET /health": 0})], ids=["unknown", "nothing passes"]
)
def test_a_roof_over_nothing_or_with_no_way_in_is_refused(site: Site, roof: Roof) -> None:
    site.restage(roof=roof)
    with pytest.raises(RuleError, match=r"roof"):
        site.deployment.plan()


class Flood:
    """Edge with a clock of its own, and requests to it."""

    def __init__(self, *rules: Rule, is_blocking: bool = True) -> None:
        self.seconds = 0.0
        self.edge = Edge(rules, is_blocking=is_blocking, now=lambda: self.seconds)

    def statuses(self, count: int, *, path: str = "/api/auth/request-code", address: str = "198.51.100.1") -> set[int]:
        answers = [self.edge.refusal(path=path, address=address, authorization="Bearer x") for _ in range(count)]
        return {answer.status if answer else 200 for answer in answers}


def test_the_local_edge_keeps_a_group_out_for_as_long_as_the_rule_says() -> None:
    flood = Flood(LOGIN)
    assert flood.statuses(60) == {200}
    assert flood.statuses(1) == {429}
    assert flood.statuses(1, address="198.51.100.2") == {200}
    assert flood.statuses(1, path="/api/listings") == {200}
    flood.seconds = 599
    assert flood.statuses(1) == {429}
    flood.seconds = 600
    assert flood.statuses(60) == {200}


def test_a_dry_run_only_counts() -> None:
    flood = Flood(LOGIN, is_blocking=False)
    assert flood.statuses(70) == {200}
    assert flood.edge.over == {"login-codes": 10}


def test_a_blocked_client_sees_a_page_without_our_envelope() -> None:
    flood = Flood(changed(SESSION, limit=10))
    assert flood.statuses(10, path="/api/listings") == {200}
    answer = flood.edge.refusal(path="/api/listings", address="198.51.100.9", authorization="Bearer x")
    assert answer is not None
    assert (answer.status, answer.content_type) == (429, "text/html")
    assert "success" not in (answer.text or "")


def changed(rule: Rule, **changes: Any) -> Rule:
    return rule.model_copy(update=changes)


@pytest.mark.parametrize(("mode", "is_on"), [("block", True), ("count", True), ("", False), ("on", False)])
def test_the_local_edge_is_off_unless_it_is_named(mode: str, is_on: bool) -> None:  # noqa: FBT001 - a table
    found = edge_from(mode)
    assert (found is not None) is is_on
    assert found is None or found.is_blocking is (mode == "block")
