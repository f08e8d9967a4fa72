"""The loop, and what survives it."""
