"""The parts of a posting as the ledger's entries have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crmbridge.model.payload import ClassMoved, CreditedTouch, CreditLine
from crmbridge.policy.revenue.posting import By, Moved
from crmbridge.store.books import Spot


def lines_of(
    entries: Mapping[By, Mapping[Spot, int]], versions: Mapping[str, str], places: dict[Spot, int]
) -> tuple[CreditLine, ...]:
    """Lines of a posting; `places` learns the touches that they name."""
    lines = []
    for (model, currency), adds in entries.items():
        pairs = tuple((places.setdefault(spot, len(places)), n) for spot, n in adds.items())
        version = versions.get(model, "")
        lines.append(CreditLine(model=model, currency=currency, version=version, adds=pairs))
    return tuple(lines)


def touches_of(places: Iterable[Spot]) -> tuple[CreditedTouch, ...]:
    """The touches that a posting names, in the order of their places."""
    return tuple(
        CreditedTouch(
            id=one.touch,
            lead=one.lead,
            channel=one.channel,
            campaign=one.campaign,
            asset=one.asset,
        )
        for one in places
    )


def moves_of(classes: Iterable[Moved]) -> tuple[ClassMoved, ...]:
    """What classes gain and lose, as a posting has it."""
    return tuple(
        ClassMoved(
            definition=one.definition,
            kind=one.kind,
            currency=one.currency,
            deals=one.deals,
            minor=one.minor,
        )
        for one in classes
    )
