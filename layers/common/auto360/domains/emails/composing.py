"""Mails from rows of the outbox: plain text, the same as simple HTML, and headers for unsubscribing."""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from auto360.domains.emails.secrets import EmailSecrets, Purpose
from auto360.domains.emails.texts import words
from auto360.providers.email import Mail

LoginCode = Callable[[Mapping[str, Any]], str]
"""Derives a login code from {phone, key_id, nonce, length}."""

_PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>'
    '<body style="font-family:sans-serif;font-size:16px;line-height:1.5;max-width:36em;margin:1em auto;color:#1a1a1a">'
    '<h1 style="font-size:20px">{title}</h1>{body}</body></html>'
)
_ONE_CLICK = "List-Unsubscribe=One-Click"


@dataclass(frozen=True)
class _Part:
    """Paragraph, or a link where `is_link`."""

    text: str
    is_link: bool = False
    is_small: bool = False


@dataclass(frozen=True)
class Composer:
    """Composes mails. `links_url` is the address before `/confirm/…`, `/undo/…` and `/unsubscribe/…`."""

    secrets: EmailSecrets
    links_url: str
    login_code: LoginCode

    def mail(self, row: Mapping[str, Any]) -> Mail:
        """Return the mail of a row of `emails_claim`. Raises KeyError where its secret is no longer configured."""
        language, headers = row["language"], {}
        title, parts = self._notification(row) if row["kind"] == "notification" else self._own(row)
        if not row["is_security"]:
            token = self.secrets.unsubscribing(user_id=row["user_id"], kind=row["type"])
            url = f"{self.links_url}/unsubscribe/{token}"
            # RFC 8058: the mail program POSTs there, without cookies and without a confirmation.
            headers = {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": _ONE_CLICK}
            parts += [_Part(words("unsubscribe", language), is_small=True), _Part(url, is_link=True, is_small=True)]
        text = "\n\n".join(part.text for part in parts) + "\n"
        return Mail(row["id"], row["address"], title, text, _html(title, parts, language), headers)

    def _notification(self, row: Mapping[str, Any]) -> tuple[str, list[_Part]]:
        parts = [_Part(row["message"]), _Part(words("notification_end", row["language"]))]
        if row["is_security"]:
            end = words("security_end", row["language"], phone_end=row["phone_end"])
            parts.append(_Part(end, is_small=True))
        return row["title"], [part for part in parts if part.text]

    def _own(self, row: Mapping[str, Any]) -> tuple[str, list[_Part]]:
        kind, language, proof = row["kind"], row["language"], row["proof"]
        code = self._code(kind, proof)
        body = words(f"{kind}_body", language, phone_end=row["phone_end"], code=code)
        parts = [_Part(body)]
        if kind != "login_code":
            purpose: Purpose = "confirm" if kind == "verification" else "undo"
            token = self.secrets.token(proof["key_id"], purpose, proof_id=proof["id"], nonce=proof["nonce"])
            parts.append(_Part(f"{self.links_url}/{purpose}/{token}", is_link=True))
        parts.append(_Part(words(f"{kind}_end", language), is_small=True))
        return words(f"{kind}_title", language), parts

    def _code(self, kind: str, proof: Mapping[str, Any]) -> str:
        if kind == "login_code":
            return self.login_code(proof)
        if kind == "verification":
            return self.secrets.code(proof["key_id"], proof_id=proof["id"], nonce=proof["nonce"])
        return ""


def _html(title: str, parts: list[_Part], language: str) -> str:
    body = "".join(_paragraph(part) for part in parts)
    return _PAGE.format(language=html.escape(language), title=html.escape(title), body=body)


def _paragraph(part: _Part) -> str:
    text = html.escape(part.text).replace("\n", "<br>")
    if part.is_link:
        text = f'<a href="{text}">{text}</a>'
    return f'<p style="font-size:13px;color:#666">{text}</p>' if part.is_small else f"<p>{text}</p>"
