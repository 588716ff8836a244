"""Envelope of Amazon SNS around reports of SES: its signature, verified by the certificate that it names.

The certificate must lie at the host of SNS in the topic's region: any other certificate allows forged reports, and
among similar names of hosts are buckets (`sns.s3-us-west-2.amazonaws.com`).
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auto360.core.clock import Clock

_CERTIFICATE = re.compile(r"SimpleNotificationService-[A-Za-z0-9]{1,80}\.pem")
_CONFIRMATION = re.compile(r"\?Action=ConfirmSubscription&[\x21-\x7e]{1,1000}")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


class SnsRefused(Exception):
    """Not a message of our topic signed by SNS."""


class SnsUnreachable(Exception):
    """Certificate cannot be fetched now; SNS repeats the message."""


@dataclass(frozen=True)
class SnsMessages:
    """Reads messages of one topic. `fetch` returns the body at an address of SNS."""

    topic: str
    fetch: Callable[[str], bytes]
    now: Clock
    _certificates: dict[str, Any] = field(default_factory=dict)

    def read(self, envelope: Mapping[str, Any]) -> object:
        """Return the message as JSON; None for the confirmation of a subscription, which is answered.

        Raises SnsRefused, SnsUnreachable.
        """
        if not self.topic or envelope.get("TopicArn") != self.topic:
            raise SnsRefused
        self._check(envelope)
        if envelope["Type"] == "SubscriptionConfirmation":
            if not self._is_at_sns(str(envelope.get("SubscribeURL")), _CONFIRMATION):
                raise SnsRefused
            self.fetch(str(envelope["SubscribeURL"]))
            return None
        try:
            document: object = json.loads(str(envelope.get("Message")))
        except (ValueError, RecursionError):
            # SES sends a plain text when it is switched on.
            return None
        return document

    def _check(self, envelope: Mapping[str, Any]) -> None:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.hazmat.primitives.hashes import SHA1, SHA256

        hashes = {"1": SHA1, "2": SHA256}
        names, version = _SIGNED.get(str(envelope.get("Type"))), str(envelope.get("SignatureVersion"))
        if names is None or version not in hashes:
            raise SnsRefused
        signed = "".join(f"{name}\n{envelope[name]}\n" for name in names if envelope.get(name) is not None)
        key = self._certificate(str(envelope.get("SigningCertURL"))).public_key()
        try:
            signature = base64.b64decode(str(envelope.get("Signature")), validate=True)
            if not isinstance(key, RSAPublicKey):
                raise SnsRefused
            key.verify(signature, signed.encode(), PKCS1v15(), hashes[version]())
        except (InvalidSignature, binascii.Error, ValueError) as error:
            raise SnsRefused from error

    def _is_at_sns(self, url: str, path: re.Pattern[str]) -> bool:
        _, partition, _, region, *_ = self.topic.split(":")
        host = f"https://sns.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}/"
        return url.startswith(host) and path.fullmatch(url, len(host)) is not None

    def _certificate(self, url: str) -> Any:
        from cryptography.x509 import load_pem_x509_certificate

        if not self._is_at_sns(url, _CERTIFICATE):
            raise SnsRefused
        if url not in self._certificates:
            try:
                self._certificates[url] = load_pem_x509_certificate(self.fetch(url))
            except ValueError as error:
                raise SnsUnreachable from error
        found = self._certificates[url]
        if not found.not_valid_before_utc <= self.now() <= found.not_valid_after_utc:
            del self._certificates[url]
            raise SnsRefused
        return found
