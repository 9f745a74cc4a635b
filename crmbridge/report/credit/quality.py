"""What becomes of the leads of each source and campaign, and which of them to stop (R7.3)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crmbridge.model.spelled import plain
from crmbridge.policy.intervals import FEW
from crmbridge.policy.revenue.quality import (
    Flag,
    Quality,
    Rate,
    may_stop,
    quality,
)
from crmbridge.report.costs import costs_of
from crmbridge.report.credit.cohort import Cohort, Names, Tally, cohort, tallies
from crmbridge.report.credit.missing import missing, said_missing
from crmbridge.report.credit.parts import parts_of
from crmbridge.report.credit.scope import Scope
from crmbridge.report.credit.spent import NOT_ASKED, Spent, of_campaigns, of_sources
from crmbridge.report.credit.stop import stop_answer
from crmbridge.report.frame.sheet import Cell, Chart, Column, Estimate, Report, Sheet
from crmbridge.report.frame.words import money
from crmbridge.report.text import UNKNOWN, source_words
from crmbridge.store import book_reads, campaigns
from crmbridge.store.book_rows import REVENUE
from crmbridge.store.handed import HandedCycle
from crmbridge.store.table import Tx

NO_CAMPAIGN = "(no campaign)"
SAID = {
    Flag.TOO_FEW: "too few to say",
    Flag.LOW_SAMPLE: "few: no verdict",
    Flag.WORSE: "worse than the rest",
    Flag.BETTER: "better than the rest",
    Flag.NO_DIFFERENCE: "no difference seen",
}


def sources_report(tx: Tx, scope: Scope, now: datetime) -> Report:
    """Return each source of the leads that were handed to sales in the period.

    A cost is a source's where the campaign's channel, or the imported name, is the source.
    """
    found = cohort(tx, scope, now)
    by = tallies(found, _source)
    spent = NOT_ASKED
    if scope.only is None:
        costs = costs_of(tx, scope.exchange, scope.period, [name for name in by if name])
        spent = of_sources(costs, by)
    report = _report(tx, scope, found, by, "sources", spent, {name: plain(name) for name in by})
    more = parts_of(tx, scope, found, _source, source_words, "source", now)
    return replace(report, sheets=(*report.sheets, *more))


def _source(one: HandedCycle) -> tuple[str, ...]:
    return (one.source,)


def campaigns_report(tx: Tx, scope: Scope, now: datetime) -> Report:
    """Return each campaign that leads touched before they were handed over in the period.

    A lead that touched several counts for each.
    """
    found = cohort(tx, scope, now)
    called = campaigns.names(tx)
    names = _touched()
    by, spent = dict(tallies(found, names)), NOT_ASKED
    if scope.only is None:
        sources = tallies(found, _source)
        costs = costs_of(tx, scope.exchange, scope.period, [name for name in sources if name])
        spent = of_campaigns(costs, by, sources)
        by |= {one: Tally() for one in costs.by_campaign if one not in by}
        called = {**costs.names, **called}
    report = _report(tx, scope, found, by, "campaigns", spent, called)
    more = parts_of(
        tx,
        scope,
        found,
        names,
        lambda name: called.get(name) or name or NO_CAMPAIGN,
        "campaign",
        now,
    )
    return replace(report, sheets=(*report.sheets, *more))


def _touched() -> Names:
    """The campaigns that a lead had touched before it was handed over."""
    known: dict[str, tuple[str, ...]] = {}

    def names(one: HandedCycle) -> tuple[str, ...]:
        found = known.get(one.campaigns)
        if found is None:
            found = known[one.campaigns] = tuple(json.loads(one.campaigns)) or ("",)
        return found

    return names


def _report(
    tx: Tx,
    scope: Scope,
    found: Cohort,
    by: Mapping[str, Tally],
    name: str,
    spent: Spent,
    called: Mapping[str, str],
) -> Report:
    order = sorted(by, key=lambda one: (-by[one].pushed, one))
    shown = _shown(order, called, UNKNOWN if name == "sources" else NO_CAMPAIGN)
    told = [
        replace(it, name=shown[it.name])
        for it in quality([by[one].source(one, spent.by.get(one)) for one in order])
    ]
    if spent.feeds is not None:
        fed = {shown[one]: source for one, source in spent.feeds.items() if one in shown}
        spent = replace(spent, feeds=fed)
    by = {shown[one]: by[one] for one in order}
    order = list(by)
    word = name.removesuffix("s")
    return Report(
        name=name,
        title=f"What became of the leads of each {word}",
        company=scope.company,
        period=scope.period,
        sheets=(
            _quality(told, by, word),
            _money(scope, told, word, spent, sum(found.worth.values())),
            _reasons(by, order, word),
        ),
        notes=(
            stop_answer(told, word),
            f"Counted are cycles that were handed to sales in the period: {len(found.cycles)}. "
            "Acceptance is of those that sales accepted or rejected; wins are of those that ended.",
            _revenue(tx, scope, found),
            *spent.notes,
            *said_missing(missing(tx, scope)),
        ),
    )


def named(tx: Tx, scope: Scope, found: Cohort, of: str) -> Names:
    """Return the names that the reports show of a cycle's source, or of its campaigns.

    `of` is source or campaign.
    """
    if of == "source":
        by: Iterable[str] = tallies(found, _source)
        shown = _shown(by, {name: plain(name) for name in by}, UNKNOWN)
        return lambda one: (shown[one.source],)
    names, costs = _touched(), costs_of(tx, scope.exchange, scope.period)
    by = {*tallies(found, names), *costs.by_campaign}
    called = _shown(by, {**costs.names, **campaigns.names(tx)}, NO_CAMPAIGN)
    return lambda one: tuple(called[name] for name in names(one))


def _shown(names: Iterable[str], called: Mapping[str, str], nothing: str) -> dict[str, str]:
    return _distinct({one: called.get(one) or one or nothing for one in names})


def _distinct(names: Mapping[str, str]) -> dict[str, str]:
    """The same names; those that several have are told apart by their records."""
    often = Counter(names.values())
    return {
        one: f"{name} ({one.rsplit(':', 1)[-1]})" if often[name] > 1 and one else name
        for one, name in names.items()
    }


def _revenue(tx: Tx, scope: Scope, found: Cohort) -> str:
    """All that was won in the period, and what of it these leads brought."""
    rows = book_reads.added_up(tx, REVENUE, scope.days)
    whole = sum(row.minor for row in rows if row.currency == scope.currency)
    mine = sum(found.worth.values())
    return (
        f"All deals won in the period bring {money(scope.money(whole))}. Leads that were handed "
        f"over in it brought {money(scope.money(mine))} so far, whenever their deals were won."
    )


def _quality(told: Sequence[Quality], by: Mapping[str, Tally], word: str) -> Sheet:
    return Sheet(
        name="quality",
        title=f"Quality by {word}",
        columns=(
            Column(name=word, title=word.capitalize()),
            Column(name="pushed", title="Handed over", kind="count"),
            Column(name="decided", title="Decided", kind="count"),
            Column(name="acceptance", title="Accepted", kind="interval"),
            Column(name="difference", title="minus the rest", kind="interval"),
            Column(name="verdict", title="Verdict"),
            Column(name="returned", title="Returned later", kind="count"),
            Column(name="won", title="Won", kind="count"),
            Column(name="win_rate", title="Won of ended", kind="interval"),
            Column(name="win_verdict", title="Verdict on wins"),
            Column(name="median_days", title="Half decided within", kind="days"),
            Column(name="stop", title="Stop?"),
        ),
        rows=tuple(
            (
                one.name,
                one.pushed,
                one.decided,
                _rate(one.acceptance),
                _apart(one.acceptance),
                _said(one.acceptance),
                by[one.name].returned,
                one.won,
                _rate(one.win),
                _said(one.win),
                by[one.name].median_days,
                "a candidate" if may_stop(one) else "",
            )
            for one in told
        ),
        empty="No lead was handed to sales in this period.",
        chart=Chart(kind="dots", title=f"Acceptance by {word}", x=word, y=("acceptance",)),
    )


def _said(found: Rate) -> str:
    """A verdict needs a rest to compare with."""
    alone = found.n >= FEW and not found.has_rest
    return "nothing to compare with" if alone else SAID[found.flag]


def _rate(found: Rate) -> Estimate | None:
    return Estimate.of(found.rate, found.interval) if found.interval else None


def _apart(found: Rate) -> Estimate | None:
    apart = found.difference_interval
    if apart is None or found.difference is None or not found.has_rest:
        return None
    return Estimate.of(found.difference, apart)


def _money(scope: Scope, told: Sequence[Quality], word: str, spent: Spent, revenue: int) -> Sheet:
    """Money by name; `revenue` is what all leads brought, each once."""
    feeds = spent.feeds
    whole = scope.money(spent.total) if spent.total else None
    total: list[Cell | None] = ["all", scope.money(revenue), None, whole, None, None, None]
    columns = [
        Column(name=word, title=word.capitalize()),
        Column(name="revenue", title="Revenue of these leads", kind="money"),
        Column(name="revenue_per_pushed", title="per lead handed over", kind="money"),
        Column(name="cost", title="Cost", kind="money"),
        Column(name="cost_per_pushed", title="per lead handed over", kind="money"),
        Column(name="cost_per_accepted", title="per lead accepted", kind="money"),
        Column(name="revenue_per_cost", title="Revenue per unit of cost", kind="decimal"),
    ]
    rows = [_money_row(scope, one) for one in told]
    if feeds is not None:
        columns.append(Column(name="feeds", title="Source it feeds"))
        rows = [(*row, feeds.get(one.name)) for row, one in zip(rows, told, strict=True)]
        total.append(None)
    return Sheet(
        name="money",
        title=f"Money by {word}",
        columns=tuple(columns),
        rows=tuple(rows),
        total=tuple(total),
        empty="No lead was handed to sales in this period.",
        notes=(*_shared(sum(one.revenue for one in told) - revenue, word), *spent.beside),
    )


def _money_row(scope: Scope, one: Quality) -> tuple[Cell | None, ...]:
    def amount(minor: int | None) -> Cell | None:
        return None if minor is None else scope.money(minor)

    return (
        one.name,
        scope.money(one.revenue),
        amount(one.revenue_per_pushed),
        amount(one.cost),
        amount(one.cost_per_pushed),
        amount(one.cost_per_accepted),
        one.revenue_per_cost,
    )


def _shared(more: int, word: str) -> Iterator[str]:
    """Say why the lines do not add up to the total, where they do not."""
    if more:
        yield (
            f"A lead that touched several {word}s counts for each: the lines add up to more than "
            "all, where it counts once."
        )


def _reasons(by: Mapping[str, Tally], order: Sequence[str], word: str) -> Sheet:
    return Sheet(
        name="reasons",
        title="Why sales rejected them",
        columns=(
            Column(name=word, title=word.capitalize()),
            Column(name="reason", title="Reason"),
            Column(name="rejected", title="Rejected", kind="count"),
        ),
        rows=tuple(
            (name, reason.replace("_", " "), n)
            for name in order
            for reason, n in sorted(by[name].reasons.items(), key=lambda it: (-it[1], it[0]))
        ),
        empty="Sales rejected nobody.",
    )
