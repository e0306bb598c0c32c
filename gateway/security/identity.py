"""Who a request is made for, once the token is verified."""

import msgspec


class Identity(msgspec.Struct, frozen=True):
    """`subject` is None for anonymous clients; `expires_at` is in seconds since the epoch.

    `claims` are those of the token that are a scalar or a list of scalars: name and values as text,
    as GraphQL writes an ID (7 is "7"). The words of `scope` are single values.
    """

    subject: str | None = None
    scopes: frozenset[str] = frozenset()
    expires_at: float | None = None
    claims: tuple[tuple[str, frozenset[str]], ...] = ()

    @property
    def authenticated(self) -> bool:
        """Whether a verified token came with the request."""
        return self.subject is not None


ANONYMOUS = Identity()
