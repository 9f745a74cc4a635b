"""A SQL database or a folder of CSV files as a system of the company, and as a sink."""

from connectors.tables.connector import Tables

CONNECTOR = Tables

__all__ = ["CONNECTOR", "Tables"]
