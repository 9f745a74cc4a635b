"""Salesforce as a system: leads, contacts, opportunities and what sales does with them."""

from connectors.salesforce.connector import Salesforce

CONNECTOR = Salesforce

__all__ = ["CONNECTOR", "Salesforce"]
