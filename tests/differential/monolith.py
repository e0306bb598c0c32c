"""Makes a random monolith: entities with several keys, interfaces, unions, values, roots."""

from random import Random

from tests.differential.model import Argument, FieldModel, Ref, TypeModel

ENTITIES = ("User", "Post", "Shop", "Item")
LEAVES = ("String", "Int", "Float", "Boolean", "ID", "Mood", "Blob")
LEAF_NAMES = ("name", "title", "age", "size", "mood", "blob", "code2")
OBJECT_NAMES = ("owner", "friend", "best", "items", "grid", "pet", "part")
WRAPS = ("?", "?", "?", "?!", "?!", "[?]", "[?!]", "[?!]!", "[[?]]", "[[?!]!]", "[[?]!]!")
LEAF_WRAPS = ("?", "?", "?", "?!", "?!", "[?]", "[?!]!", "[[?!]]")
COMMON_SDL = """
enum Mood { GOOD BAD ODD }
scalar Blob
input Filter { min: Int = 2 word: String mood: Mood = BAD deep: [Filter!] }
"""
MOODS = ("GOOD", "BAD", "ODD")


class MonolithMaker:
    """Makes the types of one monolith."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self.types: dict[str, TypeModel] = {}

    def make(self) -> dict[str, TypeModel]:
        self._slot()
        names = ENTITIES[: self._dice.randint(2, 4)]
        for name in names:
            self.types[name] = TypeModel(name, "object")
        self.types["Money"] = TypeModel("Money", "object")
        self.types["Place"] = TypeModel("Place", "object")
        self._interfaces(names)
        self.types["Either"] = TypeModel("Either", "union", members=self._members(names))
        for name in names:
            self._keys(self.types[name], names)
        for name in (*names, "Money", "Place"):
            self._fields(self.types[name])
        self._roots()
        return self.types

    def _slot(self) -> None:
        fields = [FieldModel("no", Ref("Int", "?!"), fails=False)]
        fields.append(FieldModel("row", Ref("String"), fails=False))
        self.types["Slot"] = TypeModel("Slot", "object", {one.name: one for one in fields})

    def _members(self, names: tuple[str, ...]) -> tuple[str, ...]:
        pool = [*names, "Money"]
        return tuple(sorted(self._dice.sample(pool, self._dice.randint(2, len(pool)))))

    def _interfaces(self, names: tuple[str, ...]) -> None:
        for interface in ("Thing", "Named")[: self._dice.randint(1, 2)]:
            model = self.types[interface] = TypeModel(interface, "interface")
            model.fields["id"] = FieldModel("id", Ref("ID", "?!"), fails=False)
            for name in self._dice.sample(names, self._dice.randint(2, len(names))):
                self.types[name].implements += (interface,)
        self.types["Sized"] = TypeModel("Sized", "interface")
        self.types["Sized"].fields["size"] = self._leaf("size")
        for name in ("Money", "Place"):
            self.types[name].implements += ("Sized",)

    def _keys(self, type_: TypeModel, names: tuple[str, ...]) -> None:
        options = ["code", "num kind", "slot { no }", "slot { no row } code"]
        others = [name for name in names if name != type_.name]
        if others:
            options.append("mate { id }")
        wanted = self._dice.sample(options, self._dice.randint(0, 2))
        type_.keys = ("id", *wanted)
        fields = {
            "id": Ref("ID", "?!"),
            "code": Ref("String", "?!"),
            "num": Ref("Int", "?!"),
            "kind": Ref("Mood", "?!"),
            "slot": Ref("Slot", "?!"),
            "mate": Ref(self._dice.choice(others or [type_.name]), "?!"),
        }
        for name, ref in fields.items():
            if any(name in key.replace("{", " ").split() for key in type_.keys):
                type_.fields[name] = FieldModel(name, ref, fails=False)

    def _fields(self, type_: TypeModel) -> None:
        for name in type_.implements:
            for field in self.types[name].fields.values():
                if field.name not in type_.fields:
                    type_.fields[field.name] = self._narrowed(field)
        for name in self._dice.sample(LEAF_NAMES, self._dice.randint(2, 4)):
            self._add(type_, self._leaf(name))
        few = 3 if type_.keys else 1
        for name in self._dice.sample(OBJECT_NAMES, self._dice.randint(1, few)):
            self._add(type_, self._object(name))
        if type_.keys and self._dice.random() < 0.7:
            self._share_with_interface(type_)

    def _add(self, type_: TypeModel, field: FieldModel) -> None:
        """Add a field, of the type that an interface has it with, if one does."""
        for name in type_.implements:
            known = self.types[name].fields.get(field.name)
            if known is not None:
                type_.fields[field.name] = self._narrowed(known)
                return
        type_.fields.setdefault(field.name, field)

    def _share_with_interface(self, type_: TypeModel) -> None:
        """Let an interface have one of the fields, and so all that implement it."""
        for name in type_.implements:
            interface = self.types[name]
            field = self._dice.choice(list(type_.fields.values()))
            implementers = [one for one in self.types.values() if name in one.implements]
            if field.name in interface.fields or field.name in {"mate", "slot", "num", "kind"}:
                continue
            fits = all(
                one is type_ or not self._clash(one, field, interface) for one in implementers
            ) and all(field.name not in self.types[other].fields for other in type_.implements)
            if not fits or field.name == "code":
                continue
            interface.fields[field.name] = FieldModel(field.name, field.type, field.arguments)
            for one in implementers:
                one.fields.setdefault(field.name, self._narrowed(interface.fields[field.name]))

    def _clash(self, type_: TypeModel, field: FieldModel, interface: TypeModel) -> bool:
        known = type_.fields.get(field.name)
        others = [self.types[name] for name in type_.implements if name != interface.name]
        return any(field.name in other.fields for other in others) or (
            known is not None and (known.type != field.type or known.arguments != field.arguments)
        )

    def _narrowed(self, field: FieldModel) -> FieldModel:
        """The field as an object type has it: perhaps non-null."""
        ref = field.type
        if ref.nullable and self._dice.random() < 0.25:
            ref = Ref(ref.named, f"{ref.wrap}!")
        return FieldModel(field.name, ref, field.arguments, fails=field.fails)

    def _leaf(self, name: str) -> FieldModel:
        ref = Ref(self._dice.choice(LEAVES), self._dice.choice(LEAF_WRAPS))
        return FieldModel(name, ref, self._arguments())

    def _object(self, name: str) -> FieldModel:
        named = self._dice.choice([one for one in self.types if one not in {"Query", "Mutation"}])
        return FieldModel(name, Ref(named, self._dice.choice(WRAPS)), self._arguments(0.2))

    def _arguments(self, chance: float = 0.3) -> tuple[Argument, ...]:
        options = (
            Argument("n", Ref("Int"), "3"),
            Argument("must", Ref("Int", "?!"), "7"),
            Argument("word", Ref("String")),
            Argument("mood", Ref("Mood"), "GOOD"),
            Argument("filter", Ref("Filter"), '{ word: "é\\"x" }'),
            Argument("ids", Ref("ID", "[?!]")),
            Argument("blob", Ref("Blob")),
        )
        if self._dice.random() > chance:
            return ()
        return tuple(self._dice.sample(options, self._dice.randint(1, 2)))

    def _roots(self) -> None:
        query = TypeModel("Query", "object")
        for index in range(self._dice.randint(3, 6)):
            field = self._object(f"q{index}")
            query.fields[field.name] = field
        mutation = TypeModel("Mutation", "object")
        for index in range(3):
            field = self._object(f"m{index}")
            mutation.fields[field.name] = field
        mutation.fields["tick"] = FieldModel("tick", Ref("Int", "?!"), fails=False)
        mutation.fields["tock"] = FieldModel("tock", Ref("Int", "?!"), fails=False)
        self.types |= {"Query": query, "Mutation": mutation}
