"""What the outbox delivers to beside the systems: the ways to people."""

from __future__ import annotations

MESSAGES = "messages"
"""What is told to people: the outbox's target beside the systems."""


def channel_target(channel: str) -> str:
    """The outbox's name for a way to people."""
    return f"{MESSAGES}.{channel}"


def bundle_target(channel: str) -> str:
    """The outbox's name for what waits until the hour is over, to be told by a way together.

    Nothing is sent from there: `flows.alert.bundle` makes one message of what waits.
    """
    return f"{channel_target(channel)}.bundle"


def channel_of(target: str) -> str:
    """The way to people behind a target's name; empty for a system."""
    kind, _, channel = target.partition(".")
    return channel if kind == MESSAGES else ""
