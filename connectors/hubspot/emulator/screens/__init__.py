"""HubSpot in a play: what an administrator makes in a portal, and what people do in its screens."""

from connectors.hubspot.emulator.screens.marketing import HubSpotMarketing
from connectors.hubspot.emulator.screens.sales import HubSpotSales

__all__ = ["HubSpotMarketing", "HubSpotSales"]
