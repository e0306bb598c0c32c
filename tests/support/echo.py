"""A subgraph `echo` that answers with the number it is asked for, and its supergraph."""

import re
from typing import Any

SUPERGRAPH = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!) repeatable on OBJECT | SCALAR
directive @link(url: String, for: link__Purpose) repeatable on SCHEMA
enum join__Graph { ECHO @join__graph(name: "echo", url: "http://127.0.0.1:1") }
enum link__Purpose { EXECUTION SECURITY }
scalar Big @join__type(graph: ECHO)
type Query @join__type(graph: ECHO) { echo(value: Big): Big }
"""


async def echo(_scope: Any, receive: Any, send: Any) -> None:
    """Answers `{"data": {"echo": <number>}}`, every digit as it came."""
    message = await receive()
    if message["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    found = re.search(rb"-?[0-9]{15,}", body)
    number = b"null" if found is None else found[0]
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"data":{"echo":%s}}' % number})
