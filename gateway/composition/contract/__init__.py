"""Contracts: supergraphs and API schemas for one audience, chosen by `@tag`."""
