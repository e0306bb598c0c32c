"""What the merged supergraph must keep to, one rule per file."""
