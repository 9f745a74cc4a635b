"""How the machinery stands: status, quotas, writes that wait."""
