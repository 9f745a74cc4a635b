"""Leads that come back: taken back, routed by reason, repaired, reinstated."""
