"""HubSpot, on the marketing or the sales side."""

from connectors.hubspot.connector import HubSpot

CONNECTOR = HubSpot

__all__ = ["CONNECTOR", "HubSpot"]
