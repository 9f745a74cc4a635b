"""The outbox to the vendors and to people: the only room that writes to them."""

from crmbridge.flows.deliver.drain import Delivered, drain, target_of

__all__ = ["Delivered", "drain", "target_of"]
