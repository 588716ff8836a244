"""SMS suppliers in the order in which they are asked."""

from collections.abc import Collection, Sequence
from functools import cache

from pydantic import field_validator

from auto360.settings import EnvSettings
from auto360.sms import SmsSupplier
from auto360.sms.delivery import Delivery, deliver
from auto360.wiring.data import supplier_http


class SmsSettings(EnvSettings):
    """`SMS_SUPPLIERS`: names, the first one asked first."""

    sms_suppliers: str = "nikita,smsc"

    @field_validator("sms_suppliers")
    @classmethod
    def _known(cls, value: str) -> str:
        if not set(value.split(",")) <= {"nikita", "smsc"}:
            raise ValueError("must be a comma-separated list of: nikita, smsc")
        return value


@cache
def suppliers() -> Sequence[SmsSupplier]:
    """The configured suppliers."""
    return tuple(_supplier(name) for name in SmsSettings.load().sms_suppliers.split(","))


def _supplier(name: str) -> SmsSupplier:
    if name == "smsc":
        from auto360.sms.smsc import SmscSettings, SmscSms

        return SmscSms(SmscSettings.load(), supplier_http())
    from auto360.sms.nikita import NikitaSettings, NikitaSms

    return NikitaSms(NikitaSettings.load(), supplier_http())


def deliver_sms(phone: str, text: str, *, sms_id: str, passed_over: Collection[str]) -> Delivery:
    """Hand an SMS to the configured suppliers."""
    return deliver(phone, text, sms_id=sms_id, suppliers=suppliers(), passed_over=passed_over)
