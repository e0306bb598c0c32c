"""Selection sets as immutable values: keys, requirements, operations and plans share them."""
