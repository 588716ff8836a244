"""Login code requests: one database call before the SMS, one after it."""

import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from auto360.core.keyed_secrets import stored_digest
from auto360.core.refusals import accepted
from auto360.core.refusals.accounts import PhoneRejected, SmsUnavailable
from auto360.domains.accounts.client import Client
from auto360.domains.accounts.code_policy import CodePolicy
from auto360.domains.accounts.code_secrets import CodeSecrets
from auto360.domains.accounts.code_text import AutofillSettings, code_text
from auto360.providers.database import Database, bytea
from auto360.providers.database.functions.email_login import login_request_email
from auto360.providers.database.functions.login_code_requests import login_record_sms, login_request_code
from auto360.providers.sms.delivery import Deliver, Delivery


@dataclass(frozen=True)
class CodeSent:
    """Sent code. `request_id` proves to verify-code that this caller requested it."""

    request_id: str
    code_length: int
    expires_in: int
    resend_in: int


@dataclass(frozen=True)
class CodeIssuer:
    """Sends login codes."""

    database: Database
    secrets: CodeSecrets
    policy: CodePolicy
    autofill: AutofillSettings
    deliver: Deliver
    new_nonce: Callable[[], str] = lambda: randomness.token_hex(16)
    new_id: Callable[[], UUID] = uuid4

    def __call__(self, phone: str, *, client: Client) -> CodeSent:
        """Send a login code to a phone (E.164).

        Until it expires the same code is sent again. Raises the refusal of a limit that is used up, PhoneRejected
        when the mobile network refuses the number, SmsUnavailable when no provider accepted it; the last two return the
        phone's allowance.
        """
        reserved = self._reserve(phone, client=client)
        if phone not in self.policy.test_codes:
            key_id, nonce = reserved["key_id"], reserved["nonce"]
            code = self.secrets.code(key_id, phone=phone, nonce=nonce, length=self.policy.code_length)
            text = code_text(code, language=client.language, platform=client.platform, autofill=self.autofill)
            passed_over = {*reserved["open_circuits"], reserved["undelivered_supplier"]} - {None}
            delivery = self.deliver(phone, text, sms_id=reserved["sms_id"], passed_over=passed_over)
        else:
            delivery = Delivery((), provider="test_number")
        login_record_sms(self.database, **delivery.record(reserved["sms_id"]))
        if delivery.bad_number:
            raise PhoneRejected
        if delivery.provider is None:
            raise SmsUnavailable
        policy = self.policy
        return CodeSent(reserved["sms_id"], policy.code_length, reserved["expires_in"], policy.otp_resend_seconds)

    def by_email(self, phone: str, *, client: Client) -> CodeSent:
        """Send the live code of a phone by e-mail, where its SMS has failed (docs/decisions/0145).

        Answers alike with and without an account or address. Raises the refusal of a limit that is used up,
        EmailCodeClosed where SMS have not failed for this caller.
        """
        limits, policy = self.policy.limits(phone, client.address), self.policy
        sent = accepted(login_request_email(self.database, phone=phone, address=client.address, limits=limits))
        return CodeSent(sent["sms_id"], policy.code_length, sent["expires_in"], policy.otp_resend_seconds)

    def _reserve(self, phone: str, *, client: Client) -> dict[str, Any]:
        policy, key_id = self.policy, self.secrets.ids[0]
        nonce, code_id = self.new_nonce(), self.new_id()
        code = policy.test_codes.get(phone) or self.secrets.code(
            key_id, phone=phone, nonce=nonce, length=policy.code_length
        )
        digest = stored_digest(code_id, self.secrets.check_digest(key_id, phone=phone, code=code))
        answer = login_request_code(
            self.database,
            phone=phone,
            address=client.address,
            request_id=client.request_id,
            rules=policy.rules(phone, client.address),
            code_id=str(code_id),
            nonce=nonce,
            code_digest=bytea(digest),
            key_id=key_id,
            code_length=policy.code_length,
            known_key_ids=self.secrets.ids,
            tries=policy.otp_tries,
            ttl_seconds=policy.otp_ttl_seconds,
            min_life_seconds=policy.otp_min_life_seconds,
            cost_tyiyn=policy.otp_sms_cost_tyiyn,
        )
        return accepted(answer)
