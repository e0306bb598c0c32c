"""A newer supergraph takes the place of the one that is served, and no request is dropped.

    source.py ─► reloader.py: build in a thread ─► warm up ─► swap ─► renewal.py: move live queries
                     └── broken? the old one stays, status.py tells why

Requests under way finish on the supergraph that they began with (`gateway.pipeline.serving`).
"""
