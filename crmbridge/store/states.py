"""The states that rows can be in, apart from the modules that move them."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an operation stands."""

    INTENT = "intent"
    SENDING = "sending"
    DONE = "done"
    REFUSED = "refused"
    HELD = "held"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"
    LATER = "later"


class HeldState(StrEnum):
    """Whether a person still has to look."""

    OPEN = "open"
    RESOLVED = "resolved"
