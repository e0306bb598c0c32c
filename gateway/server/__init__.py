"""HTTP, server-sent events and WebSocket."""
