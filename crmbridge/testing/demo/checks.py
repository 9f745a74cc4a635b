"""Whether the demo ended as it must: every kind of event seen, nothing twice, both sides agreed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from crmbridge.company import Company
from crmbridge.flows.alert.bundle import OVER, WAITING
from crmbridge.flows.operate.find import find_lead
from crmbridge.model.payload import WriteDropped
from crmbridge.store import events, leads, outbox
from crmbridge.store.trips import trips
from crmbridge.testing.demo.kept import SHOWN
from crmbridge.testing.demo.numbers import Numbers
from crmbridge.testing.reported import Reported, differ
from crmbridge.testing.sandbox import Sandbox
from crmbridge.testing.screens import Feature

OVERDUE = re.compile(r"Overdue since|  \d+\. Overdue since")
"""A message's subject that tells of an overdue clock, or a line of one that tells of several."""


_MET = "met before there was a deal"
_PARTS = {Feature.MEETINGS: _MET}
"""What a demo cannot show whose sales system has not the screens for it."""


def wrong(company: Company, box: Sandbox, told: Numbers, reports: Reported, log: Path) -> list[str]:
    """Return what is wrong, a line each; empty when the demo shows what it promises."""
    return [
        *_missing(told, box),
        *_twice(box),
        *_opt_outs(company, box),
        *_tracks(company),
        *_money(box, reports),
        *_told(company, box, told),
        *_faults(log),
    ]


def happened(told: Numbers, box: Sandbox) -> dict[str, int]:
    """How often each kind of event occurred that the demo must show with its pair."""
    unmet = {_PARTS[part] for part in box.at_sales.lacks if part in _PARTS}
    return {kind: n for kind, n in _happened(told, box.titles).items() if kind not in unmet}


def _happened(told: Numbers, titles: Mapping[str, str]) -> dict[str, int]:
    back = told.funnel["returns"]
    rejected = back.get("rejected", {})
    silent = rejected.get("missing_reason", 0)
    return {
        "rejected with a reason": sum(rejected.values()) - silent,
        "rejected without a reason": silent,
        "returned after acceptance": sum(back.get("returned", {}).values()),
        "left untouched": sum(back.get("stale_untouched", {}).values()),
        "left idle": sum(back.get("stale_idle", {}).values()),
        "lost and back": told.lost_and_back,
        "won": told.funnel["steps"]["won"],
        "won after recycling": told.won_again,
        f"opted out in {titles['marketing']}": told.opted_out_in.get("marketing", 0),
        f"opted out in {titles['sales']}": told.opted_out_in.get("sales", 0),
        "merged": told.events["lead_merged"],
        **{f"in line ({one}), then with a rep": told.kept.line[one]["leads"] for one in SHOWN},
        "late with its first touch": told.kept.clocks["late"],
        "touched in time": told.kept.clocks["in time"],
        "told to its rep by a signal": told.kept.signals,
        "ready before its rest was over, by asking": told.kept.skipped,
        "back from nurture by what it read, and won": told.kept.nurtured,
        "on a nurture track before it was ever ready, and then ready": told.kept.tended,
        "handed on": told.funnel["steps"].get("handed_on", 0),
        "given back to the team before": told.kept.sent_back,
        "a customer's, and handed over again": told.expansion["handed"],
        _MET: told.meetings,
    }


def _missing(told: Numbers, box: Sandbox) -> Iterator[str]:
    for kind, times in happened(told, box).items():
        if not times:
            yield f"it never happened that a lead was {kind}"


def _twice(box: Sandbox) -> Iterator[str]:
    ours, theirs = box.titles["marketing"], box.titles["sales"]
    leads = [one for one in box.at_sales.leads() if not one.deleted]
    people = [one for one in box.at_marketing.people() if not one.deleted]
    for what, values in (
        (f"leads in {theirs} share an address", [one.words.get("email") for one in leads]),
        (f"leads in {theirs} share our id", [one.key for one in leads]),
        (f"people in {ours} share our id", [one.key for one in people]),
        ("tasks share our key", [one.key for one in box.at_sales.tasks()]),
    ):
        if doubles := _doubles(values):
            yield f"{doubles} {what}"


