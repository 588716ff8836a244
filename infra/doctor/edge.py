"""Check of the edge: live profiles equal those of the repository and suit the app."""

from __future__ import annotations

from infra.doctor import Variables, Warn, Wrong, check

# Not a variable of a function: the stage's `security_profile_id`, passed by the report.
PROFILE = "SECURITY_PROFILE_ID"


@check(
    "edge",
    needs=(PROFILE,),
    advice="Bring the profiles in line with infra/edge/rules.toml (docs/runbooks/edge-blocks-people.md).",
)
def edge(variables: Variables) -> str:
    """Check that the security profile suits an API and that its limiter has the rules of the repository."""
    from yandex.cloud.smartwebsecurity.v1.advanced_rate_limiter.advanced_rate_limiter_profile_service_pb2 import (
        GetAdvancedRateLimiterProfileRequest,
    )
    from yandex.cloud.smartwebsecurity.v1.security_profile_service_pb2 import GetSecurityProfileRequest

    from infra.edge.profile import limiter_faults, profile_faults
    from infra.edge.rules import load_rules
    from infra.yandex.cloud import connect

    cloud, rules = connect(), load_rules()
    profile = cloud.call(cloud.profiles.Get, GetSecurityProfileRequest(security_profile_id=variables[PROFILE]))
    faults = list(profile_faults(profile))
    if faults:
        raise Wrong("; ".join(faults))
    limiter_id = profile.advanced_rate_limiter_profile_id
    request = GetAdvancedRateLimiterProfileRequest(advanced_rate_limiter_profile_id=limiter_id)
    differences = list(limiter_faults(cloud.call(cloud.limiters.Get, request), rules))
    if differences:
        raise Warn("; ".join(differences))
    dry = sum(rule.dry_run for rule in rules)
    return f"{len(rules)} rules, {dry} of them in a dry run"
