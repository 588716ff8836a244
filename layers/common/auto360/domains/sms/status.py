"""SMS status: balances and prices, delivery by mobile network, daily costs."""

from dataclasses import dataclass

from auto360.core.identity import Principal
from auto360.core.refusals import accepted
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.sms_status import sms_status


@dataclass(frozen=True)
class SmsStatus:
    """SMS status for staff."""

    database: Database

    def __call__(self, staff_member: Principal, *, days: int) -> Row:
        """Return the result of SQL function `sms_status` for the last `days` Bishkek days. Raises Forbidden."""
        return accepted(sms_status(self.database, operator_id=staff_member.user_id, days=days))
