"""Passes over the fetch graph, one per file, each of which leaves a correct graph behind."""
