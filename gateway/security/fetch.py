"""Gets a small document, such as a JWKS, from a URL that the operator configured."""

import aiohttp

_TIMEOUT = aiohttp.ClientTimeout(total=5.0, connect=2.0)
_MAX_BYTES = 256 * 1024


async def fetch_document(url: str) -> bytes:
    """The body at a URL; redirects are not followed.

    Raises:
        OSError: It cannot be had in time.
        ValueError: It is no answer with status 200, or too large.
    """
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise ValueError(f"answered with HTTP status {response.status}")
            body = await response.content.read(_MAX_BYTES + 1)
            while len(body) <= _MAX_BYTES and (more := await response.content.read(_MAX_BYTES)):
                body += more
    except aiohttp.ClientError as error:
        raise OSError(str(error) or type(error).__name__) from error
    if len(body) > _MAX_BYTES:
        raise ValueError("is too large")
    return body
