"""What each subgraph must keep to by itself, one rule per file."""
