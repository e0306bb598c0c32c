"""Why the catalog refuses: the codes of its `UserError`s, and its refusals."""

from enum import StrEnum

from subgraphs.shared.errors import BusinessError


class Code(StrEnum):
    """Values of `UserErrorCode` that this subgraph gives."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    DUPLICATE_SKU = "DUPLICATE_SKU"


def invalid(message: str, *field: str) -> BusinessError:
    """The input breaks a rule that the graph's types cannot say."""
    return BusinessError(Code.INVALID, message, field)


def not_found(what: str, *field: str) -> BusinessError:
    """What the input names is not there."""
    return BusinessError(Code.NOT_FOUND, f"There is no such {what}.", field)


def slug_taken(slug: str) -> BusinessError:
    """Another product has the slug."""
    return BusinessError(Code.CONFLICT, f"Another product has the slug {slug!r}.", ["slug"])


def changed_meanwhile(version: int) -> BusinessError:
    """The caller expected another version."""
    message = f"The product has changed; it is at version {version}."
    return BusinessError(Code.CONFLICT, message, ["expectedVersion"], {"version": version})


def duplicate_sku(sku: str, *field: str) -> BusinessError:
    """Another product, or the same call, has the SKU."""
    return BusinessError(Code.DUPLICATE_SKU, f"The SKU {sku!r} is taken.", field)


def duplicate_barcode(barcode: str, *field: str) -> BusinessError:
    """Another variant has the barcode."""
    return BusinessError(Code.CONFLICT, f"Another variant has the barcode {barcode!r}.", field)


def duplicate_choice(*field: str) -> BusinessError:
    """Two variants of a product would have the same options."""
    return BusinessError(Code.CONFLICT, "Another variant has the same options.", field)


def taken_meanwhile(code: Code, what: str) -> BusinessError:
    """Another call took a SKU or a barcode while this one ran."""
    return BusinessError(code, f"Another variant has just taken a {what} of these.", ["variants"])
