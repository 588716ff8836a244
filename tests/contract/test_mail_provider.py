"""Port of mail: bytes of a mail read by other programs, requests judged by the AWS library's own model, outcomes."""

from __future__ import annotations

import email.parser
import email.policy
import subprocess
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from auto360.core.clock import utc_now
from auto360.providers.email import Mail, MailOutcome
from auto360.providers.email.mime import header_text, mail_bytes
from auto360.providers.email.ses import MailSettings, SesMail, ses_client
from local.simulators.mailbox import MailAccount, Mailbox
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served

SENDER = "post@360auto.example"
TEXT = "Айбек, оплата получена.\n.\nFrom here\n" + "длинная строка " * 200
MAIL = Mail("0f8f-1", "driver@example.com", "Оплата «Camry» — 950 сом 🚗", TEXT, f"<p>{TEXT}</p>", {"X-Test": "1"})


def settings(**changes: str) -> MailSettings:
    return MailSettings.load({"MAIL_ACCESS_KEY": "key", "MAIL_SECRET_KEY": "s" * 32, "MAIL_SENDER": SENDER, **changes})


def test_a_mail_is_ascii_with_short_lines_and_reads_as_it_was_written() -> None:
    raw = mail_bytes(MAIL, sender=SENDER, now=utc_now)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message: Any = email.parser.BytesParser(policy=email.policy.default).parsebytes(raw)
    assert [part.defects for part in message.walk()] == [[], [], []]
    assert (message["Subject"], message["To"], message["From"]) == (MAIL.subject, MAIL.recipient, f"360Auto <{SENDER}>")
    assert message["Auto-Submitted"] == "auto-generated", "holiday programs do not answer it"
    for kind, written in (("plain", TEXT), ("html", MAIL.html)):
        assert message.get_body((kind,)).get_content().splitlines() == written.splitlines()


@pytest.mark.parametrize(
    "recipient", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "A <a@b.example>", "", "a@b.example "]
)
def test_a_recipient_that_is_more_than_an_address_makes_no_mail(recipient: str) -> None:
    sent = SesMail(settings(), ses_client(settings())).send(Mail("i", recipient, "s", "t"))
    assert sent == MailOutcome("refused", "not_a_mail")


@pytest.mark.parametrize("name", ["List-Unsubscribe", "X-Any"])
def test_a_header_with_a_line_break_makes_no_mail(name: str) -> None:
    mail = Mail("i", "a@b.example", "s", "t", headers={name: "x\r\nBcc: c@d.example"})
    with pytest.raises(ValueError, match="linefeed"):
        mail_bytes(mail, sender=SENDER, now=utc_now)


@pytest.mark.parametrize("length", range(1, 60, 4))
def test_a_long_subject_keeps_its_blanks(length: int) -> None:
    subject = f"[critical] {'я' * length} порог 5 % превышен: ошибки запросов и медленные ответы"
    raw = mail_bytes(Mail("i", "a@b.example", subject, "t"), sender=SENDER, now=utc_now)
    message: Any = email.parser.BytesParser(policy=email.policy.default).parsebytes(raw)
    assert message["Subject"] == subject
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


def test_a_subject_is_one_line_that_shows_all_of_itself() -> None:
    assert header_text("a\r\nBcc: b\x00\u202ec\u2028d") == "a Bcc: b c d"
    assert len(header_text("я" * 5000)) == 200


def test_the_request_fits_the_model_of_the_library() -> None:
    client: Any = ses_client(settings())
    sent: dict[str, Any] = {}
    client.meta.events.register("provide-client-params.sesv2.SendEmail", lambda params, **_: sent.update(params))
    with Stubber(client) as stub:
        stub.add_response("send_email", {"MessageId": "0100018a"})
        outcome = SesMail(settings(MAIL_CONFIGURATION="reports"), client).send(MAIL)
    assert outcome == MailOutcome("accepted", provider_ref="0100018a")
    assert sent["ConfigurationSetName"] == "reports"
    assert b"X-SES-MESSAGE-TAGS: auto360_mail=0f8f-1\r\n" in sent["Content"]["Raw"]["Data"]


