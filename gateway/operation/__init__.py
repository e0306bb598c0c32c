"""Normalised operations: what a client asks, resolved against the API schema."""
