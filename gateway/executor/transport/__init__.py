"""Ways to ask a subgraph: over HTTP, or in the gateway's own process."""
