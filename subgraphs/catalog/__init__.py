"""The catalog: what the shop sells, in which channel, and for how much."""
