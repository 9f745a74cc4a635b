"""What judging asks an agreement for again and again, looked up once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from crmbridge.agreement.scoring.scores import Engagement
from crmbridge.agreement.shape import Agreement
from crmbridge.policy.definition.values import Kind
from crmbridge.policy.prepared import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The rules for touches, the types of facts, and the grid of one agreement.

    `floors` is the least engagement of each digit, `None` for the last. `worst` is the letter
    that takes no signal, empty where nothing is said of fit. `fitting` are the facts that fit
    asks for.
    """

    rules: Engagement
    types: Mapping[str, Kind]
    floors: Mapping[int, Decimal | None]
    worst: str
    fitting: frozenset[str]


def _terms(agreement: Agreement) -> Terms:
    groups = agreement.fit.groups.values() if agreement.fit else ()
    return Terms(
        rules=agreement.scoring,
        types=agreement.types,
        floors=dict(agreement.grid.digits),
        fitting=frozenset(rule.field for group in groups for rule in group.rules),
        worst=agreement.fit.letters[-1][0] if agreement.fit else "",
    )


terms = Kept[Agreement, Terms](_terms).of
