"""Mail as bytes of RFC 5322: plain text, and HTML where there is some. Headers cannot be injected."""

import re
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from auto360.core.clock import Clock
from auto360.providers.email import Mail

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
_MAX_SUBJECT = 200
_SENDER_NAME = "360Auto"
_SUBJECT = "subject"


def header_text(text: str) -> str:
    """Return one line without control characters, as a header may hold it."""
    return " ".join(_UNSEEN.sub(" ", text).split())[:_MAX_SUBJECT]


def mail_bytes(mail: Mail, *, sender: str, now: Clock, tags: str = "") -> bytes:
    """Return the mail with lines of at most 998 bytes of ASCII.

    Raises ValueError for a recipient that is not a plain address, or a header with a line break.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{_SENDER_NAME} <{sender}>"
    message["To"] = mail.recipient
    if len(message["To"].addresses) != 1 or message["To"].addresses[0].addr_spec != mail.recipient:
        raise ValueError("the recipient must be one plain address")
    message["Subject"] = _SUBJECT
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(idstring=mail.id, domain=sender.rpartition("@")[2])
    # No automatic replies, by RFC 3834.
    message["Auto-Submitted"] = "auto-generated"
    if tags:
        message["X-SES-MESSAGE-TAGS"] = tags
    for name, value in mail.headers.items():
        message[name] = value
    # Base64 is shorter for Cyrillic, and has no soft line breaks within a letter, which some programs misread.
    message.set_content(mail.text, cte="base64")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="base64")
    # The policy's own folding loses blanks between encoded words; the body is base64, so the text is unique.
    subject = Header(header_text(mail.subject), "utf-8", header_name="Subject").encode(linesep="\r\n")
    place = f"Subject: {_SUBJECT}\r\n".encode()
    return message.as_bytes().replace(place, f"Subject: {subject}\r\n".encode("ascii"), 1)
