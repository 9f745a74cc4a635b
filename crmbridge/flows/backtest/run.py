"""Runs a backtest over a ledger: leads in chunks, on all processors when there are many."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from crmbridge.agreement import Agreement
from crmbridge.agreement.lint.whole import lint
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.files import read_agreement
from crmbridge.flows.backtest.chunk import Found, Judge, Question
from crmbridge.policy.backtest import Backtest, compare, histories
from crmbridge.policy.sla.calendar import Calendar, midnight
from crmbridge.policy.sla.hours import business_days
from crmbridge.store import Ledger, leads
from crmbridge.store.table import chunks

CHUNK = 500
"""Leads that one process reads and judges at a time."""
WORTH_A_PROCESS = 4000
"""Below so many leads one process is done before a second one has started."""

Progress = Callable[[int, int], None]


def backtest(
    company: Company,
    agreement: Agreement | Path,
    since: datetime | date,
    until: datetime | date,
    progress: Progress = lambda done, total: None,
    *,
    against: Agreement | Path | None = None,
    hindsight: bool = False,
    calendar: Calendar | None = None,
    processes: int | None = None,
) -> Backtest:
    """Compare an agreement with another one, that in force unless given, over the ledger's history.

    The one to compare `against` is the first side of the answer. Each cycle that was open at some
    time between the two is judged by both at every event and at every midnight of the company, by
    what was known then; with `hindsight` by what had happened then, which suits a history that
    was read in one go. Days stand for whole days of the company, the last one included.
    `calendar` says what a business day is (Monday to Friday but for the days off of the first team,
    if not given), `progress` is told how many leads are done and how many there are. The ledger is
    only read.

    Raises:
        ConfigError: a file is wrong or another company's, or the time has no part of the past.
        LedgerError: the ledger cannot be read.
    """
    other = agreement_of(company, agreement)
    first = company.agreement if against is None else agreement_of(company, against)
    begin, end = window(company, since, until)
    question = Question(
        url=company.ledger.database.url,
        company=company.name,
        zone=company.zone.key,
        currency=company.mapping.currency,
        agreements=(first, other),
        since=begin,
        until=end,
        hindsight=hindsight,
    )
    found = _found(company, question, progress, processes)
    # company.now() is the latest that a label can know of
    labelled = histories(
        [one.trip for one in found],
        company.now(),
        calendar or business_days(company.teams, company.zone),
    )
    report = compare(
        labelled,
        {one.trip.id for one in found if one.selected[0]},
        {one.trip.id for one in found if one.selected[1]},
        _names(first, other, in_force=against is None),
    )
    return Backtest(
        report=report,
        since=begin,
        until=end,
        currency=company.mapping.currency,
        hindsight=hindsight,
    )


def agreement_of(company: Company, agreement: Agreement | Path) -> Agreement:
    """Return an agreement of this company that can judge; one read from a file is checked.

    Raises:
        ConfigError: the file is wrong, or another company's.
    """
    found = read_agreement(agreement) if isinstance(agreement, Path) else agreement
    name = f"{agreement}" if isinstance(agreement, Path) else f"version {found.version}"
    if found.company != company.name:
        raise ConfigError(
            f"{name} is an agreement of {found.company}, and this is the history of "
            f"{company.name}: give one of {company.name}, or name the other with --company"
        )
    if isinstance(agreement, Path):
        wrong = [one.text for one in lint(found, company.teams) if one.fatal]
        if wrong:
            raise ConfigError("\n".join(f"{name}: {one}" for one in wrong))
    return found


def window(
    company: Company, since: datetime | date, until: datetime | date
) -> tuple[datetime, datetime]:
    """Return the instants between which history is judged, never later than now.

    Raises:
        ConfigError: it begins in the future, or ends before it begins.
    """
    begin, end, now = _instant(company, since, 0), _instant(company, until, 1), company.now()
    if begin >= now:
        raise ConfigError(
            f"from {since} on nothing has happened yet, it is "
            f"{now.astimezone(company.zone).date()}: begin on an earlier day"
        )
    if end <= begin:
        raise ConfigError(
            f"the time from {since} to {until} ends before it begins: give the earlier day first"
        )
    return begin, min(end, now)


def _names(one: Agreement, other: Agreement, *, in_force: bool) -> tuple[str, str]:
    if one.version != other.version:
        return f"v{one.version}", f"v{other.version}"
    word = "in force" if in_force else "to compare with"
    return f"v{one.version} {word}", f"v{other.version} of the file"


def _instant(company: Company, at: datetime | date, days: int) -> datetime:
    if isinstance(at, datetime):
        return at
    return midnight(at + timedelta(days=days), company.zone)


def _found(
    company: Company, question: Question, progress: Progress, processes: int | None
) -> list[Found]:
    with company.ledger.read() as tx:
        everybody = list(leads.ids(tx))
    pieces, done = list(chunks(everybody, CHUNK)), 0
    out: list[Found] = []
    many = min(processes or os.cpu_count() or 1, len(pieces))
    alone = many < 2 or (processes is None and len(everybody) < WORTH_A_PROCESS)
    for size, found in (
        _alone(company, question, pieces) if alone else _shared(question, pieces, many)
    ):
        out += found
        done += size
        progress(done, len(everybody))
    return out


def _alone(
    company: Company, question: Question, pieces: Sequence[list[str]]
) -> Iterator[tuple[int, list[Found]]]:
    judge = Judge(question)
    for piece in pieces:
        # a short read each: a long one would keep the ledger's log from shrinking
        with company.ledger.read() as tx:
            found = judge.of(tx, piece)
        yield len(piece), found


def _shared(
    question: Question, pieces: Sequence[list[str]], many: int
) -> Iterator[tuple[int, list[Found]]]:
    # started afresh: a copy of this process would share the ledger's connections and locks
    with ProcessPoolExecutor(many, get_context("spawn"), _begin, (question,)) as pool:
        try:
            jobs = {pool.submit(_judge, piece): len(piece) for piece in pieces}
            for job in as_completed(jobs):
                yield jobs[job], job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_mine: dict[str, tuple[Judge, Ledger]] = {}
"""What a process of the pool keeps between two chunks."""


def _begin(question: Question) -> None:
    ledger = Ledger.open(question.url, question.company, create=False)
    _mine["judge"] = (Judge(question), ledger)


def _judge(piece: list[str]) -> list[Found]:
    judge, ledger = _mine["judge"]
    with ledger.read() as tx:
        return judge.of(tx, piece)
