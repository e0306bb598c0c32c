"""`Node`, the interface that every subgraph declares alike."""

import strawberry


@strawberry.interface(description="Something with an id that is unique in the whole graph.")
class Node:
    """What has an id of `subgraphs.shared.ids`."""

    id: strawberry.ID = strawberry.field(description="Its prefix names the kind.")
