"""Refusals of Storage. Nearly all have HTTP status 400; the actual status is in the body."""

from __future__ import annotations

import psycopg
from aiohttp import web

from local.supabase.keys import BadToken

_TOKEN_REASONS = {
    "malformed": "Invalid Compact JWS",
    "unknown_key": "signature verification failed",
    "signature": "signature verification failed",
    "expired": '"exp" claim timestamp check failed',
}


class Refused(Exception):
    """Response other than success."""

    def __init__(self, status: int, code: str, message: str, *, error: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"statusCode": str(status), "code": code, "error": error or code, "message": message}

    def answer(self) -> web.Response:
        """Return the refusal as a response."""
        http_status = self.status if self.status in (500, 544) else 400
        return web.json_response(self.body, status=http_status)


def token_reason(error: BadToken) -> str:
    """Return Storage's reason for refusing a token."""
    return _TOKEN_REASONS[error.kind]


def no_such_bucket() -> Refused:
    """Refuse a bucket that does not exist or is hidden from the caller."""
    return Refused(404, "NoSuchBucket", "Bucket not found", error="Bucket not found")


def no_such_key() -> Refused:
    """Refuse an object that does not exist or is hidden from the caller."""
    return Refused(404, "NoSuchKey", "Object not found", error="not_found")


def access_denied(message: str) -> Refused:
    """Refuse access forbidden by a policy or a token."""
    return Refused(403, "AccessDenied", message, error="Unauthorized")


def duplicate() -> Refused:
    """Refuse an upload without upsert to an existing name."""
    return Refused(409, "KeyAlreadyExists", "The resource already exists", error="Duplicate")


def too_large() -> Refused:
    """Refuse a file above the limit of the bucket or of the project."""
    return Refused(413, "EntityTooLarge", "The object exceeded the maximum allowed size", error="Payload too large")


def wrong_type(mime_type: str) -> Refused:
    """Refuse a type that the bucket does not allow."""
    return Refused(415, "InvalidMimeType", f"mime type {mime_type} is not supported", error="invalid_mime_type")


def invalid_key(key: str) -> Refused:
    """Refuse a name with characters that Storage does not allow, such as Cyrillic ones."""
    return Refused(400, "InvalidKey", f"Invalid key: {key}")


def invalid_request(message: str) -> Refused:
    """Refuse an invalid request."""
    return Refused(400, "InvalidRequest", message)


def of_database(error: psycopg.Error) -> Refused:
    """Convert a failed statement into a refusal."""
    message = error.diag.message_primary or ""
    match error.sqlstate:
        case "42501" if "row-level security" in message:
            found = access_denied("new row violates row-level security policy")
        case "42501":
            found = access_denied(message)
        case "23505":
            found = duplicate()
        case "23503":
            found = Refused(404, "InvalidRequest", "The related resource does not exist")
        case "57014":
            found = Refused(544, "DatabaseTimeout", "The connection to the database timed out")
        case "42703" | "42P01":
            sentence = "The database schema is out of sync. Please run migrations or contact support."
            found = Refused(503, "DatabaseSchemaMismatch", sentence)
        case code:
            found = Refused(500, "DatabaseError", f"database error, code: {code}")
    return found
