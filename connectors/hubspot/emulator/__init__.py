"""A loopback HubSpot account, written from the vendor's documents and never from our client."""

from connectors.hubspot.emulator.vendor import HubSpot

EMULATOR = HubSpot

__all__ = ["EMULATOR", "HubSpot"]
