"""A federation gateway: composes subgraphs, plans operations over them and runs the plans."""
