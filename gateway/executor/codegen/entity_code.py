"""Code of an entity fetch: `collect` walks to the objects and makes the representations.

Objects of one path with the same content are made one object on the way, where that is safe: then
merging, later walks and the projection meet it once, however often the client sees it.
"""

from collections.abc import Callable

import msgspec

from gateway.executor.codegen.layout import Keys, Layout, Placed
from gateway.executor.codegen.source import Source
from gateway.executor.representations import RepresentationBuilder
from gateway.executor.types import Types
from gateway.executor.walk import HIDDEN_TYPENAME
from gateway.plan.nodes import Key, OnType, Path, Requirement
from gateway.selections.model import Field, SelectionSet

TYPE_KEYS = frozenset({"__typename", HIDDEN_TYPENAME})
MAX_CONTENT = 6


class EntityPlan(msgspec.Struct, frozen=True):
    """What is known of an entity fetch before its code is written.

    `content` are the keys of all that its objects may hold when it starts, if objects of equal
    content are to be one; `base` is the fetch whose objects the walk starts from.
    """

    placed: Placed
    base: Placed | None
    share: bool
    content: tuple[str, ...] | None


def plan_entity(layout: Layout, placed: Placed) -> EntityPlan:
    """What the layout allows for this fetch."""
    share = layout.may_share(placed)
    content = _content(layout, placed) if share else None
    return EntityPlan(placed, layout.base_of(placed), share, content)


def _content(layout: Layout, placed: Placed) -> tuple[str, ...] | None:
    """The leaves that tell this fetch's objects apart; None where they hold more than leaves."""
    if not placed.path or not isinstance(placed.path[-1], Key):
        return None
    required = [flat_keys(requirement.selections) for requirement in placed.fetch.requirements]
    if any(keys is None for keys in required):
        return None
    own = {key for keys in required for key in keys or ()}
    content = dict.fromkeys(own)
    for other, tree in layout.present(placed):
        if other.path == placed.path and _depends_only_on(other, own):
            continue
        if any(tree.values()):
            return None
        content.update(dict.fromkeys(tree))
    names = tuple(sorted(content.keys() - TYPE_KEYS))
    return names if len(names) <= MAX_CONTENT else None


def _depends_only_on(other: Placed, keys: set[str]) -> bool:
    """Is all that `other` brings the same for objects with the same values of `keys`?"""
    required = [flat_keys(requirement.selections) for requirement in other.fetch.requirements]
    return all(needed is not None and keys.issuperset(needed) for needed in required)


def flat_keys(selections: SelectionSet) -> tuple[str, ...] | None:
    """The response keys that a requirement reads, if it reads but leaves of the object itself."""
    keys: list[str] = []
    for selection in selections:
        if not isinstance(selection, Field) or selection.selections:
            return None
        if selection.name != "__typename":
            keys.append(selection.response_key)
    return tuple(keys)


