"""Gets a supergraph from S3, or from a store that speaks its protocol; again only if it changed.

Blocking, as it is needed before there is an event loop; later it runs in a thread. Redirects are
not followed: they tell of a wrong region, and would carry the signature elsewhere.
"""

import http.client
import time
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import msgspec

from gateway.config.supergraph import S3Object
from gateway.errors import ConfigurationError
from gateway.pipeline.sigv4 import Credentials, signed_headers

_TIMEOUT = 10.0
_MAX_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024


class SourceUnreachable(ConfigurationError):
    """Where the supergraph comes from does not answer as it should: it may be better later."""


class Fetched(msgspec.Struct, frozen=True):
    """A supergraph's SDL, and the tag of this version of the object."""

    sdl: str
    etag: str | None


def fetch(source: S3Object, etag: str | None = None) -> Fetched | None:
    """The object; None where it still is the version with this tag.

    Raises:
        SourceUnreachable: It cannot be had.
    """
    name = f"s3://{source.bucket}/{source.key}"
    try:
        return _get(source, etag, name)
    except (OSError, http.client.HTTPException) as error:
        raise SourceUnreachable(f"{name}: {str(error) or type(error).__name__}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{name}: cannot be read: {error}") from error


def _get(source: S3Object, etag: str | None, name: str) -> Fetched | None:
    scheme, host, path = _place(source)
    headers = {"host": host} if etag is None else {"host": host, "if-none-match": etag}
    if source.access_key_id is not None and source.secret_access_key is not None:
        credentials = Credentials(
            source.access_key_id, source.secret_access_key, source.session_token
        )
        headers |= signed_headers(host, path, source.region, credentials, datetime.now(UTC))
    connect = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = connect(host, timeout=_TIMEOUT)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        if response.status == 304 and etag is not None:
            return None
        if response.status != 200:
            raise SourceUnreachable(f"{name}: answered with HTTP status {response.status}")
        return Fetched(_body(response, name).decode(), response.getheader("etag"))
    finally:
        connection.close()


def _place(source: S3Object) -> tuple[str, str, str]:
    """Scheme, host and path: AWS has a host for each bucket, others have the bucket in the path."""
    key = quote(source.key, safe="/-_.~")
    if source.endpoint is None:
        return "https", f"{source.bucket}.s3.{source.region}.amazonaws.com", f"/{key}"
    parts = urlsplit(source.endpoint)
    return parts.scheme, parts.netloc, f"/{source.bucket}/{key}"


def _body(response: http.client.HTTPResponse, name: str) -> bytes:
    deadline = time.monotonic() + _TIMEOUT
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > _MAX_BYTES:
            raise SourceUnreachable(f"{name}: is larger than {_MAX_BYTES} bytes")
        if time.monotonic() > deadline:
            raise SourceUnreachable(f"{name}: did not come within {_TIMEOUT:g} seconds")
    if response.length:  # read1 does not tell that the connection ended early
        raise SourceUnreachable(f"{name}: came without its end")
    return bytes(body)
