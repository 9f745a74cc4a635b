"""The weekly half-hour of both sides: each open item with the name of who has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from crmbridge.company import Company
from crmbridge.policy.digest.choose import in_order
from crmbridge.policy.digest.week import Week
from crmbridge.report.digest.gather import gather, of_both_sides
from crmbridge.report.digest.item import UNKNOWN, Item
from crmbridge.report.digest.week import name_of
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Column, Report, Row, Sheet
from crmbridge.store.table import Tx

NOBODY = "(nobody named)"
TEAM, MARKETING = "team", "marketing"


def meeting(tx: Tx, company: Company, week: Week, now: datetime) -> Report:
    """Report what is open after a week, what is over since, and who has each item."""
    items = in_order(of_both_sides(gather(tx, company, week, now)))
    first = week.first_day(company.zone)
    return Report(
        name="meeting",
        title=f"The half-hour of both sides, week {week.key}",
        company=company.name,
        period=Period(first, first + timedelta(days=7)),
        sheets=(
            _open(company, [one for one in items if one.value]),
            _over([one for one in items if not one.value]),
        ),
        notes=(_CHANGED, _WHOSE),
    )


_CHANGED = (
    "What waits now has a number of the week before only where a digest of that week was sent."
)
_WHOSE = (
    "An item of a team is its manager's (teams.toml), one of marketing its owner's in the "
    "agreement, and one of crmbridge itself the operators'."
)


def _open(company: Company, items: Iterable[Item]) -> Sheet:
    rows: list[Row] = []
    for n, one in enumerate(items, 1):
        before = one.before or (f"{one.last:,}" if one.last is not None else UNKNOWN)
        rows.append(
            (
                *(n, one.about, one.number, before, one.agreed or "-", one.verdict),
                *(one.action, has_it(company, one), changed(one)),
            )
        )
    return Sheet(
        name="open",
        title="open items",
        columns=(
            Column(name="n", title="no.", kind="count"),
            Column(name="about", title="what"),
            Column(name="number", title="last week"),
            Column(name="before", title="the week before"),
            Column(name="agreed", title="agreed"),
            Column(name="verdict", title="verdict"),
            Column(name="action", title="what to do"),
            Column(name="owner", title="who has it"),
            Column(name="changed", title="since the week before"),
        ),
        rows=tuple(rows),
        empty="No open items.",
    )


def _over(items: Iterable[Item]) -> Sheet:
    return Sheet(
        name="over",
        title="over since the week before",
        columns=(
            Column(name="about", title="what"),
            Column(name="number", title="last week"),
            Column(name="before", title="the week before"),
        ),
        rows=tuple((one.about, one.number, one.before or UNKNOWN) for one in items),
        empty="Nothing of the week before is over.",
    )


def has_it(company: Company, item: Item) -> str:
    """The name of who is to act on an item."""
    if item.whose == TEAM:
        team = company.teams.team(item.team)
        if team is None or not team.manager:
            return f"{NOBODY}: manager of {name_of(team, item.team)}"
        return _name_at(company, team.manager)
    if item.whose == MARKETING:
        return ", ".join(company.agreement.owners.marketing) or f"{NOBODY}: owners.marketing"
    address = company.mapping.messages.operators_email
    return _name_at(company, address) if address else "the operators"


def _name_at(company: Company, address: str) -> str:
    """Whose address it is by teams.toml, of reps and of who is sent a digest; else the address."""
    reps, wanted = company.teams.reps, address.strip().casefold()
    rep = company.teams.rep_by_email(address)
    sent = (one for one in company.teams.digest if one.email(reps).casefold() == wanted)
    named = (one.called(reps) for one in sent if one.name)
    return (rep.name or rep.id) if rep else next(named, address)


def changed(item: Item) -> str:
    """What became of an item since the week before."""
    if item.last is None:
        return UNKNOWN
    if not item.last:
        return "new"
    if item.value == item.last:
        return "as it was"
    return f"{'up' if item.value > item.last else 'down'} by {abs(item.value - item.last):,}"