class EntityCode:
    """Writes `collect(tree, reached)` of one entity fetch into a source."""

    def __init__(
        self,
        source: Source,
        plan: EntityPlan,
        types: Types,
        list_depth: Callable[[Keys], int | None],
    ) -> None:
        """`list_depth` tells how many lists are around the objects at keys, if that is known."""
        self._list_depth = list_depth
        self._source = source
        self._plan = plan
        self._types = types

    def write(self, name: str) -> None:
        """Write the function `name`: `(representations, targets, objects)` for a tree."""
        source, placed, base = self._source, self._plan.placed, self._plan.base
        path = placed.path if base is None else placed.path[len(base.path) :]
        with source.block(f"def {name}(tree, reached)"):
            source.line("representations, targets, objects, seen, index = [], [], [], {}, {}")
            start = "(tree,)" if base is None else f"reached[{base.slot}]"
            with source.block(f"for v0 in {start}"):
                self._steps(path, "v0", None, () if base is None else base.keys)
            source.line("return representations, targets, objects")

    def _steps(self, path: Path, value: str, place: str | None, keys: Keys) -> None:
        """Code for the rest of a path from the dict `value`, found at `keys`.

        `place` is what to assign to where another object is to stand in its place.
        """
        if not path:
            self._object(value, place)
            return
        match path[0]:
            case OnType(names=names):
                self._type_of(value)
                with self._source.block(f"if t in {self._source.constant('TYPES', names)}"):
                    self._steps(path[1:], value, place, keys)
            case Key(name=key):
                self._key(path[1:], value, (*keys, key))

    def _key(self, rest: Path, value: str, keys: Keys) -> None:
        """Code that goes on at the value under a key, as it is by the client's shape."""
        found = self._source.name("v")
        self._source.line(f"{found} = {value}.get({keys[-1]!r})")
        match self._list_depth(keys):
            case 0:
                self._expect(found, "dict")
                self._steps(rest, found, f"{value}[{keys[-1]!r}]", keys)
            case 1:
                self._expect(found, "list")
                self._items(rest, found, f"{found}[{{}}]", keys)
            case _:
                self._either(found, f"{value}, {keys[-1]!r}")
                self._items(rest, found, f"holder[{{}} if holder is {found} else at]", keys)

    def _expect(self, value: str, kind: str) -> None:
        with self._source.block(f"if type({value}) is not {kind}"):
            with self._source.block(f"if {value} is None"):
                self._source.line("continue")
            self._source.line("raise Irregular")

    def _either(self, found: str, place: str) -> None:
        """Code for a value that may be an object or a list: to a list, and where that stands."""
        source = self._source
        with source.block(f"if type({found}) is dict"):
            source.line(f"{found} = ({found},)")
            source.line(f"holder, at = {place}")
        with source.block("else"):
            self._expect(found, "list")
            source.line(f"holder = {found}")

    def _items(self, rest: Path, found: str, place: str, keys: Keys) -> None:
        source, item, position = self._source, self._source.name("v"), self._source.name("i")
        canonical = not rest and self._plan.content is not None
        pairs = f"{position}, {item} in enumerate({found})"
        with source.block(f"for {pairs if canonical else f'{item} in {found}'}"):
            self._expect(item, "dict")
            self._steps(rest, item, place.format(position), keys)

    def _type_of(self, value: str) -> None:
        self._source.line(f"t = {value}.get('__typename')")
        with self._source.block("if type(t) is not str"):
            self._source.line(f"t = typename_of({value})")

    def _object(self, value: str, place: str | None) -> None:
        """Code for an object that the path reaches."""
        source, content = self._source, self._plan.content
        self._type_of(value)
        if content is None or place is None:
            self._representation(value)
            return
        reads = ", ".join(f"{value}.get({key!r})" for key in content)
        names = [f"c{number}" for number, _ in enumerate(content)]
        if names:
            source.line(f"{', '.join(names)}, = {reads},")
            strings = " and ".join(f"type({name}) is str" for name in names)
            with source.block(f"if {strings}"):
                source.line(f"k = t, {', '.join(names)}")
            with source.block(f"elif {' or '.join(f'{name} is None' for name in names)}"):
                source.line("k = None")
            with source.block("else"):
                source.line(f"k = t, content_key(({', '.join(names)},))")
        else:
            source.line("k = (t,)")
        with source.block("if k is not None"):
            source.line("known = seen.get(k)")
            with source.block("if known is not None"):
                source.line(f"{place} = known")
                source.line("continue")
            source.line(f"seen[k] = {value}")
        self._representation(value)

    def _representation(self, value: str) -> None:
        source = self._source
        source.line(f"objects.append({value})")
        for requirement in self._plan.placed.fetch.requirements:
            with source.block(f"if {self._type_test(requirement)}"):
                self._build(requirement, value)
                source.line("at_index = index.setdefault(r, len(targets))")
                with source.block("if at_index < len(targets)"):
                    source.line(f"targets[at_index].append({value})")
                with source.block("else"):
                    source.line("representations.append(representation)")
                    source.line(f"targets.append([{value}])")
                source.line("continue")

    def _type_test(self, requirement: Requirement) -> str:
        if len(requirement.on_types) == 1:
            return f"t == {next(iter(requirement.on_types))!r}"
        return f"t in {self._source.constant('TYPES', requirement.on_types)}"

    def _build(self, requirement: Requirement, value: str) -> None:
        """Code for `representation` and its key `r`; goes on where the object has none."""
        source = self._source
        if flat_keys(requirement.selections) is None or not self._uniform(requirement):
            builder = RepresentationBuilder((requirement,), self._types)
            source.line(f"representation = {source.constant('build', builder.build)}({value})")
            with source.block("if representation is None"):
                source.line("continue")
            source.line("r = content_key(representation)")
            return
        typename = "t" if requirement.typename is None else repr(requirement.typename)
        parts = [f"'__typename': {typename}"]
        read: list[str] = []
        for selection in requirement.selections:
            if isinstance(selection, Field) and selection.name != "__typename":
                read.append(self._read(requirement, selection, value))
                parts.append(f"{selection.name!r}: {read[-1]}")
        source.line(f"representation = {{{', '.join(parts)}}}")
        if len(read) == 1:
            source.line(f"r = ({typename}, {read[0]}) if type({read[0]}) is str else None")
            source.line("r = r or content_key(representation)")
        else:
            source.line("r = content_key(representation)")

    def _read(self, requirement: Requirement, field: Field, value: str) -> str:
        """Code that reads a required field; the name that then holds its value."""
        source, name = self._source, self._source.name("x")
        if self._nullable(requirement, field)[0]:
            source.line(f"{name} = {value}.get({field.response_key!r}, MISSING)")
            test = f"{name} is MISSING"
        else:
            source.line(f"{name} = {value}.get({field.response_key!r})")
            test = f"{name} is None"
        with source.block(f"if {test}"):
            source.line("continue")
        return name

    def _uniform(self, requirement: Requirement) -> bool:
        """Is each required field nullable in all types or in none?"""
        return all(
            len(set(self._nullable(requirement, selection))) == 1
            for selection in requirement.selections
            if isinstance(selection, Field)
        )

    def _nullable(self, requirement: Requirement, field: Field) -> list[bool]:
        types = sorted(requirement.on_types)
        return [self._types.may_be_null(typename, field.name) for typename in types]
