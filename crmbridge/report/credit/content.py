"""What content reaches, what is read before a hand-off, a first meeting and a win (R7.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from crmbridge.agreement import Agreement
from crmbridge.agreement.content import Content
from crmbridge.policy.content.read_before import read_before
from crmbridge.report.credit.attribution import shown
from crmbridge.report.credit.cohort import REJECTED, Cohort, Tally, cohort, instant_of, tallies
from crmbridge.report.credit.scope import Scope
from crmbridge.report.frame.sheet import Column, Estimate, Report, Sheet
from crmbridge.store import book_reads, content, handed
from crmbridge.store.book_rows import REVENUE
from crmbridge.store.handed import HandedCycle, Seen
from crmbridge.store.table import Tx

QUIET = timedelta(days=180)
"""Content without a touch for so long is listed (R7.8)."""
MEETINGS = ("meeting",)
"""Kinds of activities that are meetings."""


def content_report(tx: Tx, scope: Scope, now: datetime) -> Report:
    """Return each piece of content that anybody touched in the period, and what came of it.

    A piece is an entry of the agreement's catalogue, or an asset that no entry names.
    """
    found = cohort(tx, scope, now)
    seen = handed.touches(tx, (one.lead for one in found.cycles))
    pieces = _Pieces(scope.agreement)

    def before_hand_off(one: HandedCycle) -> Iterable[str]:
        return [pieces.of(it) for it in seen.get(one.lead, ()) if it.asset and it.at <= one.handed]

    by = tallies(found, before_hand_off)
    return Report(
        name="content",
        title="Content: whom it reaches, and what follows",
        company=scope.company,
        period=scope.period,
        sheets=(
            _reach(tx, scope, found, by, pieces),
            _meetings(tx, scope, pieces),
            _quiet(tx, scope, pieces, now),
            _uncatalogued(tx, scope, pieces),
        ),
        notes=(
            "Read before is no cause: who reads much is keener anyway.",
            "Ratings by prospects and by sales are not asked for yet.",
        ),
    )


class _Pieces:
    """The catalogue: which of its entries a touch belongs to."""

    def __init__(self, agreement: Agreement) -> None:
        self.entries: Sequence[Content] = agreement.content
        self._known: dict[tuple[str, str], str] = {}

    def of(self, touch: Seen) -> str:
        """The title of the entry, or the asset itself."""
        return self.named(touch.kind, touch.asset)

    def named(self, kind: str, asset: str) -> str:
        """The title of the entry that a kind and an asset belong to, or the asset itself."""
        key = (kind, asset)
        if key not in self._known:
            entry = next((one for one in self.entries if one.matches(kind, asset)), None)
            self._known[key] = entry.title if entry else asset
        return self._known[key]

    def is_known(self, kind: str, asset: str) -> bool:
        """Whether an entry names it."""
        return any(one.matches(kind, asset) for one in self.entries)


def _reach(tx: Tx, scope: Scope, found: Cohort, by: Mapping[str, Tally], pieces: _Pieces) -> Sheet:
    since, until = (instant_of(scope, day) for day in (scope.period.since, scope.period.until))
    reach: dict[str, set[str]] = {}
    many: dict[str, int] = {}
    for kind, asset, lead, n in content.reached(tx, since, until):
        name = pieces.named(kind, asset)
        reach.setdefault(name, set()).add(lead)
        many[name] = many.get(name, 0) + n
    headline = scope.agreement.attribution.headline
    credit: dict[str, int] = {}
    titles = {asset: pieces.named(kind, asset) for kind, asset, _ in content.last_touched(tx)}
    for row in book_reads.credited(tx, REVENUE, [headline], scope.days, of="asset", when="day"):
        if not row.untouched and row.currency == scope.currency and row.name:
            name = titles.get(row.name, row.name)
            credit[name] = credit.get(name, 0) + row.minor
    accepted = sum(one.accepted is not None for one in found.cycles)
    decided = accepted + sum(
        one.accepted is None and one.outcome in REJECTED for one in found.cycles
    )
    rows = []
    for name in sorted({*reach, *by, *credit}, key=lambda it: (-len(reach.get(it, ())), it)):
        mine = by.get(name, Tally())
        told = read_before(mine.accepted, mine.accepted + mine.rejected, accepted, decided)
        rows.append(
            (
                name,
                len(reach.get(name, ())),
                many.get(name, 0),
                mine.pushed,
                mine.accepted,
                mine.won,
                Estimate.of(told.difference, told.interval) if told.interval else None,
                scope.money(credit.get(name, 0)),
            )
        )
    return Sheet(
        name="content",
        title="Reach, and the leads that read it before they were handed over",
        columns=(
            Column(name="content", title="Content"),
            Column(name="people", title="People", kind="count"),
            Column(name="touches", title="Touches", kind="count"),
            Column(name="handed", title="Read before a hand-off", kind="count"),
            Column(name="accepted", title="of these accepted", kind="count"),
            Column(name="won", title="of these won", kind="count"),
            Column(name="difference", title="Accepted with minus without", kind="interval"),
            Column(name="credit", title=f"Revenue, {shown(headline)}", kind="money"),
        ),
        rows=tuple(rows),
        empty="Nobody touched any content in this period.",
    )


def _meetings(tx: Tx, scope: Scope, pieces: _Pieces) -> Sheet:
    """How many touches people had before their first meeting, by month of the meeting."""
    by: dict[str, list[int]] = {}
    reads: dict[str, int] = {}
    since, until = (instant_of(scope, day) for day in (scope.period.since, scope.period.until))
    for at, touched in content.before_first(tx, MEETINGS, since, until):
        month = f"{at.astimezone(scope.zone):%Y-%m}"
        by.setdefault(month, []).append(len(touched))
        for name in {pieces.named(kind, asset) for kind, asset in touched if asset}:
            reads[name] = reads.get(name, 0) + 1
    top = ", ".join(
        f"{name} ({n})" for name, n in sorted(reads.items(), key=lambda it: (-it[1], it[0]))[:5]
    )
    return Sheet(
        name="meetings",
        title="Interactions before the first meeting",
        columns=(
            Column(name="month", title="Month of the meeting"),
            Column(name="people", title="First meetings", kind="count"),
            Column(name="median", title="Touches before, median", kind="decimal"),
        ),
        rows=tuple((month, len(n), _median(n)) for month, n in sorted(by.items())),
        empty="No first meeting in this period.",
        notes=(f"Read most before a first meeting: {top}.",) if top else (),
    )


def _median(values: Sequence[int]) -> float:
    ordered, middle = sorted(values), len(values) // 2
    if len(ordered) % 2:
        return float(ordered[middle])
    return (ordered[middle - 1] + ordered[middle]) / 2


def _quiet(tx: Tx, scope: Scope, pieces: _Pieces, now: datetime) -> Sheet:
    last: dict[str, datetime] = {}
    for kind, asset, at in content.last_touched(tx):
        name = pieces.named(kind, asset)
        last[name] = max(at, last.get(name, at))
    titles = {one.title for one in pieces.entries}
    quiet = [one for one in sorted(titles) if one not in last or last[one] < now - QUIET]
    return Sheet(
        name="quiet",
        title="In the catalogue, and not touched for 180 days",
        columns=(
            Column(name="content", title="Content"),
            Column(name="last", title="Last touch", kind="day"),
        ),
        rows=tuple(
            (one, last[one].astimezone(scope.zone).date() if one in last else None) for one in quiet
        ),
        empty="Everything in the catalogue was touched in the last 180 days.",
    )


def _uncatalogued(tx: Tx, scope: Scope, pieces: _Pieces) -> Sheet:
    since, until = (instant_of(scope, day) for day in (scope.period.since, scope.period.until))
    found: dict[str, list[int]] = {}
    for kind, asset, _, n in content.reached(tx, since, until):
        if asset and not pieces.is_known(kind, asset):
            row = found.setdefault(asset, [0, 0])
            row[0] += 1
            row[1] += n
    order = sorted(found, key=lambda one: (-found[one][0], one))
    return Sheet(
        name="uncatalogued",
        title="Touched, and in no catalogue",
        columns=(
            Column(name="asset", title="Asset"),
            Column(name="people", title="People", kind="count"),
            Column(name="touches", title="Touches", kind="count"),
        ),
        rows=tuple((one, *found[one]) for one in order),
        empty="All that was touched is in the catalogue.",
    )
