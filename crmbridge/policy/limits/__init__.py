"""Limits of what may be written: what a write counts as, what is too much, and how that is said."""
