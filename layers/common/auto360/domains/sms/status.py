"""How SMS are doing: balances and prices, delivery by operator, costs per day."""

from dataclasses import dataclass

from auto360.core.identity import Principal
from auto360.domains.sms.errors import accepted
from auto360.providers.database import Database, Row


@dataclass(frozen=True)
class SmsStatus:
    """The figures for operators."""

    database: Database

    def __call__(self, operator: Principal, *, days: int) -> Row:
        """What SQL function `sms_status` gives for the last `days` Bishkek days. Raises Forbidden."""
        return accepted(self.database.call("sms_status", {"p_operator_id": operator.user_id, "p_days": days}))
