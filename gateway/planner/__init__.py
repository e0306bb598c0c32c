"""From an operation to a query plan."""
