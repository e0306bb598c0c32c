"""`@interfaceObject`: what a subgraph adds to an interface, every implementation gains."""

import msgspec

from gateway.composition.merge.context import Merge
from gateway.composition.merge.sharing import check_sharing
from gateway.federation.model import Applied, FieldDef, Kind


def add_interface_object_fields(merge: Merge) -> None:
    """Give implementations the fields that only interface objects resolve."""
    for name in merge.interface_objects:
        interface = merge.types.get(name)
        if interface is None:
            continue
        added = {
            field
            for index in merge.interface_objects[name]
            for field in merge.schemas[index].types[name].fields
        }
        for type_ in merge.types.values():
            if type_.kind is not Kind.OBJECT or name not in type_.interfaces:
                continue
            for field in interface.fields.values():
                if field.name in added and field.name not in type_.fields:
                    type_.fields[field.name] = _inherited(field)
                    check_sharing(merge, type_, field.name, {}, {})


def _inherited(field: FieldDef) -> FieldDef:
    """The field without a subgraph of its own: it is reached through the interface."""
    directives = [d for d in field.directives if not d.name.startswith("join__")]
    return msgspec.structs.replace(field, directives=[*directives, Applied("join__field", {})])
