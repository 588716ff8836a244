"""Single messages by staff: template, phone, limit, audit log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4, uuid5

from pydantic import Field

from auto360.core.identity import Principal
from auto360.core.messages import Language, sentence
from auto360.core.messages.operations import SMS_TEMPLATES
from auto360.core.refusals import accepted
from auto360.core.refusals.accounts import PhoneRejected, SmsUnavailable
from auto360.core.settings import EnvSettings
from auto360.providers.database import Database, Row
from auto360.providers.database.functions.sms_reports import sms_record
from auto360.providers.database.functions.sms_sending import sms_reserve_by_operator
from auto360.providers.sms.delivery import Deliver

Template = Literal["listing_question", "payment_question", "payment_refunded", "account_question", "test"]
_REPEATED = UUID("0c0f3c2e-6a3f-4c43-9d58-6b5c6f3b7a10")


class StaffSmsPolicy(EnvSettings):
    """Messages by hand per phone and hour, and per staff member and day."""

    staff_sms_per_phone_hour: int = Field(3, ge=1)
    staff_sms_per_day: int = Field(50, ge=1)


@dataclass(frozen=True)
class SmsOrigin:
    """Origin of the request, for the audit log."""

    address: str
    request_id: str


@dataclass(frozen=True)
class StaffSms:
    """Sends single messages. SQL checks the role in the same call."""

    database: Database
    policy: StaffSmsPolicy
    deliver: Deliver
    new_id: Callable[[], UUID] = uuid4

    def send(
        self,
        staff_member: Principal,
        phone: str,
        *,
        template: Template,
        language: Language,
        idempotency_key: str | None,
        origin: SmsOrigin,
    ) -> Row:
        """Send a template to a phone (E.164): {sms_id, state, provider}. Idempotent by `idempotency_key`.

        Raises Forbidden, StaffSmsLimit, IdempotencyKeyReused, PhoneRejected, SmsUnavailable.
        """
        sms_id = str(
            uuid5(_REPEATED, f"{staff_member.user_id} {idempotency_key}") if idempotency_key else self.new_id()
        )
        reserved = accepted(
            sms_reserve_by_operator(
                self.database,
                sms_id=sms_id,
                operator_id=staff_member.user_id,
                phone=phone,
                template=template,
                address=origin.address,
                request_id=origin.request_id,
                cost_tyiyn=0,
                per_phone_hour=self.policy.staff_sms_per_phone_hour,
                per_operator_day=self.policy.staff_sms_per_day,
            )
        )
        if "state" in reserved:
            return {"sms_id": sms_id, "state": reserved["state"], "provider": None}
        text = sentence(SMS_TEMPLATES, template, language)
        delivery = self.deliver(phone, text, sms_id=sms_id, passed_over=reserved["open_circuits"])
        sms_record(self.database, **delivery.record(sms_id))
        if delivery.bad_number:
            raise PhoneRejected
        if delivery.provider is None:
            raise SmsUnavailable
        return {"sms_id": sms_id, "state": "accepted", "provider": delivery.provider}
