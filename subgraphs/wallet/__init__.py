"""Money and points of customers, in a double-entry ledger."""
