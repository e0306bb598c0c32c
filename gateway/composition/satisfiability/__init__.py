"""Whether every query that the supergraph allows can be answered by its subgraphs."""
