"""A loopback HubSpot account, written from the vendor's documents and never from our client."""

from connectors.hubspot.emulator.screens import HubSpotMarketing, HubSpotSales
from connectors.hubspot.emulator.vendor import HubSpot

EMULATOR = HubSpot
SCREENS = {"marketing": HubSpotMarketing, "sales": HubSpotSales}

__all__ = ["EMULATOR", "SCREENS", "HubSpot"]
