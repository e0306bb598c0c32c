"""The words of the demo shop: what its products are called and what is said about them."""
