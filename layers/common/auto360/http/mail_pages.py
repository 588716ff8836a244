"""Pages behind links in mails: one sentence, one button, no script."""

import base64
import hashlib
import html
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from auto360.core.errors import DomainError
from auto360.core.messages import ERRORS, TEXTS, Language, sentence
from auto360.http.declarations import Declares, Route, declares

Page = Response[str]

_STYLE = (
    "body{font-family:sans-serif;line-height:1.5;margin:0;background:#f4f4f5;color:#18181b}"
    "main{max-width:28rem;margin:10vh auto;padding:2rem;background:#fff;border-radius:1rem}"
    "h1{font-size:1.25rem;margin:0 0 1rem}"
    "button{font:inherit;padding:.75rem 1.5rem;border:0;border-radius:.5rem;background:#1d4ed8;color:#fff}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


def refuses_on_page(*refusals: type[DomainError]) -> Callable[[Route], Route]:
    """Declare the refusals of a route whose responses, including refusals, are pages."""
    return declares(Declares(refusals=refusals, statuses=tuple(sorted({refusal.status for refusal in refusals}))))


def question(name: str, language: Language, found: Mapping[str, Any]) -> Page:
    """Return the confirmation page; its button POSTs to the same address."""
    text = sentence(TEXTS, f"email_{name}_text", language)
    filled = text.format(email=_masked(str(found.get("email", ""))), phone_end=found.get("phone_end", ""))
    button = html.escape(sentence(TEXTS, f"email_{name}_button", language))
    form = f'<form method="post"><button>{button}</button></form>'
    return _page(sentence(TEXTS, f"email_{name}_title", language), filled, form, language=language)


def done(name: str, language: Language, result: Mapping[str, Any]) -> Page:
    """Return the page of success, with the title of the unsubscribed type."""
    title = sentence(TEXTS, f"email_{name}_done", language)
    return _page(title, str(result.get("title") or ""), "", language=language)


def answered(page: Callable[[], Page], language: Language) -> Page:
    """Return the page, or that of its refusal, with the code for programs."""
    try:
        return page()
    except DomainError as error:
        title = sentence(TEXTS, "email_page_failed", language)
        text = sentence(ERRORS, error.code, language)
        return _page(title, text, "", language=language, status=error.status, code=error.code)


def _page(
    title: str, text: str, form: str, *, language: Language, status: int = HTTPStatus.OK, code: str = "ok"
) -> Page:
    body = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>360Auto</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<style>{_STYLE}</style></head><body><main data-code="{code}"><h1>{html.escape(title)}</h1>'
        f"<p>{html.escape(text)}</p>{form}</main></body></html>"
    )
    headers: dict[str, str | list[str]] = {**_HEADERS, "X-Result-Code": code}
    return Response(status, content_type="text/html; charset=utf-8", body=body, headers=headers)


def _masked(address: str) -> str:
    """Return an address with most characters hidden."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}" if domain else ""
