"""Odoo as the sales side: leads and opportunities, who works them, and what they bring in."""

from connectors.odoo.connector import Odoo

CONNECTOR = Odoo

__all__ = ["CONNECTOR", "Odoo"]
