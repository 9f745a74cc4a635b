"""Limits that stop the writer before it writes more than a careful operator would expect."""
