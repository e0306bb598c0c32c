"""The commerce platform: one folder a subgraph."""
