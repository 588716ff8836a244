"""Alerts for staff: listing, silencing, rules."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.alert_administration import (
    alert_rule_change,
    alert_rules_list,
    alert_silence,
    alerts_list,
)
from auto360.providers.database.functions.database_health import database_report


class RuleChange(BaseModel):
    """Changeable fields of a rule; omitted ones stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: float | None = None
    for_seconds: int | None = Field(None, ge=0, le=86400)
    is_active: bool | None = None
    channels: list[Literal["sms", "email", "webhook"]] | None = None


@dataclass(frozen=True)
class Alerts:
    """Alerts and database state for staff. SQL checks the role in the same call."""

    database: Database

    def current(self, staff_member: Principal, *, limit: int = 50) -> list[Row]:
        """Return open alerts, then the last closed ones. Raises Forbidden."""
        alerts: list[Row] = accepted(alerts_list(self.database, operator_id=staff_member.user_id, limit=limit))[
            "alerts"
        ]
        return alerts

    def silence(self, staff_member: Principal, alert_id: str, *, minutes: int) -> Row:
        """Suppress repetitions for a while: {silenced_until}. Raises NotFound, Forbidden."""
        answer = alert_silence(self.database, operator_id=staff_member.user_id, alert_id=alert_id, minutes=minutes)
        return accepted(answer)

    def rules(self, staff_member: Principal) -> list[Row]:
        """Return every rule. Raises Forbidden."""
        rules: list[Row] = accepted(alert_rules_list(self.database, operator_id=staff_member.user_id))["rules"]
        return rules

    def change_rule(self, staff_member: Principal, code: str, change: RuleChange) -> Row:
        """Change a rule without a deployment; the audit log keeps the old values. Raises NotFound, Forbidden."""
        changes = change.model_dump(exclude_none=True)
        answer = alert_rule_change(self.database, operator_id=staff_member.user_id, code=code, changes=changes)
        rule: Row = accepted(answer)["rule"]
        return rule

    def database_report(self, staff_member: Principal) -> Row:
        """Return size, slow statements, largest tables, missing and unused indexes. Raises Forbidden."""
        return accepted(database_report(self.database, operator_id=staff_member.user_id))
