"""HubSpot, on the marketing or the sales side."""

from connectors.hubspot.connector import HubSpot

CONNECTOR = HubSpot

LIBRARIES = ("hubspot",)
"""The vendor's library, which is loaded with the first call: see `crmbridge.registry`."""

__all__ = ["CONNECTOR", "LIBRARIES", "HubSpot"]
