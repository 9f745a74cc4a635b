"""Replays the stages of two versions over the ledger's history, as it was known then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path

from crmbridge.agreement import Agreement
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.flows.backtest.chunk import pasts
from crmbridge.flows.backtest.past import Past
from crmbridge.flows.backtest.run import CHUNK, agreement_of, window
from crmbridge.model.event import Event
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.stages.reach import unreachable
from crmbridge.policy.stages.replay import Replayed, Stretch, Way, compared, stays
from crmbridge.store import leads
from crmbridge.store.table import Tx, chunks

Progress = Callable[[int, int], None]


def replay_stages(
    company: Company,
    agreement: Agreement | Path,
    since: datetime | date,
    until: datetime | date,
    progress: Progress = lambda done, total: None,
    *,
    against: Agreement | Path | None = None,
    hindsight: bool = False,
) -> Replayed:
    """Say in which stages leads stood by another version, and by that in force unless given.

    The core stages are those that leads had: what is compared is what each version calls them and
    into which parts it divides them. By what was known then; with `hindsight` by what had happened.
    The ledger is only read.

    Raises:
        ConfigError: a file is wrong or another company's, or the time has no part of the past.
        LedgerError: the ledger cannot be read.
    """
    second = agreement_of(company, agreement)
    first = company.agreement if against is None else agreement_of(company, against)
    if wrong := unreachable(second):
        raise ConfigError("\n".join(one.text for one in wrong))
    begin, end = window(company, since, until)
    known = attrgetter("at" if hindsight else "recorded_at")
    with company.ledger.read() as tx:
        everybody = list(leads.ids(tx))
    ways: list[Way] = []
    for piece in chunks(everybody, CHUNK):
        # a short read each: a long one would keep the ledger's log from shrinking
        with company.ledger.read() as tx:
            ways += ways_of(company, tx, piece, (first, second), (begin, end), known)
        progress(len(ways), len(everybody))
    return Replayed(
        replay=compared(ways, begin, end),
        versions=(first, second),
        since=begin,
        until=end,
        hindsight=hindsight,
    )


def ways_of(
    company: Company,
    tx: Tx,
    some: Sequence[str],
    versions: tuple[Agreement, Agreement],
    span: tuple[datetime, datetime],
    known: Callable[[Event], datetime],
) -> Iterator[Way]:
    """Yield the ways of some leads under two versions over a time, by id; `known` is when an entry
    counts from. A lead that was merged away is part of its survivor, and has none.
    """
    for lead, past in sorted(pasts(tx, some, company.zone, known).items()):
        if past.gone:
            continue
        one, other = (
            stays(version, _stretches(past, span, _rates(company, version))) for version in versions
        )
        yield Way(lead, one, other)


def _rates(company: Company, version: Agreement) -> Exchange:
    return Exchange(currency=company.mapping.currency, rates=version.rates, zone=company.zone)


def _stretches(
    past: Past, span: tuple[datetime, datetime], exchange: Exchange
) -> Iterator[Stretch]:
    """A lead's past between two instants, cut where news of it came."""
    low, high = span
    ends = [*(moment.at for moment in past.moments[1:]), high]
    for moment, end in zip(past.moments, ends, strict=True):
        start, stop = max(moment.at, low), min(end, high)
        if start < stop:
            yield Stretch(replace(moment.case, exchange=exchange), start, stop)
