"""Campaigns, and the state of pushes, for the operations page. SQL checks the role in the same call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.campaigns import (
    campaign_preview,
    campaign_save,
    campaign_switch,
    campaigns_list,
)
from auto360.providers.database.functions.push_reports import push_status


@dataclass(frozen=True)
class Campaigns:
    """Campaign use cases and push status; each raises Forbidden for another role."""

    database: Database

    def status(self, staff_member: Principal, *, days: int) -> Row:
        """Return the result of SQL function `push_status` for the last `days` Bishkek days."""
        return accepted(push_status(self.database, operator_id=staff_member.user_id, days=days))

    def newest(self, staff_member: Principal, *, limit: int) -> list[Row]:
        """Return the newest campaigns."""
        found: list[Row] = accepted(campaigns_list(self.database, operator_id=staff_member.user_id, limit=limit))[
            "campaigns"
        ]
        return found

    def draft(self, staff_member: Principal, campaign: Mapping[str, Any]) -> str:
        """Store a draft; returns its id."""
        return str(accepted(campaign_save(self.database, operator_id=staff_member.user_id, campaign=campaign))["id"])

    def preview(self, staff_member: Principal, campaign_id: str) -> Row:
        """Return a campaign with its texts, its audience now, and its progress. Raises NotFound."""
        return accepted(campaign_preview(self.database, operator_id=staff_member.user_id, campaign_id=campaign_id))

    def switch(
        self, staff_member: Principal, campaign_id: str, action: Literal["start", "stop"], *, request_id: str
    ) -> bool:
        """Start a draft or stop a campaign; False where another request came first. Raises NotFound."""
        answer = campaign_switch(
            self.database,
            operator_id=staff_member.user_id,
            campaign_id=campaign_id,
            action=action,
            request_id=request_id,
        )
        return bool(accepted(answer)["changed"])
