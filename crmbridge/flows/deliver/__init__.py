"""The outbox to the vendors: the only room that writes to them."""

from crmbridge.flows.deliver.drain import Delivered, drain

__all__ = ["Delivered", "drain"]
