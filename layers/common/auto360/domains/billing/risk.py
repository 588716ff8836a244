"""Thresholds of the fraud rules on new orders. The rules count in the database."""

from typing import Any

from pydantic import Field

from auto360.core.encrypted_fields import StoredSecrets
from auto360.core.settings import EnvSettings
from auto360.providers.database import bytea

DEVICE = "payment_risk_decisions.device_digest"


class RiskPolicy(EnvSettings):
    """Counts from which an order is refused or reviewed.

    Refused: orders of one user or device in an hour, failed payments of a user in a day. Reviewed: other users of the
    device in a day, and an account younger than `risk_new_account_minutes` that orders for at least
    `risk_expensive_tyiyn` (above the price of the listed tiers, so that it concerns offers).
    """

    risk_orders_of_user_per_hour: int = Field(12, ge=1)
    risk_orders_of_device_per_hour: int = Field(20, ge=1)
    risk_failures_of_user_per_day: int = Field(10, ge=1)
    risk_users_of_device_per_day: int = Field(4, ge=1)
    risk_new_account_minutes: int = Field(1440, ge=0)
    risk_expensive_tyiyn: int = Field(100_000, ge=1)

    def question(self, *, address: str, device_id: str, secrets: StoredSecrets) -> dict[str, Any]:
        """Return the arguments of the rules: caller and thresholds. The device is stored as a digest only."""
        device = bytea(secrets.digest(device_id, purpose=DEVICE)) if device_id else None
        return {
            "address": address,
            "device_digest": device,
            "orders_of_user": self.risk_orders_of_user_per_hour,
            "orders_of_device": self.risk_orders_of_device_per_hour,
            "failures_of_user": self.risk_failures_of_user_per_day,
            "users_of_device": self.risk_users_of_device_per_day,
            "new_account_minutes": self.risk_new_account_minutes,
            "expensive_tyiyn": self.risk_expensive_tyiyn,
        }
