"""Requests that a foreign page can make a browser send without asking the gateway first.

Forms, links and images cannot set headers or send JSON; a page's script that does is preceded by a
CORS preflight. So a request is trusted if it has a JSON body, or any of a few agreed headers. Of
others, only those are answered for which no subgraph is asked (`{ __typename }`).
"""

from collections.abc import Collection, Mapping

from gateway.config.http import Csrf
from gateway.security.errors import PreflightRequired


def is_preflighted(
    headers: Mapping[bytes, bytes], settings: Csrf, origins: Collection[str] = ()
) -> bool:
    """Whether a browser would have asked before sending this, or need not; names are lower case.

    It need not for our own pages (`Sec-Fetch-Site` cannot be set by scripts) and for those of
    `origins`: so `EventSource`, which can set no headers, works there.
    """
    if not settings.enabled or headers.get(b"sec-fetch-site") == b"same-origin":
        return True
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1") in origins:
        return True
    if any(name.encode() in headers for name in settings.required_headers):
        return True
    content_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return content_type == b"application/json"


def refuse_unpreflighted(settings: Csrf) -> PreflightRequired:
    """The error that says what to send."""
    names = ", ".join(settings.required_headers)
    return PreflightRequired(
        "A browser could have sent this request for a foreign page. Send it by POST as "
        f"application/json, or with one of the headers {names}."
    )
