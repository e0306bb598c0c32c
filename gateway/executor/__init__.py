"""Runs query plans."""
