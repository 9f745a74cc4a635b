"""What content reaches, what is read before a hand-off, a first meeting and a win, and what people
think of it (R7.8).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from crmbridge.agreement import Agreement
from crmbridge.agreement.content import Content
from crmbridge.model.codec import moment
from crmbridge.policy.content.read_before import read_before
from crmbridge.report.agreement.revenue import what
from crmbridge.report.credit.attribution import shown
from crmbridge.report.credit.cohort import (
    REJECTED,
    Cohort,
    Names,
    Tally,
    cohort,
    instant_of,
    tallies,
)
from crmbridge.report.credit.parts import parts_of
from crmbridge.report.credit.ratings import sheets as rating_sheets
from crmbridge.report.credit.scope import Scope
from crmbridge.report.frame.sheet import Column, Estimate, Report, Sheet
from crmbridge.report.text import capital
from crmbridge.store import book_reads, content, ratings
from crmbridge.store.book_rows import REVENUE
from crmbridge.store.content import Asset, Met, Reached, Readers, Touched
from crmbridge.store.handed import HandedCycle
from crmbridge.store.led_up import pairs_of
from crmbridge.store.table import Tx

QUIET = timedelta(days=180)
"""Content without a touch for so long is listed (R7.8)."""


def content_report(tx: Tx, scope: Scope, now: datetime) -> Report:
    """Return each piece of content that anybody touched in the period, and what came of it.

    A piece is an entry of the agreement's catalogue, or an asset that no entry names.
    """
    found = cohort(tx, scope, now)
    met = content.before_first(tx, *_span(scope))
    touched = content.reached(tx)
    pieces = _Pieces(scope.agreement)
    names, readers = _read_before(pieces), _Readers(tx, scope)
    by = tallies(found, names)
    more = parts_of(tx, scope, found, names, str, "content", now)
    return Report(
        name="content",
        title="Content: whom it reaches, and what follows",
        company=scope.company,
        period=scope.period,
        sheets=(
            _reach(tx, scope, found, by, pieces, touched, readers),
            _meetings(scope, pieces, met),
            *rating_sheets(ratings.given(tx, *_span(scope)), scope.zone),
            _quiet(scope, pieces, now, touched),
            _uncatalogued(pieces, touched, readers),
            *more,
        ),
        notes=("Read before is no cause: who reads much is keener anyway.", *_of_all(scope)),
    )


def _of_all(scope: Scope) -> Iterable[str]:
    """What is counted of all leads where those of one team or source are asked for."""
    if scope.only is not None:
        yield (
            "Handed over, accepted, won and the difference are of the chosen leads alone; people, "
            "touches, meetings, ratings and credit are of all."
        )


def names_read(agreement: Agreement) -> Names:
    """Return the pieces that the report counts a handed cycle for."""
    return _read_before(_Pieces(agreement))


def who_touched(tx: Tx, scope: Scope, name: str, *, uncatalogued: bool = False) -> list[Touched]:
    """Return the people who touched a piece in the period, each once, the latest touch first.

    With `uncatalogued` by what no entry of the catalogue names.
    """
    pieces = _Pieces(scope.agreement)
    assets = [
        (one.kind, one.asset)
        for one in content.reached(tx)
        if pieces.named(one.kind, one.asset) == name
        and not (uncatalogued and pieces.is_known(one.kind, one.asset))
    ]
    return content.touched_by(tx, assets, *_span(scope))


def who_met(tx: Tx, scope: Scope, month: str) -> list[Met]:
    """Return the people whose first meeting was in a month of the period, as `2026-05`."""
    met = content.before_first(tx, *_span(scope))
    return [one for one in met if f"{moment(one.at).astimezone(scope.zone):%Y-%m}" == month]


def _read_before(pieces: _Pieces) -> Names:
    """The pieces that a lead had read before it was handed over."""

    def names(one: HandedCycle) -> tuple[str, ...]:
        return pieces.named_in(one.assets)

    return names


class _Pieces:
    """The catalogue: which of its entries a touch belongs to."""

    def __init__(self, agreement: Agreement) -> None:
        self.entries: Sequence[Content] = agreement.content
        self._known: dict[tuple[str, str], str] = {}
        self._told: dict[str, tuple[str, ...]] = {}

    def named(self, kind: str, asset: str) -> str:
        """The title of the entry that a kind and an asset belong to, or the asset itself."""
        key = (kind, asset)
        if key not in self._known:
            entry = next((one for one in self.entries if one.matches(kind, asset)), None)
            self._known[key] = entry.title if entry else asset
        return self._known[key]

    def named_in(self, assets: str) -> tuple[str, ...]:
        """The titles of kinds and assets, as a row of the ledger has them."""
        found = self._told.get(assets)
        if found is None:
            told = dict.fromkeys(self.named(*one) for one in pairs_of(assets))
            found = self._told[assets] = tuple(told)
        return found

    def is_known(self, kind: str, asset: str) -> bool:
        """Whether an entry names it."""
        return any(one.matches(kind, asset) for one in self.entries)


def _span(scope: Scope) -> tuple[datetime | None, datetime | None]:
    return instant_of(scope, scope.period.since), instant_of(scope, scope.period.until)


class _Readers:
    """How many people touched what in the period, and how often; asked once of the same."""

    def __init__(self, tx: Tx, scope: Scope) -> None:
        self._tx, self._span = tx, _span(scope)
        self._known: dict[tuple[Asset, ...], Readers] = {}

    def of(self, some: Iterable[Reached]) -> Readers:
        """Those of any of some assets, each person once."""
        asked = tuple((one.kind, one.asset) for one in some)
        if asked not in self._known:
            self._known[asked] = content.readers(self._tx, asked, *self._span)
        return self._known[asked]

    def by_piece(self, pieces: _Pieces, touched: Iterable[Reached]) -> dict[str, Readers]:
        """Those of each piece that anybody touched in the period."""
        by: dict[str, list[Reached]] = defaultdict(list)
        for one in touched:
            by[pieces.named(one.kind, one.asset)].append(one)
        found = {name: self.of(some) for name, some in by.items()}
        return {name: one for name, one in found.items() if one.times}


def _credit(tx: Tx, scope: Scope, pieces: _Pieces, touched: Iterable[Reached]) -> dict[str, int]:
    """What the headline credits each piece with."""
    credit: dict[str, int] = defaultdict(int)
    headline = scope.agreement.attribution.headline
    titles = {one.asset: pieces.named(one.kind, one.asset) for one in touched}
    for row in book_reads.credited(tx, REVENUE, [headline], scope.days, of="asset", when="day"):
        if not row.untouched and row.currency == scope.currency and row.name:
            credit[titles.get(row.name, row.name)] += row.minor
    return dict(credit)


def _reach(
    tx: Tx,
    scope: Scope,
    found: Cohort,
    by: Mapping[str, Tally],
    pieces: _Pieces,
    touched: Sequence[Reached],
    readers: _Readers,
) -> Sheet:
    reach = readers.by_piece(pieces, touched)
    credit = _credit(tx, scope, pieces, touched)
    headline = scope.agreement.attribution.headline
    accepted = sum(one.accepted is not None for one in found.cycles)
    decided = accepted + sum(
        one.accepted is None and one.outcome in REJECTED for one in found.cycles
    )
    rows = []
    for name in sorted({*reach, *by, *credit}, key=lambda it: (-reach.get(it, (0,))[0], it)):
        mine = by.get(name, Tally())
        told = read_before(mine.accepted, mine.accepted + mine.rejected, accepted, decided)
        rows.append(
            (
                name,
                *reach.get(name, (0, 0)),
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
            Column(name="difference", title="Accepted, against those without", kind="interval"),
            Column(name="credit", title="Revenue credited to it", kind="money"),
        ),
        rows=tuple(rows),
        empty="Nobody touched any content in this period.",
        notes=(
            "Revenue is credited by the model that both sides agreed on. "
            f"{capital(shown(headline))} means: {what(headline, scope.agreement.attribution)}.",
        )
        if rows
        else (),
    )


def _meetings(
    scope: Scope,
    pieces: _Pieces,
    met: Iterable[Met],
) -> Sheet:
    """How many touches people had before their first meeting, by month of the meeting."""
    by: dict[str, list[int]] = defaultdict(list)
    alike: Counter[str] = Counter()
    for one in met:
        by[f"{moment(one.at).astimezone(scope.zone):%Y-%m}"].append(one.touches)
        alike[one.assets] += 1
    reads: Counter[str] = Counter()
    for text, n in alike.items():
        reads.update(dict.fromkeys(pieces.named_in(text), n))
    order = sorted(reads, key=lambda name: (-reads[name], name))
    top = ", ".join(f"{name} ({reads[name]})" for name in order[:5])
    return Sheet(
        name="meetings",
        title="Interactions before the first meeting",
        columns=(
            Column(name="month", title="Month of the meeting"),
            Column(name="people", title="First meetings", kind="count"),
            Column(name="median", title="Touches before: half had at most", kind="decimal"),
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


def _quiet(scope: Scope, pieces: _Pieces, now: datetime, touched: Iterable[Reached]) -> Sheet:
    last: dict[str, datetime] = {}
    for one in touched:
        name = pieces.named(one.kind, one.asset)
        last[name] = max(one.last, last.get(name, one.last))
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


def _uncatalogued(pieces: _Pieces, touched: Iterable[Reached], readers: _Readers) -> Sheet:
    found: dict[str, list[int]] = {}
    for one in touched:
        if not pieces.is_known(one.kind, one.asset) and (mine := readers.of([one])).times:
            row = found.setdefault(one.asset, [0, 0])
            row[0] += mine.people
            row[1] += mine.times
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
