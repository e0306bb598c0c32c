"""IMPLICITLY_UPGRADED_FEDERATION_VERSION: what a subgraph links may need a newer federation."""

from gateway.composition import codes
from gateway.composition.errors import Place, Report
from gateway.federation.model import Schema
from gateway.federation.specs import LINKABLE


def hint_upgrades(schemas: list[Schema], report: Report) -> None:
    """Say which subgraphs are composed under a newer federation version than they link."""
    for schema in schemas:
        if schema.version is None:
            continue
        needed = [
            federation
            for link in schema.links
            if link.identity in LINKABLE
            for version, federation in LINKABLE[link.identity].needs_federation
            if version == link.version
        ]
        newest = max(needed, default=schema.version)
        if newest > schema.version:
            own = f"v{schema.version[0]}.{schema.version[1]}"
            report.hint(
                codes.IMPLICITLY_UPGRADED_FEDERATION_VERSION,
                f"Subgraph {schema.name} has been implicitly upgraded from federation {own} to"
                f" v{newest[0]}.{newest[1]}",
                Place(schema.name, "schema"),
            )
