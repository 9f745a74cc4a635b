"""The part of an explanation about money: what a lead won and how, and its account's deals."""

from __future__ import annotations

from typing import Any

from crmbridge.flows.owed.revenue import shares_of, won
from crmbridge.flows.scene.account import account_deals
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene


def won_told(scene: Scene, look: View) -> dict[str, Any]:
    """Return what the lead shares of won deals, and what stands on its marketing record.

    `shares` has each deal with the evidence (`by`) and the lead's part, empty for a deal without
    an amount. `apart` is what `value` leaves out for want of a rate. Sums are texts such as
    `10.00 EUR`; nothing won is empty.
    """
    found = won(scene, look)
    return {
        "shares": [
            {"deal": deal, "by": kind, "part": str(money) if money else ""}
            for deal, kind, money in shares_of(scene, look.id)
        ],
        "value": str(found.value) if found.value else "",
        "apart": [str(one) for one in found.apart],
    }


def account_told(scene: Scene, look: View) -> dict[str, int]:
    """Return how many deals of the lead's accounts are open, and how many were won."""
    found = account_deals(scene, look.id)
    return {"open_deals": found.open, "won_deals": found.won}
