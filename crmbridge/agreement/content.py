"""The content catalogue: pieces of content that both sides agree show interest (R2.4)."""

from __future__ import annotations

from pydantic import Field

from crmbridge.agreement.base import Table
from crmbridge.agreement.scoring.scores import BuyingStage, TouchRule

EARLY = frozenset({"epiphany", "interest"})
"""Buying stages in which a form may ask for little (R2.5)."""
FREE_TO_ASK = frozenset({"email", "first_name", "last_name", "topics"})
"""What every form may ask for: a name, an address to send to, topics to subscribe to."""


class Approvers(Table):
    """Who of each side agreed that a piece of content counts."""

    marketing: str = Field(min_length=1, repr=False)
    sales: str = Field(min_length=1, repr=False)


class Content(TouchRule):
    """One piece of content: what a touch of it is worth, and which buying stage it shows.

    `kind` and `asset` say which touches are meant; entries go before `engagement.rules`. `asks`
    lists what its form asks for, in our words for fields. `brief` is one line for the rep who
    follows a signal up: what to say to it.
    """

    title: str = Field(min_length=1)
    stage: BuyingStage
    asks: tuple[str, ...] = ()
    brief: str = ""
    approved_by: Approvers