def _doubles(values: Iterable[Any]) -> int:
    return sum(times - 1 for value, times in Counter(filter(None, values)).items())


def _opt_outs(company: Company, box: Sandbox) -> Iterator[str]:
    """Whoever opted out anywhere has opted out in the ledger and on each record of either side."""
    out: dict[str, bool] = {}
    records = [
        (f"{side}:{one.object}:{one.id}", one.opted_out)
        for side, people in (("marketing", box.at_marketing), ("sales", box.at_sales))
        for one in people.people()
        if not one.gone
    ]
    with company.ledger.read() as tx:
        of = {name: find_lead(company, tx, name) for name, _ in records}
        out = {one.id: one.opted_out for one in leads.get_many(tx, of.values()).values()}
    differ = sum(out[of[name]] != said for name, said in records)
    if differ:
        yield f"{differ} records say otherwise than the ledger whether their person opted out"


def _tracks(company: Company) -> Iterator[str]:
    """Who was won on their last trip is on no nurture track any more."""
    with company.ledger.read() as tx:
        last = {one.lead: one.outcome for one in trips(tx) if one.outcome}
        won = [lead for lead, outcome in last.items() if outcome == "won"]
        rows = leads.get_many(tx, won).values()
        left = sum(bool((one.state or {}).get("track")) for one in rows if one.stage == "customer")
    if left:
        yield f"{left} customers are still on the nurture track of an earlier trip"


def _money(box: Sandbox, reports: Reported) -> Iterator[str]:
    """The revenue is the same on both vendors' records and in every report, to the cent."""
    sold = sold_in(box)
    home = sum(
        (
            Decimal(one.words.get("won_amount") or "0")
            for one in box.at_marketing.people()
            if not one.deleted
        ),
        Decimal(0),
    )
    if sold != home:
        ours, theirs = box.titles["marketing"], box.titles["sales"]
        yield f"won in {theirs} {sold}, on {ours}'s records {home}"
    yield from differ(reports, sold)


def sold_in(box: Sandbox) -> Decimal:
    """All that was won, as sales has it."""
    return box.at_sales.won()


def _told(company: Company, box: Sandbox, told: Numbers) -> Iterator[str]:
    """Each clock that ran out reached the manager by message and a rep's desk by task."""
    text = messages(company)
    blocks = [one.splitlines() for one in text.split("\n\n") if one.strip()]
    over = [one[0] for one in blocks for line in one[1:] if OVERDUE.match(line)]
    managers = sum("  to the manager  " in one for one in over)
    left = _untold(company)
    subjects = [one.subject for one in box.at_sales.tasks() if not one.deleted]
    for what, found in (
        ("messages to the manager", managers + left[True]),
        ("messages to reps", len(over) - managers + left[False]),
    ):
        if found != told.kept.breaches:
            yield f"{told.kept.breaches} clocks ran out, and there are {found} {what} of it"
    if Feature.TASKS in box.at_sales.lacks:
        return
    for what, start in (("an overdue clock", "Overdue since"), ("a signal", "Signal: ")):
        if not any(one.startswith(start) for one in subjects):
            yield f"no rep has a task in {box.titles['sales']} that tells of {what}"


def _untold(company: Company) -> Counter[bool]:
    """Overdue clocks that wait for the end of their hour, or were stopped before it.

    By whether the manager was to hear of them.
    """
    with company.ledger.read() as tx:
        told = (one.payload for one in events.of_types(tx, [WriteDropped.type]))
        gone = [one.op for one in told if isinstance(one, WriteDropped) and one.why == OVER]
        ops = [*outbox.open_of(tx, WAITING), *outbox.get(tx, gone).values()]
    about = (str(one.payload.get("about", "")) for one in ops)
    return Counter(one.endswith(":manager") for one in about if one.startswith("sla_breached:"))


def messages(company: Company) -> str:
    """What reps and managers were told, as the file beside the ledger has it."""
    path = company.ledger.home / "messages.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _faults(log: Path) -> Iterator[str]:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    faults = [one for one in lines if '"level": "error"' in one or '"level":"error"' in one]
    if faults:
        yield f"the daemon reported {len(faults)} errors; the first: {faults[0][:300]}"
