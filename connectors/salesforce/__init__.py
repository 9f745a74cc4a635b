"""Salesforce as a system: leads, contacts, opportunities and what sales does with them."""

from connectors.salesforce.connector import Salesforce

CONNECTOR = Salesforce

LIBRARIES = ("simple_salesforce",)
"""The vendor's library, which is loaded with the first call: see `crmbridge.registry`."""

__all__ = ["CONNECTOR", "LIBRARIES", "Salesforce"]
