"""A change, and the marks that say which operations it hits.

A mark tells one thing that an operation does with a schema. A change hits an operation that does
everything of one of its `hits`.
"""

from collections.abc import Iterable

import msgspec

from gateway.supergraph.changes.codes import ChangeCode

Mark = str
"""`T`: names the type T or meets it; `T.f`, `T.f(a:)`, `@d`, `@d(a:)`: uses the element;
`~` before an argument or input field: uses its owner and leaves it out; `read T`, `on T`, `send T`:
selects a field of that type, has a fragment on it, gives a value of it; `@d on FIELD`: so placed;
`schema.mutation`: is a mutation."""


class Change(msgspec.Struct, frozen=True):
    """One difference, at a schema coordinate."""

    code: ChangeCode
    coordinate: str
    message: str
    hits: tuple[tuple[Mark, ...], ...] = ()

    def hits_operation(self, marks: Iterable[Mark]) -> bool:
        """Whether an operation that does all this meets the change."""
        done = frozenset(marks)
        return any(done.issuperset(wanted) for wanted in self.hits)
