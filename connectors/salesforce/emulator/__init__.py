"""A loopback emulator of Salesforce, written from the vendor's documents."""

from connectors.salesforce.emulator.screens import SalesforceSales
from connectors.salesforce.emulator.vendor import Salesforce

EMULATOR = Salesforce
SCREENS = {"sales": SalesforceSales}

__all__ = ["EMULATOR", "SCREENS", "Salesforce"]
