"""A table of functions by the class of the payload that each is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from crmbridge.model.event import Event
from crmbridge.model.payload import Payload
from crmbridge.store.projection.inventory import Inventory

P = TypeVar("P", bound=Payload)
Handler = Callable[[Inventory, Event, P], None]


class Handlers(dict[type[Payload], Handler[Any]]):
    """Functions that change the view, by payload; called with classes, it takes one for them."""

    def __call__(self, *payloads: type[P]) -> Callable[[Handler[P]], Handler[P]]:
        """Take the decorated function for these payloads."""

        def take(handler: Handler[P]) -> Handler[P]:
            self.update(dict.fromkeys(payloads, handler))
            return handler

        return take
