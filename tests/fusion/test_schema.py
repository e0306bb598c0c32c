"""When the store's subgraphs do not compose, one is led to the Python code."""

import pytest

from fusion import schema as store
from gateway.composition import codes
from gateway.composition.compose import Failed
from gateway.composition.errors import CompositionError, Place


def test_the_store_tells_where_in_python_its_subgraphs_do_not_compose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = CompositionError(
        codes.INVALID_FIELD_SHARING, "Shared.", (Place("cart", "Mutation.cartCreate"),)
    )
    monkeypatch.setattr(store, "compose", lambda _sources: Failed((error,), ()))
    with pytest.raises(store.CompositionFailed) as failed:
        store.generate()
    first, line, carets = str(failed.value).splitlines()
    assert first.startswith("subgraphs/cart/")
    assert first.endswith(": error[INVALID_FIELD_SHARING]: Shared.")
    name = line.index("cart_create(")
    assert carets[name:] == "^^^^^^^^^^^"
