"""Delivery webhook of SMSC: a form, signed with a secret of the account (docs/reference/sms-login.md, section 2.1)."""

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl

from pydantic import Field, SecretStr

from auto360.core.settings import EnvSettings
from auto360.providers.sms import PushedReport, SmsPushRefused
from auto360.providers.sms.smsc import report_of

_MAX_FIELDS = 20


class SmscPushSettings(EnvSettings):
    """`SMSC_CALLBACK_SECRET`: secret with which SMSC signs its webhooks."""

    smsc_callback_secret: SecretStr = Field(min_length=16)


class SmscPushReader:
    """`SmsPushReader` for SMSC."""

    is_proof = True

    def __init__(self, settings: SmscPushSettings) -> None:
        self._secret = settings.smsc_callback_secret.get_secret_value()

    def read(self, body: bytes) -> Sequence[PushedReport]:
        """Return the receipt of a form, if `sha1` or `md5` of `id:phone:status:secret` proves it.

        Crc32 proves nothing.
        """
        try:
            fields = dict(parse_qsl(body.decode("ascii"), max_num_fields=_MAX_FIELDS))
            message_id, phone, status = fields["id"], fields["phone"], int(fields["status"])
            if not (message_id.isprintable() and phone.isprintable()):
                raise ValueError("no id or phone")
        except (ValueError, KeyError) as error:
            raise SmsPushRefused("unreadable") from error
        signed = f"{message_id}:{phone}:{fields['status']}:{self._secret}".encode()
        expected = {
            "sha1": hashlib.sha1(signed, usedforsecurity=False).hexdigest(),
            "md5": hashlib.md5(signed, usedforsecurity=False).hexdigest(),
        }
        kind = "sha1" if "sha1" in fields else "md5"
        if not hmac.compare_digest(fields.get(kind, "").lower().encode(), expected[kind].encode()):
            raise SmsPushRefused("forged")
        return [PushedReport(message_id[:100], "+" + phone.lstrip("+")[:20], report_of(status))]
