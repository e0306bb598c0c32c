"""Which subgraph resolves what, and how one moves between them."""
