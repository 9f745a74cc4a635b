"""What both sides did with leads and deals, counted from cycles and entries; nothing of credit."""
