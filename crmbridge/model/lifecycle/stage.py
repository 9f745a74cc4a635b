"""The stages of a lead, whose they are, and the order of events of one instant."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from crmbridge.model.side import MARKETING, SALES


class Stage(StrEnum):
    """Where a lead stands (domain.md 1.1)."""

    KNOWN = "known"
    ENGAGED = "engaged"
    NURTURE = "nurture"
    CUSTOMER = "customer"
    READY = "ready"
    HANDED = "handed"
    ACCEPTED = "accepted"
    QUALIFIED = "qualified"
    OPPORTUNITY = "opportunity"
    DISQUALIFIED = "disqualified"
    MERGED = "merged"
    ERASED = "erased"


RESTING = frozenset({Stage.KNOWN, Stage.ENGAGED, Stage.NURTURE, Stage.CUSTOMER})
"""Stages in which marketing has the lead and has not yet called it ready."""

TAKEN_ON = (Stage.ACCEPTED, Stage.QUALIFIED)
"""Stages in which a team of sales works a lead: from them it may hand it on."""
OPEN_WORK = frozenset({Stage.HANDED, *TAKEN_ON})
"""Stages that count as a rep's open work (R4.1)."""

TOMBSTONES = frozenset({Stage.MERGED, Stage.ERASED})

SIDES: Mapping[Stage, str] = {
    **dict.fromkeys(RESTING | {Stage.READY}, MARKETING.value),
    **dict.fromkeys(OPEN_WORK | {Stage.OPPORTUNITY}, SALES.value),
    **dict.fromkeys(TOMBSTONES | {Stage.DISQUALIFIED}, "none"),
}
"""Which side has a lead in a stage: `marketing`, `sales` or `none`."""
WITH_SALES = tuple(one for one in Stage if SIDES[one] == SALES)
"""Stages in which sales has a lead; each is entered by the step of its name."""

LADDER: Mapping[str, int] = {
    name.value: step
    for step, name in enumerate(
        (
            Stage.KNOWN,
            Stage.ENGAGED,
            Stage.NURTURE,
            Stage.READY,
            Stage.HANDED,
            Stage.ACCEPTED,
            Stage.QUALIFIED,
            Stage.OPPORTUNITY,
        )
    )
} | {Stage.CUSTOMER.value: 2}
"""How far a lead has come (R1.18 (11)); a customer rests beside nurture."""

FOR_MARKETING = (
    *(Stage.KNOWN, Stage.ENGAGED, Stage.NURTURE, Stage.READY, Stage.HANDED, Stage.ACCEPTED),
    *(Stage.QUALIFIED, Stage.DISQUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER),
)
"""Stages as marketing's own field goes through them, the earliest first. Who is out stands before
an opportunity: to say so of a customer is a step backward, of a lead it is none."""

RANK: Mapping[str, float] = {
    name: rank
    for rank, name in enumerate(
        (
            "adopted",
            "known",
            "engaged",
            "ready",
            "unready",
            "queue_expired",
            "handed",
            "sales_touch",
            "accepted",
            "qualified",
            "opportunity",
            "rejected",
            "returned",
            "stale",
            "recalled",
            "deal_won",
            "deal_lost",
            "deal_reopened",
            "disqualified",
            "reinstated",
            "merged",
            "erased",
        ),
        start=-1,
    )
} | {"handed_on": 8.5}
"""Every type of event and its order among events of one instant (R1.4).

`handed_on` came later (decision 0031), between qualified and opportunity: the numbers of the others
are agreed."""
