"""Subscriptions that subgraphs serve themselves: one upstream for all clients that ask the same."""
