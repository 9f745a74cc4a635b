"""Closed deals by who has them and what they are about: what was won, what was lost, and the rate.

It answers what a head of sales asks: team against team, who lags, the trend, which product sells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crmbridge.agreement import Teams
from crmbridge.model.money import Money
from crmbridge.policy.revenue.quality import against_rest
from crmbridge.report.frame.sheet import Chart, Column, Row, Sheet
from crmbridge.report.work.asked import Part, Question, spread
from crmbridge.report.work.cells import FEWER, VERDICTS, apart, count, estimate, share_of
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import NOBODY, teams_by_rep
from crmbridge.store import closed, trail
from crmbridge.store.table import Tx

NO_PRODUCT = "(no product)"
NO_TEAM = "(no team)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A deal (ref as text) that was closed on a company day; `owner` is our rep id, else the
    user's name."""

    deal: str
    day: date
    won: bool
    owner: str
    team: str
    products: Sequence[str]
    money: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Some closed deals: how many were won and lost, and for how much, by currency."""

    won: int
    lost: int
    money: tuple[Money, ...]

    @classmethod
    def of(cls, deals: Iterable[Sold]) -> Tally:
        """Count deals; amounts in several currencies are never added up."""
        won = lost = 0
        sums: dict[str, int] = {}
        for one in deals:
            won, lost = won + one.won, lost + (not one.won)
            if one.won and one.money is not None:
                sums[one.money.currency] = sums.get(one.money.currency, 0) + one.money.minor
        money = tuple(Money(minor, name) for name, minor in sorted(sums.items()))
        return cls(won=won, lost=lost, money=money)

    @property
    def closed(self) -> int:
        """All of them."""
        return self.won + self.lost


def sold(tx: Tx, teams: Teams, rep_of: Mapping[str, str], days: Days) -> list[Sold]:
    """Read all closed deals; `rep_of` are the reps whom the vendor's users (refs as text) are."""
    names = {row.ref: str(row.data.get("name") or "") for row in trail.users(tx)}
    about, team_of = closed.lines(tx), teams_by_rep(teams)
    found = []
    for one in closed.closed(tx):
        owner = rep_of.get(one.owner, "")
        found.append(
            Sold(
                deal=one.deal,
                day=days.of(one.at),
                won=one.won,
                owner=owner or names.get(one.owner) or one.owner or NOBODY,
                team=team_of.get(owner, NO_TEAM),
                products=about.get(one.deal, (NO_PRODUCT,)),
                money=None if one.minor is None else Money(one.minor, one.currency),
            )
        )
    return found


def deal_sheets(deals: Sequence[Sold], asked: Question) -> Iterator[Sheet]:
    """Yield the deals of the days by team, owner, product and quarter, or as they are cut."""
    mine = [one for one in deals if one.day in asked.period]
    yield _sheet("deals_by_team", "closed deals by team", "team", _grouped(mine, _team), len(mine))
    yield _sheet("deals_by_owner", "closed deals by owner", "owner", _owners(mine), len(mine))
    several = sum(len(one.products) > 1 for one in mine)
    yield _sheet(
        "deals_by_product",
        "closed deals by product",
        "product",
        _products(mine),
        len(mine),
        notes=(_SEVERAL.format(several),) if several else (),
    )
    cut = asked.by or "quarter"
    parts = asked.parts(min((one.day for one in mine), default=None), cut)
    yield _parts(f"deals_by_{cut}", f"closed deals by {cut}", cut, deals, parts)


def _team(one: Sold) -> str:
    return one.team


def _grouped(deals: Iterable[Sold], by: Callable[[Sold], str]) -> dict[str, list[Sold]]:
    found: dict[str, list[Sold]] = {}
    for one in deals:
        found.setdefault(by(one), []).append(one)
    return found


def _owners(deals: Iterable[Sold]) -> dict[str, list[Sold]]:
    return _grouped(deals, lambda one: one.owner)


def _products(deals: Iterable[Sold]) -> dict[str, list[Sold]]:
    found: dict[str, list[Sold]] = {}
    for one in deals:
        for product in one.products:
            found.setdefault(product, []).append(one)
    return found


def _sheet(
    name: str,
    title: str,
    what: str,
    groups: Mapping[str, Sequence[Sold]],
    all_: int,
    notes: tuple[str, ...] = (),
) -> Sheet:
    """A table against the rest: who stands out for the better or the worse comes by the rate."""
    tallies = {who: Tally.of(some) for who, some in groups.items()}
    whole = Tally.of(one for some in groups.values() for one in some)
    order = sorted(tallies, key=lambda who: (-_rate(tallies[who]), who))
    return Sheet(
        name=name,
        title=title,
        columns=(
            Column(name=what, title=what),
            *_COUNTS,
            estimate("difference", "against the rest"),
            Column(name="verdict", title="verdict"),
            _WON,
        ),
        rows=tuple(_row(who, tallies[who], whole) for who in order),
        empty="No deal was closed.",
        notes=(FEWER, *notes) if all_ else (),
        chart=Chart(kind="dots", title=f"Win rate by {what}", x=what, y=("win_rate",)),
    )


_COUNTS = (count("won", "won"), count("lost", "lost"), estimate("win_rate", "win rate"))
_WON = Column(name="amount", title="amount won", kind="money")
_SEVERAL = "Deals about several products count with each of them in full: {:,} of them."


def _rate(one: Tally) -> float:
    return one.won / one.closed if one.closed else 0.0


def _row(who: str, one: Tally, whole: Tally) -> Row:
    found = against_rest(one.won, one.closed, whole.won - one.won, whole.closed - one.closed)
    alone = whole.closed == one.closed
    verdict = "" if alone else VERDICTS[found.flag]
    against = None if alone else apart(found)
    rate = share_of(one.won, one.closed)
    return (who, one.won, one.lost, rate, against, verdict, one.money)


def _parts(name: str, title: str, cut: str, deals: Iterable[Sold], parts: Sequence[Part]) -> Sheet:
    rows: list[Row] = []
    for label, some in spread(deals, lambda one: one.day, parts):
        one = Tally.of(some)
        rows.append((label, one.won, one.lost, share_of(one.won, one.closed), one.money))
    return Sheet(
        name=name,
        title=title,
        columns=(Column(name="part", title=cut), *_COUNTS, _WON),
        rows=tuple(rows),
        empty="No deal was closed.",
        chart=Chart(kind="lines", title=f"Win rate by {cut}", x="part", y=("win_rate",)),
    )