@pytest.mark.parametrize(
    ("found", "reference"),
    [("a\x00b\u202e", "a?b?"), ("x" * 500, "x" * 200), ("", None)],
    ids=["unprintable", "long", "none"],
)
def test_an_odd_id_of_the_provider_can_be_stored(found: str, reference: str | None) -> None:
    client: Any = ses_client(settings())
    with Stubber(client) as stub:
        stub.add_response("send_email", {"MessageId": found})
        outcome = SesMail(settings(), client).send(MAIL)
    assert outcome.provider_ref == reference
    assert outcome.outcome == ("accepted" if reference else "unknown")


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (429, "TooManyRequestsException", "later"),
        (429, "LimitExceededException", "later"),
        (400, "AccountSuspendedException", "later"),
        (400, "SendingPausedException", "later"),
        (400, "MailFromDomainNotVerifiedException", "later"),
        (403, "SignatureDoesNotMatch", "later"),
        (404, "NotFoundException", "later"),
        (400, "MessageRejected", "refused"),
        (400, "BadRequestException", "refused"),
        (500, "InternalServiceErrorException", "unknown"),
        (504, "504", "unknown"),
    ],
)
def test_each_refusal_has_its_outcome(status: int, code: str, outcome: str) -> None:
    client: Any = ses_client(settings())
    with Stubber(client) as stub:
        stub.add_client_error("send_email", code, "", status)
        sent = SesMail(settings(), client).send(MAIL)
    assert (sent.outcome, sent.code) == (outcome, code)


def test_a_mail_is_sent_once_whatever_is_answered() -> None:
    for mode in ("http_500", "throttled", "dead", "taken_then_504"):
        box = Mailbox(MailAccount("key", "s" * 32, SENDER))
        box.turn({"mode": mode})
        with served(Simulators(Phone(), {"mail": box})) as url:
            chosen = settings(MAIL_API_URL=f"{url}/mail")
            SesMail(chosen, ses_client(chosen)).send(MAIL)
        assert box.requests == {"send": 1}, mode


def test_nobody_listening_is_certainly_not_sent() -> None:
    chosen = settings(MAIL_API_URL="http://127.0.0.1:9")
    assert SesMail(chosen, ses_client(chosen)).send(MAIL).outcome == "later"


def test_the_simulator_refuses_what_the_service_refuses() -> None:
    box = Mailbox(MailAccount("key", "s" * 32, SENDER))
    with served(Simulators(Phone(), {"mail": box})) as url:
        chosen = settings(MAIL_API_URL=f"{url}/mail")
        client: Any = ses_client(chosen)
        ours = mail_bytes(MAIL, sender=SENDER, now=utc_now)
        odd = {
            "no date": ours.replace(b"Date: ", b"X-Date: "),
            "two subjects": ours.replace(b"X-Test: 1", b"Subject: again"),
            "hidden recipient": ours.replace(b"X-Test: 1", b"Bcc: c@d.example"),
            "long line": ours.replace(b"X-Test: 1", b"X-Test: " + b"1" * 1001),
            "another recipient": ours.replace(b"To: driver@", b"To: other@"),
            "not ascii": ours.replace(b"X-Test: 1", "X-Test: я".encode()),
            "too big": ours + b"1234567890\r\n" * 1_000_000,
        }
        for name, raw in odd.items():
            with pytest.raises(client.exceptions.ClientError) as refused:
                client.send_email(
                    FromEmailAddress=SENDER,
                    Destination={"ToAddresses": [MAIL.recipient]},
                    Content={"Raw": {"Data": raw}},
                )
            assert refused.value.response["Error"]["Code"] in ("BadRequestException", "413"), name
    assert box.inbox() == []


def test_a_parser_of_other_authors_reads_the_same(tmp_path: Path) -> None:
    # Git reads mails by a parser of its own, in C.
    read = subprocess.run(
        ["git", "mailinfo", "-k", "--encoding=UTF-8", str(tmp_path / "text"), str(tmp_path / "patch")],
        input=mail_bytes(MAIL, sender=SENDER, now=utc_now),
        capture_output=True,
        check=True,
        cwd=tmp_path,
    ).stdout.decode()
    found = dict(line.split(": ", 1) for line in read.splitlines() if ": " in line)
    assert (found["Author"], found["Email"], found["Subject"]) == ("360Auto", SENDER, MAIL.subject)
    assert TEXT.strip() in (tmp_path / "text").read_text(encoding="utf-8")
