"""What can be wrong with a subgraph's SDL before composition looks at it."""

from enum import Enum, auto

import msgspec


class FaultKind(Enum):
    """Which rule the SDL breaks."""

    GRAPHQL = auto()
    LINK_USAGE = auto()
    LINK_URL = auto()
    FEDERATION_VERSION = auto()
    LINK_VERSION = auto()
    DIRECTIVE_DEFINITION = auto()
    TYPE_DEFINITION = auto()


class Fault(msgspec.Struct, frozen=True):
    """A fault at a schema coordinate (`Product.name`, `@key`), or at a place in the text."""

    kind: FaultKind
    message: str
    coordinate: str = ""
    line: int = 0
    column: int = 0
