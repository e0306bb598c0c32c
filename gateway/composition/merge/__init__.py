"""Subgraphs into one supergraph, one kind of element per file."""
