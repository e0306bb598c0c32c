"""Who a request is made for, once the token is verified."""

import msgspec


class Identity(msgspec.Struct, frozen=True):
    """`subject` is None for anonymous clients; `expires_at` is in seconds since the epoch."""

    subject: str | None = None
    scopes: frozenset[str] = frozenset()
    expires_at: float | None = None

    @property
    def authenticated(self) -> bool:
        """Whether a verified token came with the request."""
        return self.subject is not None


ANONYMOUS = Identity()
