"""Signed links: AWS Signature Version 4 in the query of an address, for reading or writing one object for some time.

Own code, since botocore exceeds the budget of a cold start; tests compare it with botocore's signatures.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from auto360.core.clock import Clock, utc_now
from auto360.providers.object_storage import UploadLink
from auto360.providers.object_storage.access import S3Access

_LONGEST_SECONDS = 604800


@dataclass(frozen=True)
class S3LinkSigner:
    """`LinkSigner` and `UploadSigner` of one bucket."""

    access: S3Access
    bucket: str
    now: Clock = utc_now

    def link(self, key: str, *, seconds: int) -> str:
        """Return an address for GET and for ranges of it.

        Raises ValueError for a lifetime that the protocol forbids.
        """
        return self._signed("GET", key, {}, seconds)

    def upload_link(self, key: str, *, size: int, content_type: str, seconds: int) -> UploadLink:
        """Return an address for PUT with size and type among the signed headers.

        Raises ValueError for a lifetime that the protocol forbids.
        """
        headers = {"content-length": str(size), "content-type": content_type}
        return UploadLink(self._signed("PUT", key, headers, seconds), headers)

    def _signed(self, method: str, key: str, headers: Mapping[str, str], seconds: int) -> str:
        if not 1 <= seconds <= _LONGEST_SECONDS:
            raise ValueError(f"a link is valid for 1 to {_LONGEST_SECONDS} seconds")
        moment = self.now().strftime("%Y%m%dT%H%M%SZ")
        scope = f"{moment[:8]}/{self.access.region}/s3/aws4_request"
        endpoint = urlsplit(self.access.endpoint)
        path = f"{endpoint.path}/{self.bucket}/{quote(key, safe='/~')}"
        signed = dict(sorted({**headers, "host": endpoint.netloc}.items()))
        names = ";".join(signed)
        query = "&".join(
            f"{name}={quote(value, safe='~')}"
            for name, value in (
                ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
                ("X-Amz-Credential", f"{self.access.access_key}/{scope}"),
                ("X-Amz-Date", moment),
                ("X-Amz-Expires", str(seconds)),
                ("X-Amz-SignedHeaders", names),
            )
        )
        canonical = "".join(f"{name}:{value}\n" for name, value in signed.items())
        request = f"{method}\n{path}\n{query}\n{canonical}\n{names}\nUNSIGNED-PAYLOAD"
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = self._signing_key(moment[:8]).hex(text)
        return f"{endpoint.scheme}://{endpoint.netloc}{path}?{query}&X-Amz-Signature={signature}"

    def _signing_key(self, day: str) -> "_Mac":
        key = _Mac(f"AWS4{self.access.secret_key}".encode())
        for part in (day, self.access.region, "s3", "aws4_request"):
            key = _Mac(key.digest(part))
        return key


@dataclass(frozen=True)
class _Mac:
    key: bytes

    def digest(self, text: str) -> bytes:
        return hmac.new(self.key, text.encode(), hashlib.sha256).digest()

    def hex(self, text: str) -> str:
        return self.digest(text).hex()
