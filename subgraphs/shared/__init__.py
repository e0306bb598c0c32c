"""What every subgraph stands on."""
