"""A page of what a vendor said, turned into events of the ledger; no vendor is called here."""

from crmbridge.flows.read.observe.page import observe

__all__ = ["observe"]
