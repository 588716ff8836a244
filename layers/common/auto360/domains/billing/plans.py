"""Plan of a user: subscription, tiers on sale, and changes."""

from dataclasses import dataclass
from typing import Literal

from auto360.core.identity import Principal
from auto360.core.messages import Language
from auto360.core.refusals import accepted
from auto360.domains.billing.provider_registry import BankDirectory
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.subscription_plans import (
    subscription_change,
    subscription_history,
    subscription_read,
)
from auto360.providers.payments import Bank

Change = Literal["cancel", "resume", "downgrade"]
_TIERS = "tier:app_code,tier_code:code,{name},listings_per_month,price_tyiyn,period_days,features,position"


@dataclass(frozen=True)
class Plans:
    """Subscription use cases and their dependencies."""

    database: Database
    banks: BankDirectory

    def current(self, principal: Principal) -> Row:
        """Return the running plan, its usage, open payments and offers. Raises AuthenticationRequired."""
        return accepted(subscription_read(self.database, user_id=principal.user_id))

    def tiers(self, principal: Principal, *, language: Language) -> list[Row]:
        """Return tiers on sale, cheapest first, named in a language. A price of None is by offer."""
        select = _TIERS.format(name=f"name:name_{language}")
        return self.database.select("tiers", {"select": select, "order": "position"}, user_token=principal.token)

    def banks_offered(self) -> list[Bank]:
        """Return banks that take new orders, in the app's order."""
        found = (self.banks.bank(name) for name in self.banks.offered)
        return [bank for bank in found if bank is not None]

    def history(self, principal: Principal) -> list[Row]:
        """Return the paid periods, newest first."""
        periods: list[Row] = subscription_history(self.database, user_id=principal.user_id)
        return periods

    def change(self, principal: Principal, change: Change, *, request_id: str, tier: str | None = None) -> Row:
        """Cancel at the end of the paid period, undo that, or schedule a lower tier; returns the plan.

        Raises SubscriptionNone, TierNotLower.
        """
        actor = {"kind": "user", "user_id": principal.user_id, "request_id": request_id}
        return accepted(
            subscription_change(self.database, user_id=principal.user_id, action=change, tier=tier, actor=actor)
        )
