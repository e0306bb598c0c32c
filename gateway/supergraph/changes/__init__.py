"""What changed between two API schemas, how bad that is, and which operations it hits."""
