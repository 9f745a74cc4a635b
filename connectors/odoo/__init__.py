"""Odoo as the sales side: leads and opportunities, who works them, and what they bring in."""

from connectors.odoo.connector import Odoo as CONNECTOR

__all__ = ["CONNECTOR"]
