"""S3's answers in XML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from email.utils import format_datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from aiohttp import web

from local.s3.files import Bucket, PendingUpload, Segment, Stored

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_STATUS = {
    "AccessDenied": 403,
    "SignatureDoesNotMatch": 403,
    "InvalidAccessKeyId": 403,
    "RequestTimeTooSkewed": 403,
    "NoSuchKey": 404,
    "NoSuchBucket": 404,
    "NoSuchUpload": 404,
    "PreconditionFailed": 412,
    "EntityTooLarge": 413,
    "InvalidMimeType": 415,
    "InvalidRange": 416,
    "MethodNotAllowed": 405,
    "NotImplemented": 501,
    "SlowDown": 503,
    "ServiceUnavailable": 503,
    "InternalError": 500,
}


class Refused(Exception):
    """Error answer by its S3 code; codes outside the table are a 400."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def answer(self, request: web.Request, *, namespace: str = "") -> web.Response:
        """Return the answer; Supabase Storage gives its errors an XML namespace, the others give them none."""
        status = _STATUS.get(self.code, 400)
        if request.method == "HEAD":
            return web.Response(status=status)
        space = f' xmlns="{namespace}"' if namespace else ""
        return xml(f"<Error{space}><Code>{self.code}</Code><Message>{self.code}</Message></Error>", status=status)


def xml(body: str, *, status: int = 200) -> web.Response:
    """Return an answer with a document."""
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    return web.Response(status=status, text=text, content_type="application/xml")


def object_headers(stored: Stored) -> dict[str, str]:
    """Return the headers of GET and HEAD of an object."""
    return {
        "ETag": f'"{stored.etag}"',
        "Last-Modified": format_datetime(stored.modified_at, usegmt=True),
        "Content-Type": stored.content_type,
        "Accept-Ranges": "bytes",
        **({"Cache-Control": stored.cache_control} if stored.cache_control else {}),
        **{f"x-amz-meta-{name}": value for name, value in stored.metadata.items()},
    }


def listing(bucket: Bucket, query: Mapping[str, str], objects: Mapping[str, Stored]) -> web.Response:
    """Return a page of ListObjectsV2. The token is the last key of the former page."""
    prefix, encode = query.get("prefix", ""), _encoder(query)
    after = query.get("continuation-token") or query.get("start-after", "")
    count = min(int(query.get("max-keys", "1000")), 1000)
    keys = sorted(key for key in objects if key.startswith(prefix) and key > after)
    page, rest = keys[:count], keys[count:]
    contents = "".join(
        f"<Contents><Key>{encode(key)}</Key><LastModified>{_moment(found.modified)}</LastModified>"
        f"<ETag>&quot;{found.etag}&quot;</ETag><Size>{found.bytes}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
        for key in page
        for found in (objects[key],)
    )
    more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if rest else ""
    return xml(
        f"<ListBucketResult><Name>{bucket.name}</Name><Prefix>{encode(prefix)}</Prefix>{_encoding(query)}"
        f"<KeyCount>{len(page)}</KeyCount><MaxKeys>{count}</MaxKeys>"
        f"<IsTruncated>{str(bool(rest)).lower()}</IsTruncated>{more}{contents}</ListBucketResult>"
    )


def uploads(bucket: Bucket, query: Mapping[str, str]) -> web.Response:
    """ListMultipartUploads, on one page."""
    prefix, encode = query.get("prefix", ""), _encoder(query)
    found = sorted((one for one in bucket.uploads.values() if one.key.startswith(prefix)), key=lambda one: one.key)
    listed = "".join(
        f"<Upload><Key>{encode(one.key)}</Key><UploadId>{one.id}</UploadId>"
        f"<Initiated>{_moment(one.begun)}</Initiated></Upload>"
        for one in found
    )
    return xml(
        f"<ListMultipartUploadsResult><Bucket>{bucket.name}</Bucket>{_encoding(query)}"
        f"<IsTruncated>false</IsTruncated>{listed}</ListMultipartUploadsResult>"
    )


def begun(bucket: Bucket, upload: PendingUpload) -> web.Response:
    """CreateMultipartUpload."""
    return xml(
        f"<InitiateMultipartUploadResult><Bucket>{bucket.name}</Bucket><Key>{escape(upload.key)}</Key>"
        f"<UploadId>{upload.id}</UploadId></InitiateMultipartUploadResult>"
    )


def completed(bucket: Bucket, stored: Stored) -> web.Response:
    """CompleteMultipartUpload."""
    return xml(
        f"<CompleteMultipartUploadResult><Bucket>{bucket.name}</Bucket><Key>{escape(stored.key)}</Key>"
        f"<ETag>&quot;{stored.etag}&quot;</ETag></CompleteMultipartUploadResult>"
    )


def copied(kind: str, etag: str, modified: str) -> web.Response:
    """CopyObject and UploadPartCopy."""
    return xml(f"<{kind}><ETag>&quot;{etag}&quot;</ETag><LastModified>{_moment(modified)}</LastModified></{kind}>")


def parts(upload: PendingUpload) -> web.Response:
    """ListParts, on one page."""
    listed = "".join(_part(number, segment) for number, segment in sorted(upload.parts.items()))
    return xml(f"<ListPartsResult><UploadId>{upload.id}</UploadId>{listed}</ListPartsResult>")


def buckets(names: Iterable[str]) -> web.Response:
    """ListBuckets."""
    listed = "".join(f"<Bucket><Name>{name}</Name></Bucket>" for name in names)
    return xml(f"<ListAllMyBucketsResult><Buckets>{listed}</Buckets></ListAllMyBucketsResult>")


def _part(number: int, segment: Segment) -> str:
    return (
        f"<Part><PartNumber>{number}</PartNumber><ETag>&quot;{segment.md5}&quot;</ETag>"
        f"<Size>{segment.bytes}</Size></Part>"
    )


def _encoder(query: Mapping[str, str]) -> Callable[[str], str]:
    return quote if query.get("encoding-type") == "url" else escape


def _encoding(query: Mapping[str, str]) -> str:
    return "<EncodingType>url</EncodingType>" if query.get("encoding-type") == "url" else ""


def _moment(text: str) -> str:
    return text.replace("+00:00", "Z")
