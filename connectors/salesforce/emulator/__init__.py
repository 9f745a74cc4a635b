"""A loopback emulator of Salesforce, written from the vendor's documents."""

from connectors.salesforce.emulator.vendor import Salesforce

EMULATOR = Salesforce

__all__ = ["EMULATOR", "Salesforce"]
