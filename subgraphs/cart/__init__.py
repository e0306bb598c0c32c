"""The cart: what a buyer means to buy, priced exactly."""
