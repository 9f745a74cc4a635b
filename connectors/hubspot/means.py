"""What the parts of a write go by: the account's client and reader, and how it is written."""

from __future__ import annotations

from typing import Protocol

from connectors.hubspot.client import Client
from connectors.hubspot.reads import Reader


class Means(Protocol):
    """The writer of one account, as its parts see it."""

    client: Client
    reader: Reader
    key_field: str
    """The unique property that holds our key."""
    backward: bool
    """Whether a lifecycle stage may go back, which takes two more calls."""
    priority: int
    """That of DESIGN 9."""
