"""Buying together: offers, groups, and seats that are taken once."""
