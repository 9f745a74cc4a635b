"""A file of costs taken into the ledger: a month in it takes the place of what was known of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crmbridge.company import Company, digest
from crmbridge.errors import ConfigError
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.currencies import CURRENCIES
from crmbridge.model.payload import CostGiven
from crmbridge.policy.revenue.cost.lines import lines_of
from crmbridge.policy.revenue.cost.names import Names
from crmbridge.policy.revenue.cost.table import Row, read
from crmbridge.store import costs
from crmbridge.store.book_rows import CostRow
from crmbridge.store.table import Tx, grouped

LARGEST = 16 * 2**20
"""Bytes of a file of costs; a larger one is another file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthGiven:
    """A month of a file: what was known of it, empty for nothing, and what is from now on."""

    month: str
    before: tuple[CostRow, ...]
    after: tuple[CostRow, ...]

    @property
    def is_news(self) -> bool:
        """Whether anything is not as it was."""
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file: its months in order, and names that are not one campaign's.

    `unmatched` are names that no campaign has, `ambiguous` those that several have, with their
    records. Their costs are taken all the same.
    """

    months: tuple[MonthGiven, ...]
    unmatched: tuple[str, ...]
    ambiguous: Mapping[str, tuple[str, ...]]


def import_costs(company: Company, file: Path, by: str, *, dry: bool = False) -> Imported:
    """Take a file of costs into the ledger whole, or not at all; with `dry` look only.

    A month that is as it was is not written again.

    Raises:
        ConfigError: all faults of the file, a line each with its place and what to do.
        OSError: it cannot be read.
    """
    rows = _read(company, file)
    if dry:
        with company.ledger.read() as tx:
            return _compared(tx, file, rows)
    with company.ledger.write("costs") as tx:
        found = _compared(tx, file, rows)
        scene = Scene.open(company, tx)
        for one in found.months:
            if one.is_news:
                _write(scene, one, by)
        scene.work.flush()
    return found


def _read(company: Company, file: Path) -> Sequence[Row]:
    with file.open("rb") as opened:
        data = opened.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ConfigError(f"{file}: it is larger than {LARGEST // 2**20} MB: name a file of costs")
    exchange = company.exchange
    known = CURRENCIES | {exchange.currency} | {one.currency for one in exchange.rates}
    found = read(data, exchange.day(company.now()), known)
    _refuse(file, found.faults)
    return found.rows


def _compared(tx: Tx, file: Path, rows: Sequence[Row]) -> Imported:
    """Hold a file against what the ledger has of its months and campaigns."""
    campaigns = costs.campaigns(tx)
    _refuse(file, _doubles(rows, Names(campaigns)))
    given: dict[str, list[CostRow]] = defaultdict(list)
    for row in rows:
        given[row.given.month].append(_cost(row))
    before = grouped(costs.imported(tx, given), lambda one: one.month)
    found = lines_of((row.given for row in rows), campaigns)
    return Imported(
        months=tuple(
            MonthGiven(
                month=month,
                before=tuple(before.get(month, ())),
                after=tuple(sorted(some, key=_key)),
            )
            for month, some in sorted(given.items())
        ),
        unmatched=tuple(sorted(found.unmatched)),
        ambiguous=found.ambiguous,
    )


def _doubles(rows: Sequence[Row], names: Names) -> Iterable[str]:
    """Lines that are about one campaign and month, and name the campaign in two ways."""
    at: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        found = names.meant(row.given.campaign)
        if len(found) != 1:
            continue
        ref = str(found[0].ref)
        first = at.setdefault((row.given.month, ref, row.given.cost.currency), row)
        if first is not row:
            yield (
                f"line {row.line}: {row.given.campaign!r} is the campaign {ref}, as is "
                f"{first.given.campaign!r} in line {first.line}: make one line of the two"
            )


def _refuse(file: Path, faults: Iterable[str]) -> None:
    lines = [f"{file.name}: {line}" for one in faults for line in one.splitlines()]
    if lines:
        raise ConfigError("\n".join([*lines, "Nothing was imported."]))


def _cost(row: Row) -> CostRow:
    one = row.given
    return CostRow(
        month=one.month,
        campaign=one.campaign,
        currency=one.cost.currency,
        minor=one.cost.minor,
    )


def _key(row: CostRow) -> tuple[str, str]:
    return row.campaign, row.currency


def _write(scene: Scene, one: MonthGiven, by: str) -> None:
    told = [(row.campaign, row.currency, row.minor) for row in one.after]
    # a month may be given, changed and given as at first within one tick of the clock
    which = digest([told, [(row.campaign, row.currency, row.minor) for row in one.before]])
    scene.decided(
        CostGiven(month=one.month, costs=tuple(told), by=by),
        "",
        f"{CostGiven.type}:{one.month}:{instant(scene.now)}:{which}",
    )
