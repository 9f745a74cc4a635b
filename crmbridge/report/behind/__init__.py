"""Which leads and deals a figure of a report is made of, found by the report's own rules."""
