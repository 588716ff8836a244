"""Differences of the live profiles of Smart Web Security from the rules of the repository.

The profiles are made by hand or by Terraform (docs/runbooks/edge-blocks-people.md); nothing here changes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from yandex.cloud.smartwebsecurity.v1.advanced_rate_limiter.advanced_rate_limiter_profile_pb2 import (
    AdvancedRateLimiterProfile,
    AdvancedRateLimiterRule,
)
from yandex.cloud.smartwebsecurity.v1.security_profile_pb2 import SecurityProfile, SecurityRule

from infra.edge.rules import Rule

_Characteristic = AdvancedRateLimiterRule.DynamicQuota.Characteristic
_IP = _Characteristic.SimpleCharacteristic.Type.IP
_HEADER = _Characteristic.KeyCharacteristic.Type.HEADER_KEY


def profile_faults(profile: SecurityProfile) -> Iterator[str]:
    """Yield settings that would break an app or disable the protection."""
    if profile.default_action == SecurityProfile.DefaultAction.DENY:
        yield "the profile denies by default"
    if not profile.advanced_rate_limiter_profile_id:
        yield "the profile has no Advanced Rate Limiter"
    for rule in profile.security_rules:
        for kind, full in (
            (rule.smart_protection, SecurityRule.SmartProtection.Mode.FULL),
            (rule.waf, SecurityRule.Waf.Mode.FULL),
        ):
            if kind.mode == full and not rule.dry_run:
                yield f"rule {rule.name} shows a captcha, which an app cannot: set its mode to API protection"


def limiter_faults(limiter: AdvancedRateLimiterProfile, rules: tuple[Rule, ...]) -> Iterator[str]:
    """Return rules that are missing, differ, or have another mode than the file."""
    live = {rule.name: rule for rule in limiter.advanced_rate_limiter_rules}
    for rule in rules:
        found = live.pop(rule.name, None)
        if found is None:
            yield f"the limiter lacks the rule {rule.name}"
        else:
            yield from _differences(rule, found)
    for name in live:
        yield f"the limiter has a rule {name} that the file does not name"


def _differences(rule: Rule, found: AdvancedRateLimiterRule) -> Iterator[str]:
    quota = found.dynamic_quota
    if quota.action != AdvancedRateLimiterRule.Action.DENY:
        yield f"{rule.name} does not deny, as an API must"
    limits = {
        "limit": (quota.limit, rule.limit),
        "period_seconds": (quota.period, rule.period_seconds),
        "ban_seconds": (quota.ban_period, rule.ban_seconds),
        "dry_run": (found.dry_run, rule.dry_run),
        "by": (_group(quota), rule.by),
    }
    for name, (live, wanted) in limits.items():
        if live != wanted:
            yield f"{rule.name}: {name} is {live} and should be {wanted}"


def _group(quota: AdvancedRateLimiterRule.DynamicQuota) -> str:
    [*characteristics] = quota.characteristics
    if len(characteristics) == 1:
        [only] = characteristics
        if only.simple_characteristic.type == _IP:
            return "address"
        key = only.key_characteristic
        if key.type == _HEADER and key.value.lower() == "authorization":
            return "authorization"
    return "something else"
