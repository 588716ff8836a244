"""Page rendering by templates: one stylesheet, no script, everything escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote
from uuid import uuid4

from aws_lambda_powertools.event_handler import Request as ResolvedRequest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends

from auto360.admin import formatting
from auto360.admin.labels.common import word
from auto360.admin.visit import PageContext
from auto360.core.errors import AuthenticationRequired, DomainError, NotFound
from auto360.core.messages import ERRORS, sentence
from auto360.domains.staff.sessions import form_token

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

Page = Response[Any]

_HTML = "text/html; charset=utf-8"
_KINDS = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"
_SIGN_IN = "/admin/sign-in"


class Pages:
    """Pages of one function: `templates/` and `static/` in its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def show(self, template: str, visit: PageContext, *, http_status: int = 200, **values: Any) -> Response[str]:
        """Render a page in the visitor's language."""
        page = self._templates.get_template(f"{template}.html").render(**_common(visit), **values)
        return Response(http_status, content_type=_HTML, body=page, headers=dict(page_headers(over_tls=visit.over_tls)))

    def refusal(self, visit: PageContext, error: DomainError) -> Response[Any]:
        """Render a refusal; redirects to the sign-in and back where one is required."""
        if isinstance(error, AuthenticationRequired) and visit.request.method == "GET":
            if visit.is_from_elsewhere:
                return self.show("continue", visit)
            return see_other(f"{_SIGN_IN}?then={quote(visit.path, safe='/')}")
        told = sentence(ERRORS, error.code, visit.language)
        return self.show("refusal", visit, http_status=error.status, error=error, told=told)

    def asset(self, name: str) -> Response[str]:
        """Return a file of `static/`, cacheable for ever since its address holds its hash. Raises NotFound."""
        if name not in self._assets:
            raise NotFound
        headers: dict[str, str | list[str]] = {"Cache-Control": _FOR_EVER}
        return Response(200, content_type=_KINDS[Path(name).suffix], body=self._assets[name], headers=headers)

    @cached_property
    def _assets(self) -> dict[str, str]:
        files = (self._folder / "static").iterdir()
        return {path.name: path.read_text(encoding="utf-8") for path in files if path.suffix in _KINDS}

    @cached_property
    def _templates(self) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        templates = Environment(
            loader=FileSystemLoader(self._folder / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        in_language = {name: _in_language(found) for name, found in formatting.FILTERS_OF_THE_LANGUAGE.items()}
        templates.filters |= formatting.FILTERS | in_language
        templates.globals |= {"asset": self._asset_address, "new_key": uuid4}
        return templates

    def _asset_address(self, name: str) -> str:
        mark = hashlib.sha256(self._assets[name].encode()).hexdigest()[:12]
        return f"/admin/assets/{name}?v={mark}"


def _current_pages(resolved: ResolvedRequest) -> Pages:
    pages: Pages = resolved.context["pages"]
    return pages


CurrentPages = Annotated[Pages, Depends(_current_pages)]


def see_other(path: str, *cookies: str) -> Response[str]:
    """Redirect with 303, after a form or for the sign-in."""
    headers: dict[str, str | list[str]] = {"Location": path}
    if cookies:
        headers["Set-Cookie"] = list(cookies)
    return Response(303, content_type=_HTML, body="", headers=headers)


def page_headers(*, over_tls: bool) -> dict[str, str]:
    """Return the headers of a page, with the hosts of pictures and videos in the content policy.

    With the referrer withheld from all sites a browser would also hide the origin of our own forms.
    """
    media = "https:" if over_tls else "https: http://127.0.0.1:*"
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self' {media}; media-src {media}; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _in_language(format_value: Callable[..., str]) -> Callable[..., str]:
    """Return a filter that formats in the language of the page."""
    from jinja2 import pass_context

    @pass_context
    def formatted(context: Context, *arguments: object) -> str:
        return format_value(*arguments, language=context["language"])

    return formatted


def _common(visit: PageContext) -> dict[str, Any]:
    """Return the names that every template may use."""

    def say(russian: str, english: str) -> str:
        return english if visit.language == "en" else russian

    def name_of(kind: str, code: object) -> str:
        return word(kind, str(code), visit.language)

    def series_names(codes: Sequence[str], kind: str = "metric") -> list[str]:
        """Return labels of a chart's series; `tier:basic` is a tier's."""
        parts = [code.rpartition(":") for code in codes]
        return [word(prefix or kind, code, visit.language) for prefix, _, code in parts]

    return {
        "visit": visit,
        "staff_member": visit.staff_member,
        "language": visit.language,
        "say": say,
        "word": name_of,
        "series_names": series_names,
        "form_token": form_token(visit.token) if visit.token else "",
    }
