"""Salesforce in a play: what an administrator makes in an org, and what sales does in it."""

from connectors.salesforce.emulator.screens.sales import SalesforceSales

__all__ = ["SalesforceSales"]
