"""Signs a GET as S3 wants it: AWS Signature Version 4, with the signature in a header.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

_EMPTY_BODY = hashlib.sha256(b"").hexdigest()


class Credentials(msgspec.Struct, frozen=True):
    """Who signs; `session_token` comes with keys that are good for a while only."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


def signed_headers(
    host: str, path: str, region: str, credentials: Credentials, now: datetime
) -> dict[str, str]:
    """The headers that a GET of `path` (percent-encoded, without a query) needs besides `Host`."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"x-amz-content-sha256": _EMPTY_BODY, "x-amz-date": stamp}
    if credentials.session_token is not None:
        headers["x-amz-security-token"] = credentials.session_token
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    names, request = _canonical(path, {"host": host, **headers})
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request).hexdigest()))
    signature = hmac.new(_key(credentials, scope), text.encode(), hashlib.sha256).hexdigest()
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return {**headers, "authorization": authorization}


def _canonical(path: str, headers: Mapping[str, str]) -> tuple[str, bytes]:
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    return names, f"GET\n{path}\n\n{lines}\n{names}\n{_EMPTY_BODY}".encode()


def _key(credentials: Credentials, scope: str) -> bytes:
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
