"""From subgraph schemas to a supergraph."""
