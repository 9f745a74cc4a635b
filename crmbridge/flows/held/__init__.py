"""Held work: what a person answers, and what ends by itself."""
