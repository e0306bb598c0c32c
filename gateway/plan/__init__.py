"""Query plans as values."""
