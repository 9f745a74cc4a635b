"""Connectors that ship with crmbridge, one folder a vendor."""
