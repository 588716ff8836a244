"""boto3 client for the three providers, and their errors translated to the port's."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from auto360.providers.object_storage import ObjectDamaged, ObjectMissing, StoreRefused, StoreUnavailable
from auto360.providers.object_storage.access import S3Access

if TYPE_CHECKING:
    from botocore.client import BaseClient

# boto3 sends CRC32 with these even where checksums are off; VK Cloud and Yandex require Content-MD5.
_NEED_MD5 = ("DeleteObjects", "PutBucketLifecycleConfiguration", "PutObjectRetention", "PutObjectLockConfiguration")
_TRIES = 7
# Of each wait; a whole call may take as long as bytes keep arriving.
_CONNECT_SECONDS = 10.0
_WAIT_SECONDS = 60.0
_MISSING = ("NoSuchKey", "404", "NotFound")
_CHANGED = ("412", "PreconditionFailed", "BadDigest", "InvalidDigest", "InvalidPart", "EntityTooSmall", "416")
# Supabase Storage declares it on errors, where botocore then finds no code.
_NAMESPACE = re.compile(rb'(<Error)\s+xmlns="[^"]*"')


def new_client(access: S3Access, *, connections: int) -> BaseClient:
    """Return a client of an account: path style, no checksum trailers, no proxy, retries at 503."""
    from botocore.config import Config

    from auto360.providers.transport.aws import bound, new_session

    config = Config(
        signature_version="s3v4",
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path"},
        retries={"mode": "standard", "total_max_attempts": _TRIES},
        proxies={},
    )
    session = new_session(access.access_key, access.secret_key, access.region)
    client = session.client("s3", endpoint_url=access.endpoint, config=config)
    for operation in _NEED_MD5:
        client.meta.events.register(f"before-call.s3.{operation}", _content_md5)
    client.meta.events.register("before-parse.s3", _without_namespace)
    bound(client, connect=_CONNECT_SECONDS, read=_WAIT_SECONDS, connections=connections, files=True)
    return client


def _content_md5(params: dict[str, Any], **_: object) -> None:
    headers, body = params["headers"], params["body"]
    for name in [name for name in headers if name.lower().startswith(("x-amz-checksum-", "x-amz-sdk-checksum"))]:
        del headers[name]
    params.get("context", {}).pop("checksum", None)
    data = body.encode() if isinstance(body, str) else body
    headers["Content-MD5"] = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _without_namespace(response_dict: dict[str, Any], **_: object) -> None:
    if response_dict["status_code"] >= 300 and isinstance(response_dict.get("body"), bytes):
        response_dict["body"] = _NAMESPACE.sub(rb"\1", response_dict["body"], count=1)


@contextmanager
def translated(key: str, *, passing: tuple[str, ...] = ()) -> Iterator[None]:
    """Translate botocore's exceptions to the port's; error codes in `passing` are re-raised."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        status = _status(error)
        code = str(error.response.get("Error", {}).get("Code") or status)
        if code in passing:
            raise
        raise _meaning(key, code, status) from None
    except BotoCoreError as error:
        raise StoreUnavailable(f"{key}: {type(error).__name__}") from None


def required(key: str, answer: Mapping[str, Any], *names: str) -> list[Any]:
    """Return the values of these names. Raises StoreUnavailable where the store left one out."""
    missing = [name for name in names if answer.get(name) is None]
    if missing:
        raise StoreUnavailable(f"{key}: the store's answer has no {', '.join(missing)}")
    return [answer[name] for name in names]


def _status(error: Any) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _meaning(key: str, code: str, status: int) -> Exception:
    if code in _MISSING:
        return ObjectMissing(f"{key}: there is no such object")
    if code in _CHANGED:
        return ObjectDamaged(f"{key}: the store says {code}")
    if status >= 500 or status == 429 or code in ("SlowDown", "RequestTimeout", "InternalError"):
        return StoreUnavailable(f"{key}: the store says {code}")
    return StoreRefused(f"{key}: the store says {code}")
