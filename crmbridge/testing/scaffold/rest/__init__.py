"""Example as a system of people, by a class on the kit."""

from crmbridge.testing.scaffold.rest.connector import ExampleConnector

CONNECTOR = ExampleConnector

__all__ = ["CONNECTOR", "ExampleConnector"]
