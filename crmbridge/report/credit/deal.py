"""One deal's credit, touch by touch: who, when, by which positions, and what was posted when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Protocol

from crmbridge.model.codec import decode_map
from crmbridge.model.money import Money
from crmbridge.policy.revenue.journey import Point
from crmbridge.report.credit.attribution import WHY, shown
from crmbridge.report.credit.scope import MEASURES, Scope
from crmbridge.report.frame.sheet import Column, Report, Row, Sheet
from crmbridge.report.text import when
from crmbridge.store.book_rows import CLASS, CreditRow
from crmbridge.store.projection.deals import GAVE
from crmbridge.store.rows import DealRow

POSITIONS = {
    "FT": "first touch",
    "LC": "made the lead",
    "OC": "before the deal",
    "CW": "before the win",
    "mid": "in between",
    "decay": "by its age",
    "non_direct": "last that was not direct",
}


class OfTouch(Protocol):
    """What a model gives to a touch; see `flows.revenue.trace`."""

    @property
    def model(self) -> str: ...  # noqa: D102
    @property
    def touch(self) -> Point: ...  # noqa: D102
    @property
    def gave(self) -> Mapping[str, Fraction]: ...  # noqa: D102
    @property
    def share(self) -> Fraction: ...  # noqa: D102
    @property
    def minor(self) -> int: ...  # noqa: D102


class OfDeal(Protocol):
    """A deal's credit in one measure; see `flows.revenue.trace`."""

    @property
    def measure(self) -> str: ...  # noqa: D102
    @property
    def people(self) -> int: ...  # noqa: D102
    @property
    def rows(self) -> Sequence[OfTouch]: ...  # noqa: D102
    @property
    def why(self) -> str: ...  # noqa: D102


def deal_report(
    scope: Scope,
    deal: DealRow,
    traces: Iterable[OfDeal],
    currency: str,
    posted: Iterable[CreditRow],
) -> Report:
    """Return how a deal's credit follows from its touches now, and its postings so far.

    Where it was written as the vendor's campaign influence, that stands there, too.
    """
    found = list(traces)
    sheets = [_touches(one, currency) for one in found]
    sheets.append(_postings(posted))
    sheets += _influence(deal.data.get(GAVE))
    notes = [
        f"{MEASURES[one.measure]}: {WHY.get(one.why, one.why).strip('()')}."
        for one in found
        if one.why
    ]
    if not found:
        notes.append("The deal counts in no measure now: it is not won, and has no creation date.")
    return Report(
        name="attribution",
        title=f"Credit of the deal {deal.id}",
        company=scope.company,
        sheets=tuple(sheets),
        notes=tuple(notes),
    )


def _touches(one: OfDeal, currency: str) -> Sheet:
    return Sheet(
        name=one.measure,
        title=f"{MEASURES[one.measure]}: {one.people} people",
        columns=(
            Column(name="model", title="Model"),
            Column(name="at", title="Touch at"),
            Column(name="lead", title="Lead"),
            Column(name="channel", title="Channel"),
            Column(name="content", title="Content"),
            Column(name="holds", title="Holds"),
            Column(name="share", title="Share", kind="share"),
            Column(name="amount", title="Credit", kind="money"),
        ),
        rows=tuple(_row(it, currency) for it in one.rows),
        empty="No touch is credited.",
    )


def _row(one: OfTouch, currency: str) -> Row:
    held = ", ".join(
        f"{POSITIONS.get(name, shown(name))} {float(100 * part):.1f} %"
        for name, part in one.gave.items()
    )
    return (
        shown(one.model),
        when(datetime.fromtimestamp(one.touch.at, UTC)),
        one.touch.person,
        one.touch.channel,
        one.touch.asset,
        held,
        one.share,
        Money(one.minor, currency),
    )


def _influence(gave: Mapping[str, Any] | None) -> list[Sheet]:
    """What campaigns are credited with at the vendor; nothing where none was ever written."""
    if gave is None:
        return []
    shares = decode_map(gave["shares"])
    return [
        Sheet(
            name="influence",
            title=f"Written as campaign influence of the model {gave['model']}",
            columns=(
                Column(name="campaign", title="Campaign"),
                Column(name="person", title="Person"),
                Column(name="share", title="Influence", kind="share"),
            ),
            rows=tuple(
                (*pair.split(" "), Fraction(str(share)) / 100) for pair, share in shares.items()
            ),
            empty="No campaign is credited there now.",
        )
    ]


def _postings(posted: Iterable[CreditRow]) -> Sheet:
    sums: dict[tuple[str, int, str, str, str, str], int] = {}
    days = {}
    for row in posted:
        if row.model.startswith(CLASS):
            continue
        key = (row.measure, row.n, row.cause, row.posted.isoformat(), row.model, row.currency)
        sums[key] = sums.get(key, 0) + row.minor
        days[key] = row.posted
    return Sheet(
        name="postings",
        title="Posted so far; what was posted is never changed",
        columns=(
            Column(name="measure", title="Measure"),
            Column(name="posted", title="Posted on", kind="day"),
            Column(name="cause", title="Because"),
            Column(name="model", title="Model"),
            Column(name="added", title="Added in sum", kind="money"),
        ),
        rows=tuple(
            (
                MEASURES[key[0]],
                days[key],
                key[2].replace("_", " "),
                shown(key[4]),
                Money(minor, key[5]),
            )
            for key, minor in sums.items()
        ),
        empty="Nothing was posted yet.",
    )
