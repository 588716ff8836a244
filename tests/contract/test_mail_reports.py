"""Envelope of Amazon SNS: signatures of both versions, and what a forger tries."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from auto360.core.clock import utc_now
from auto360.providers.email.sns import SnsMessages, SnsRefused, SnsUnreachable

TOPIC = "arn:aws:sns:eu-central-1:123456789012:mail-reports"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
CONFIRM = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=t&Token=23"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: rsa.RSAPrivateKey = KEY, *, begins: int = -20, days: int = 10) -> bytes:
    """Return a certificate of a key that is good from one day to another, counted from now."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(utc_now() + timedelta(days=begins))
    made = builder.not_valid_after(utc_now() + timedelta(days=days)).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


def envelope(*, version: str = "1", key: rsa.RSAPrivateKey = KEY, **changes: Any) -> dict[str, Any]:
    """Return a notification as SNS signs it: the fields of the published order, each with its name."""
    kind = changes.get("Type", "Notification")
    sent = {
        "Type": kind,
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": json.dumps({"eventType": "Bounce"}),
        "Timestamp": "2026-11-29T12:00:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        **changes,
    }
    names = {
        "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
        "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    }[kind]
    text = "".join(f"{name}\n{sent[name]}\n" for name in names if name in sent)
    digest: hashes.HashAlgorithm = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303
    sent["Signature"] = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), digest)).decode()
    return sent


def reader(fetched: list[str], *, answer: bytes = b"") -> SnsMessages:
    def fetch(url: str) -> bytes:
        fetched.append(url)
        return answer or certificate()

    return SnsMessages(TOPIC, fetch, utc_now)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [{}, {"Subject": "Amazon SES Email Event Notification"}])
def test_a_signed_notification_is_read_and_its_certificate_fetched_once(version: str, subject: dict[str, Any]) -> None:
    fetched: list[str] = []
    messages = reader(fetched)
    for _ in range(2):
        assert messages.read(envelope(version=version, **subject)) == {"eventType": "Bounce"}
    assert fetched == [CERTIFICATE]


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem",
        "https://evil.example/sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem",
        "http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.example/SimpleNotificationService-0.pem",
        "https://bucket.s3.amazonaws.com/SimpleNotificationService-0.pem",
        "https://sns.eu-central-1.amazonaws.com/?Action=GetObject&x=.pem",
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem\n",
        "https://sns.eu-central-1.amazonaws.com:444/SimpleNotificationService-0.pem",
        "https://sns.eu-central-1.amazonaws.com/../SimpleNotificationService-0.pem",
        # A bucket of the name sns in another region's older form, and SNS where our topic is not.
        "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-0.pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
        "https://sns.eu-central-1.amazonaws.com.cn/SimpleNotificationService-0.pem",
    ],
)
def test_a_certificate_elsewhere_is_not_even_fetched(url: str) -> None:
    fetched: list[str] = []
    with pytest.raises(SnsRefused):
        reader(fetched).read(envelope(SigningCertURL=url))
    assert fetched == []


def test_altered_foreign_and_old_messages_are_refused() -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = envelope()
    for forged in (
        {**good, "Message": json.dumps({"eventType": "Complaint"})},
        {**good, "SignatureVersion": "2"},
        {**good, "SignatureVersion": "3"},
        {**good, "Signature": "not base64"},
        {**good, "Subject": "added"},
        {**good, "Type": "UnsubscribeConfirmation"},
        envelope(key=other),
        envelope(TopicArn="arn:aws:sns:eu-central-1:999999999999:mail-reports"),
    ):
        with pytest.raises(SnsRefused):
            reader([]).read(forged)
    for over in (certificate(days=-5), certificate(begins=1)):
        with pytest.raises(SnsRefused):
            reader([], answer=over).read(good)
    with pytest.raises(SnsUnreachable):
        reader([], answer=b"busy").read(good)


def test_a_subscription_is_confirmed_at_sns_alone() -> None:
    fetched: list[str] = []
    confirmation: dict[str, Any] = {"Type": "SubscriptionConfirmation", "Token": "23"}
    assert reader(fetched).read(envelope(SubscribeURL=CONFIRM, **confirmation)) is None
    assert fetched == [CERTIFICATE, CONFIRM]
    for host in ("evil.example", "sns.s3-us-west-2.amazonaws.com", "sns.us-east-1.amazonaws.com", "169.254.169.254"):
        asked: list[str] = []
        url = f"https://{host}/?Action=ConfirmSubscription&Token=23"
        with pytest.raises(SnsRefused):
            reader(asked).read(envelope(SubscribeURL=url, **confirmation))
        assert asked == [CERTIFICATE]


def test_a_topic_in_china_has_its_certificate_there() -> None:
    topic = "arn:aws-cn:sns:cn-north-1:123456789012:mail-reports"
    url = "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0.pem"
    messages = SnsMessages(topic, lambda _: certificate(), utc_now)
    assert messages.read(envelope(TopicArn=topic, SigningCertURL=url)) == {"eventType": "Bounce"}
    with pytest.raises(SnsRefused):
        messages.read(envelope(TopicArn=topic, SigningCertURL=url.replace(".cn/", "/")))


def test_a_message_that_is_nested_without_end_is_none() -> None:
    assert reader([]).read(envelope(Message="[" * 100_000)) is None


def test_without_a_topic_no_envelope_is_accepted() -> None:
    with pytest.raises(SnsRefused):
        SnsMessages("", lambda _: certificate(), utc_now).read(envelope())
