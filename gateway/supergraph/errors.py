"""What can be wrong with a supergraph."""

from gateway.errors import ConfigurationError


class SupergraphError(ConfigurationError):
    """The supergraph's SDL cannot be read: it is for the operator to mend."""
