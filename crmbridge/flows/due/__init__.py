"""What makes many leads due at once: another mapping, a backfill, a clock that was set right."""
