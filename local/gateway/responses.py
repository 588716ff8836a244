"""Converts a function's answer to HTTP, and builds the gateway's own refusals in the API's envelope."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from local.gateway.worker_process import WorkerAnswer

SIZE_LIMIT = int(2.5 * 1024 * 1024)
_HOP_BY_HOP = {"connection", "content-length", "keep-alive", "upgrade"}
# Headers of a function's answer that the cloud removes, renames, or answers with a 502
# (docs/reference/yandex-cloud.md, section 2). X-Request-Id is then the gateway's own.
_TAKEN_OUT = {
    "authorization", "cookie", "host", "user-agent", "x-content-type-options", "x-function-id", "x-request-id",
}  # fmt: skip
_RENAMED = {"content-md5", "date", "server"}
_FORBIDDEN = {"transfer-encoding", "via"}
_WITHOUT_BODY = {204, 304}

_REFUSALS: dict[str, tuple[int, str, str, str]] = {
    "not_found": (404, "Такого адреса нет.", "Мындай дарек жок.", "There is no such address."),
    "method_not_allowed": (
        405,
        "Этот адрес не принимает такой метод.",
        "Бул дарек мындай методду кабыл албайт.",
        "This address does not take this method.",
    ),
    "payload_too_large": (413, "Запрос слишком большой.", "Сурам өтө чоң.", "The request is too large."),
    "bad_gateway": (
        502,
        "Сервис ответил с ошибкой. Попробуйте позже.",
        "Кызмат ката менен жооп берди. Кийинчерээк аракет кылыңыз.",
        "The service answered wrongly. Try again later.",
    ),
    "gateway_timeout": (
        504,
        "Сервис не ответил вовремя. Попробуйте позже.",
        "Кызмат убагында жооп берген жок. Кийинчерээк аракет кылыңыз.",
        "The service did not answer in time. Try again later.",
    ),
}


class MalformedAnswer(Exception):
    """Function's answer is no HTTP response."""


def refusal(code: str, request_id: str, language: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return the gateway's own refusal."""
    status, russian, kyrgyz, english = _REFUSALS[code]
    sentence = {"ky": kyrgyz, "en": english}.get(language.strip().lower()[:2], russian)
    body = {
        "success": False,
        "error": sentence,
        "code": code,
        "details": [],
        "request_id": request_id,
    }
    return web.json_response(
        body,
        status=status,
        headers={"X-Request-ID": request_id, **(headers or {})},
        dumps=lambda value: json.dumps(value, ensure_ascii=False),
    )


def overload(request_id: str) -> web.Response:
    """Return the cloud's refusal of a call beyond instances and queue, which has no envelope."""
    return web.json_response(
        {"message": "Concurrent requests limit exceeded"}, status=429, headers={"X-Request-Id": request_id}
    )


def response(answer: WorkerAnswer, request_id: str = "") -> web.Response:
    """Convert the function's result to HTTP, with the gateway's id; shows an uncaught exception, like the cloud."""
    if answer.error is not None:
        shown = json.dumps(dict(answer.error), ensure_ascii=False)
        return web.Response(
            status=502, text=shown, content_type="application/json", headers={"X-Function-Error": "true"}
        )
    result = answer.result
    if not isinstance(result, dict):
        raise MalformedAnswer("the answer is not an object")
    status = result.get("statusCode")
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        raise MalformedAnswer("statusCode is not a number of HTTP")
    body = _body(result)
    if len(body) > SIZE_LIMIT:
        raise MalformedAnswer("the answer is larger than the gateway passes on")
    headers = _headers(result)
    headers["X-Request-Id"] = request_id
    return web.Response(status=status, body=None if status in _WITHOUT_BODY else body, headers=headers)


def _body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedAnswer("body is not a string")
    if not result.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedAnswer("body is not base64") from None


def _headers(result: Mapping[str, Any]) -> CIMultiDict[str]:
    """Return the headers; several values win over one of the same name."""
    headers: CIMultiDict[str] = CIMultiDict()
    several = result.get("multiValueHeaders") or {}
    single = result.get("headers") or {}
    if not isinstance(several, dict) or not isinstance(single, dict):
        raise MalformedAnswer("headers are not an object")
    for name, values in several.items():
        for value in values if isinstance(values, list) else [values]:
            _add(headers, name, value)
    known = {name.lower() for name in several}
    for name, value in single.items():
        if name.lower() not in known:
            _add(headers, name, value)
    return headers


def _add(headers: CIMultiDict[str], name: str, value: object) -> None:
    if name.lower() in _FORBIDDEN:
        raise MalformedAnswer(f"the header {name} is the gateway's alone")
    if name.lower() in _HOP_BY_HOP | _TAKEN_OUT or value is None:
        return
    if name.lower() in _RENAMED:
        name = f"X-Yf-Remapped-{name}"
    text = str(value)
    if "\r" in text or "\n" in text:
        raise MalformedAnswer("a header holds a line break")
    headers.add(name, text)
