"""The federation specification: directives, links and the typed view of a subgraph."""
