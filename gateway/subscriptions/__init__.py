"""Live queries: event sources, fan-out and the way from an event to an answer."""
