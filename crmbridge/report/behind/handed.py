"""The leads behind the figures of sources, campaigns and content: cycles that were handed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from crmbridge.model.codec import moment
from crmbridge.report.behind.spots import Spot, became, in_order, spot
from crmbridge.report.credit.cohort import REJECTED, RETURNED, WON, cohort
from crmbridge.report.credit.content import names_read, who_met, who_touched
from crmbridge.report.credit.quality import named
from crmbridge.report.credit.scope import Scope
from crmbridge.store.handed import HandedCycle
from crmbridge.store.table import Tx

TITLES: Mapping[str, str] = {
    "handed": "Leads that were handed to sales",
    "decided": "Leads that sales accepted or rejected",
    "accepted": "Leads that sales accepted",
    "rejected": "Leads that sales rejected",
    "returned": "Leads that came back after sales had accepted them",
    "won": "Leads that are won",
    "ended": "Leads whose cycle is over",
}
"""What may be asked for of the cycles handed over in a period."""


def _turned_down(one: HandedCycle) -> bool:
    return one.accepted is None and one.outcome in REJECTED


_IS: Mapping[str, Callable[[HandedCycle], bool]] = {
    "handed": lambda one: True,
    "decided": lambda one: one.accepted is not None or _turned_down(one),
    "accepted": lambda one: one.accepted is not None,
    "rejected": _turned_down,
    "returned": lambda one: one.accepted is not None and one.outcome in RETURNED,
    "won": lambda one: one.outcome == WON,
    "ended": lambda one: one.ended is not None,
}


def handed_leads(
    tx: Tx, scope: Scope, now: datetime, what: str, *, of: str = "", name: str = "", why: str = ""
) -> list[Spot]:
    """Return the cycles handed over in the period that are what is asked, one of `TITLES`.

    `of` is source, campaign or content, and `name` one as the report shows it; empty for all.
    `why` is a reason of sales in the report's words.
    """
    found = cohort(tx, scope, now)
    names = (
        (lambda one: (name,))
        if not of
        else names_read(scope.agreement)
        if of == "content"
        else named(tx, scope, found, of)
    )
    return in_order(
        _spot(one, what)
        for one in found.cycles
        if _IS[what](one) and (not why or _reason(one) == why) and name in names(one)
    )


def _reason(one: HandedCycle) -> str:
    return (one.reason or "missing_reason").replace("_", " ")


def _spot(one: HandedCycle, what: str) -> Spot:
    told = became(one.outcome, one.reason, accepted=one.accepted is not None)
    at = one.accepted if what == "accepted" else one.ended if what in _OVER else None
    return spot(one.lead.hex(), one.n, moment(at or one.handed), told)


_OVER = ("rejected", "returned", "won", "ended")


def readers(tx: Tx, scope: Scope, name: str, *, uncatalogued: bool = False) -> list[Spot]:
    """Return the people who touched a piece of content in the period."""
    found = who_touched(tx, scope, name, uncatalogued=uncatalogued)
    return in_order(spot(one.lead, 0, one.at, "They touched it last on this day") for one in found)


def met(tx: Tx, scope: Scope, month: str) -> list[Spot]:
    """Return the people whose first meeting was in a month."""
    return in_order(
        spot(one.lead.hex(), 0, moment(one.at), f"First meeting, after {one.touches:,} touches")
        for one in who_met(tx, scope, month)
    )
