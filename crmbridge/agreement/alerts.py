"""Which news of leads is told at once; all other waits for the hour, and is told together."""

from __future__ import annotations

from crmbridge.agreement.base import Table
from crmbridge.agreement.rating import Rating


class Alerts(Table):
    """`urgent` are the ratings whose clocks and signals are told at once.

    Who asked for sales is always told at once.
    """

    urgent: tuple[Rating, ...] = ("hot",)

    def are_urgent(self, *ratings: str, hand_raise: bool = False) -> bool:
        """Whether news of a lead is told at once; any of its ratings will do."""
        return hand_raise or any(one in self.urgent for one in ratings)
