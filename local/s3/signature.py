"""Checks AWS Signature Version 4, in the header of a request or in the query of a signed link."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

from aiohttp import web

_HEADER = re.compile(r"AWS4-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)")
_SKEW = timedelta(minutes=15)


class Denied(Exception):
    """Request is not signed by an account with permission; contains S3's error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class _Claim:
    credential: str
    signed_headers: str
    signature: str
    moment: str
    payload: str
    query: str


def signer_of(request: web.Request, secrets: Mapping[str, str], *, body: bytes | None = None) -> str:
    """Return the access key of a signed request. Services other than S3 sign the hash of the body.

    Raises Denied.
    """
    claim = _claim_in_query(request) if "X-Amz-Signature" in request.query else _claim_in_header(request, body)
    access_key, _, scope = claim.credential.partition("/")
    if access_key not in secrets:
        raise Denied("InvalidAccessKeyId")
    canonical = "\n".join(
        (
            request.method,
            request.raw_path.partition("?")[0],
            _canonical_query(claim.query),
            *(f"{name}:{_header(request, name)}" for name in claim.signed_headers.split(";")),
            "",
            claim.signed_headers,
            claim.payload,
        )
    )
    text = f"AWS4-HMAC-SHA256\n{claim.moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{secrets[access_key]}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), claim.signature):
        raise Denied("SignatureDoesNotMatch")
    return access_key


def _claim_in_header(request: web.Request, body: bytes | None) -> _Claim:
    match = _HEADER.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        raise Denied("AccessDenied")
    moment = request.headers.get("X-Amz-Date", "")
    if abs(_time(moment) - datetime.now(UTC)) > _SKEW:
        raise Denied("RequestTimeTooSkewed")
    payload = request.headers.get("X-Amz-Content-Sha256", "") if body is None else hashlib.sha256(body).hexdigest()
    return _Claim(match[1], match[2], match[3], moment, payload, request.rel_url.raw_query_string)


def _claim_in_query(request: web.Request) -> _Claim:
    given = request.query
    moment, signature = given.get("X-Amz-Date", ""), given["X-Amz-Signature"]
    seconds = given.get("X-Amz-Expires", "")
    if not seconds.isdigit() or datetime.now(UTC) > _time(moment) + timedelta(seconds=int(seconds)):
        raise Denied("AccessDenied")
    pairs = request.rel_url.raw_query_string.split("&")
    query = "&".join(pair for pair in pairs if not pair.startswith("X-Amz-Signature="))
    names = given.get("X-Amz-SignedHeaders", "")
    return _Claim(given.get("X-Amz-Credential", ""), names, signature, moment, "UNSIGNED-PAYLOAD", query)


def _canonical_query(raw: str) -> str:
    pairs = [pair.partition("=") for pair in raw.split("&") if pair]
    encoded = sorted((quote(unquote(name), safe="~"), quote(unquote(value), safe="~")) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _header(request: web.Request, name: str) -> str:
    return ",".join(" ".join(value.split()) for value in request.headers.getall(name, []))


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Denied("AccessDenied") from None
