"""Who clients are, and who the gateway is to its subgraphs."""

from pydantic import Field, model_validator

from gateway.config.units import Duration, FilePath, Flag, Section


class JwksProvider(Section):
    """Where the public keys are that verify clients' tokens."""

    file: FilePath | None = None
    url: str | None = Field(default=None, pattern=r"^https?://")
    refresh_interval: Duration = 300.0
    """How long keys of a URL are used before they are asked for again."""

    @model_validator(mode="after")
    def _one_source(self) -> "JwksProvider":
        if (self.file is None) == (self.url is None):
            raise ValueError("needs either file or url")
        return self


class Jwt(Section):
    """Verification of the tokens that clients send as `Authorization: Bearer …`."""

    jwks_providers: tuple[JwksProvider, ...] = Field(min_length=1)
    issuer: str
    audience: str
    require_authentication: Flag = False
    """Refuse requests without a token. A wrong token is refused always."""
    leeway: Duration = 5.0
    """How far clocks may differ."""


class InternalIdentity(Section):
    """The short-lived token that tells a subgraph whom it serves, in place of the client's own."""

    enabled: Flag = True
    private_key: FilePath | None = None
    """Ed25519 private key as JWK or PEM file. Without it one is made at each start."""
    lifetime: Duration = Field(default=30.0, le=60)
