"""The golden cases as tests, and what turns their JSON into our values."""
