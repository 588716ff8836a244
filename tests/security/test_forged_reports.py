"""Webhooks of SMS and video providers in the hands of strangers: what they claim is never believed."""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.attackers import Target
from tests.support.people import new_phone
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")

VIDEO_REPORT = "/webhooks/video/api-video"
_SENT = "select supplier, supplier_message_id from sms_messages where phone = %s"
_STATE = "select state from sms_messages where phone = %s"


@pytest.fixture(scope="module")
def target(stack: RunningStack) -> Target:
    return Target(stack)


def nikita(message_id: str, phone: str, report: int) -> str:
    """Return a push of nikita, which signs nothing."""
    number = phone.lstrip("+")
    return (
        '<report xmlns="http://Giper.mobi/schema/DeliveryReport">'
        f"<dr><id>{message_id}</id><phone><number>{number}</number><report>{report}</report></phone></dr></report>"
    )


def sent_by(target: Target, provider: str) -> tuple[str, str]:
    """Return a login code that this provider has accepted: the phone and the message's id there."""
    phone = new_phone()
    with target.client() as client:
        assert client.post("/api/auth/request-code", json={"phone": phone}).status_code == 200
    # Which provider took it does not matter to the receiver of a report.
    target.rows("update sms_messages set supplier = %s where phone = %s", provider, phone)
    [(_, message_id)] = target.rows(_SENT, phone)
    return phone, message_id


@pytest.mark.parametrize("secret", ["guess", "", "0" * 43])
def test_a_stranger_without_the_secret_path_is_not_heard(target: Target, secret: str) -> None:
    phone, message_id = sent_by(target, "nikita")
    with target.client() as stranger:
        answer = stranger.post(f"/webhooks/sms/nikita/{secret}", content=nikita(message_id, phone, 4))
    assert answer.status_code == 404
    assert target.rows(_STATE, phone) == [("accepted",)]


def test_a_leaked_secret_path_makes_no_message_failed(target: Target) -> None:
    # What is not signed is a hint: the provider itself is asked, and it knows of no failure.
    phone, message_id = sent_by(target, "nikita")
    with target.client() as forger:
        path = f"/webhooks/sms/nikita/{target.keyring.sms_report_secret}"
        for _ in range(3):
            assert forger.post(path, content=nikita(message_id, phone, 4)).status_code == 200
    assert target.rows(_STATE, phone) != [("failed",)]


@pytest.mark.parametrize("kind", ["none", "guessed", "crc", "another word", "another status"])
def test_a_callback_that_smsc_has_not_signed_is_refused(target: Target, kind: str) -> None:
    phone, message_id = sent_by(target, "smsc")
    number, status = phone.lstrip("+"), "20"
    said = f"{message_id}:{number}:{status}:"
    word = target.keyring.smsc_callback_secret
    proof = {
        "none": {},
        "guessed": {"md5": "0" * 32},
        "crc": {"crc": str(zlib.crc32(f"{said}{word}".encode()))},
        "another word": {"md5": hashlib.md5(f"{said}word".encode()).hexdigest()},  # noqa: S324 - the provider's own
        "another status": {"md5": hashlib.md5(f"{message_id}:{number}:1:{word}".encode()).hexdigest()},  # noqa: S324
    }[kind]
    form = urlencode({"id": message_id, "phone": number, "status": status, "err": 0, **proof})
    with target.client() as forger:
        path = f"/webhooks/sms/smsc/{target.keyring.sms_report_secret}"
        assert forger.post(path, content=form).status_code == 404
    assert target.rows(_STATE, phone) == [("accepted",)]


def test_an_old_callback_that_is_sent_again_takes_nothing_back(target: Target) -> None:
    phone, message_id = sent_by(target, "smsc")
    path = f"/webhooks/sms/smsc/{target.keyring.sms_report_secret}"

    def send(status: int) -> int:
        said = f"{message_id}:{phone.lstrip('+')}:{status}:{target.keyring.smsc_callback_secret}"
        digest = hashlib.sha1(said.encode()).hexdigest()  # noqa: S324 - the provider's own
        form = {"id": message_id, "phone": phone.lstrip("+"), "status": status, "err": 0, "sha1": digest}
        with target.client() as client:
            answer = client.post(path, content=urlencode(form))
        assert answer.status_code == 200
        return int(answer.json()["data"]["changed"])

    assert send(1) == 1
    assert [send(status) for status in (1, 20, -1, 0)] == [0, 0, 0, 0]
    assert target.rows(_STATE, phone) == [("delivered",)]


def signed(body: bytes, secret: str) -> str:
    """Return the signature of api.video."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def a_video(target: Target) -> tuple[str, str]:
    """Return a video that is being encoded: our id and the provider's."""
    user, _ = target.user()
    number = f"vi{new_phone().lstrip('+')}"
    query = """insert into videos (owner_user_id, provider, provider_video_id, state)
               values (%s, 'api_video', %s, 'processing') returning id::text"""
    return str(target.rows(query, user, number)[0][0]), number


@pytest.mark.parametrize("kind", ["none", "guessed", "another key", "of another body", "key of the body"])
def test_a_report_that_api_video_has_not_signed_changes_nothing(target: Target, kind: str) -> None:
    video, number = a_video(target)
    body = json.dumps({"type": "video.encoding.quality.completed", "videoId": number, "encoding": "hls"}).encode()
    secret = target.keyring.api_video_webhook_secret
    header = {
        "none": "",
        "guessed": "0" * 64,
        "another key": signed(body, "word"),
        "of another body": signed(body + b" ", secret),
        "key of the body": hashlib.sha256(body).hexdigest(),
    }[kind]
    with target.client() as forger:
        answer = forger.post(VIDEO_REPORT, content=body, headers={"X-Api-Video-Signature": header})
    assert answer.status_code == 401
    assert target.rows("select state from videos where id = %s", video) == [("processing",)]


def test_even_a_signed_report_is_only_a_reason_to_read_the_video_again(target: Target) -> None:
    # The provider knows no such video: whoever has learned the secret makes nothing ready by saying so.
    video, number = a_video(target)
    body = json.dumps({"type": "video.encoding.quality.completed", "videoId": number, "encoding": "hls"}).encode()
    headers = {"X-Api-Video-Signature": signed(body, target.keyring.api_video_webhook_secret)}
    with target.client() as forger:
        answer = forger.post(VIDEO_REPORT, content=body, headers=headers)
    assert answer.status_code == 200
    assert target.rows("select state from videos where id = %s", video) != [("ready",)]


def test_a_signed_report_about_a_video_of_nobody_makes_no_row(target: Target) -> None:
    body = json.dumps({"type": "video.encoding.quality.completed", "videoId": "viOfNobody", "encoding": "hls"}).encode()
    headers = {"X-Api-Video-Signature": signed(body, target.keyring.api_video_webhook_secret)}
    with target.client() as forger:
        answer: httpx.Response = forger.post(VIDEO_REPORT, content=body, headers=headers)
    assert answer.json()["data"] == {"state": "ignored"}
    assert target.rows("select 1 from videos where provider_video_id = 'viOfNobody'") == []
