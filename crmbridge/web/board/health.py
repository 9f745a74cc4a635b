"""How the machinery stands, in a few sentences: what keeps work from being done comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.model.codec import parse_instant
from crmbridge.report.operate.status import writing
from crmbridge.report.operate.waiting import told as waits_told
from crmbridge.report.operate.waiting import waiting_in
from crmbridge.report.text import age, capital, many
from crmbridge.store import alarms, anew, cursors, limits, live
from crmbridge.store.alarms import WRITER
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Answer, Tone, clock
from crmbridge.web.board.people import system_name
from crmbridge.web.board.prose import Piece, keys_of, prose, spoken
from crmbridge.web.board.visit import Visit

STATES: Mapping[str, tuple[Tone, str]] = {
    "open": ("wait", "answers again and is being tried"),
    "away": ("wait", "does not answer"),
    "stuck": ("bad", "is owed writes that do not leave"),
    "refused": ("bad", "refuses us"),
    "paused": ("bad", "is paused until somebody mends it"),
    "failing": ("bad", "fails"),
    "stopped": ("bad", "is stopped"),
}
"""States of an alarm, in words."""
OLD = 3600.0
"""Seconds after which the last look at a system is told as old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that does not work: since when, what was said, and what to do."""

    name: str
    tone: Tone
    state: str
    since: str
    message: list[Piece]
    advice: list[Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The last look at a system; `age` is in seconds of business time."""

    system: str
    at: datetime
    age: float


def alarms_of(visit: Visit, tx: Tx) -> list[Alarm]:
    """What does not work, as the last who tried it said; the worst first."""
    found = [_alarm(visit, name, one) for name, one in sorted(alarms.alarms(tx).items())]
    return sorted(found, key=lambda one: one.tone != "bad")


def _alarm(visit: Visit, name: str, one: Mapping[str, Any]) -> Alarm:
    tone, words = STATES.get(str(one.get("state")), ("bad", str(one.get("state"))))
    since = parse_instant(one["since"]).astimezone(visit.company.zone)
    operates, keys = visit.session.operates, keys_of(visit.company)
    return Alarm(
        name="Writing" if name == WRITER else system_name(visit, name),
        tone=tone,
        state=words,
        since=clock(since),
        message=prose(str(one.get("message") or ""), keys, operates=operates),
        advice=prose(str(one.get("advice") or ""), keys, operates=operates),
    )


def looks(tx: Tx, now: datetime) -> list[Look]:
    """The last look at each system: when one of its readings moved last."""
    last: dict[str, datetime] = {}
    for one in cursors.all_cursors(tx):
        last[one.system] = max(one.updated_at, last.get(one.system, one.updated_at))
    return [
        Look(system=name, at=at, age=(now - at).total_seconds())
        for name, at in sorted(last.items())
    ]


def health(visit: Visit, tx: Tx) -> list[Answer]:
    """What keeps crmbridge from its work, and that nothing does where that is so."""
    looked, works = looks(tx, visit.company.now()), writing(tx) is not None
    found = [
        *_writing(visit, tx, works),
        *_alarms(visit, tx),
        *(_slow(visit, looked) if works else ()),
        *_behind(tx, looked),
    ]
    found.sort(key=lambda one: one.tone != "bad")
    bad = any(one.tone == "bad" for one in found)
    return found if bad else [_well(visit, looked), *found]


def _writing(visit: Visit, tx: Tx, works: bool) -> Iterator[Answer]:
    """Whether anything is written at all; `works` says that the daemon runs."""
    if not works:
        yield Answer(
            text="crmbridge is not running.",
            tone="bad",
            more="Nothing is read, decided or written until whoever runs it starts it again."
            if not visit.session.operates
            else "Nothing is read, decided or written until it runs: `crmbridge run`.",
        )
    if off := live.switched_off(tx):
        since = clock(parse_instant(off["at"]).astimezone(visit.company.zone))
        yield Answer(
            text="Nothing is written to the systems.",
            tone="bad",
            more=spoken(f"{off['by']} switched writing off, since {since}."),
        )
    elif not live.is_armed(tx):
        yield Answer(
            text="Nothing is written to the systems yet.",
            tone="wait",
            more="Somebody reads the first plan and applies it. Until then nothing is written.",
        )
    if limits.get(tx).stopped:
        yield Answer(
            text="Writing is stopped at a limit; opt-outs alone go out.",
            tone="bad",
            more="More would be written than the limits of the mapping allow. Nothing is lost.",
        )
    if why := visit.company.versions.why_not(visit.company.now()):
        yield Answer(
            text="Nothing is written, because the agreement is not signed.",
            tone="bad",
            more=f"{capital(why)}.",
            href=visit.to("agreement"),
            link="Read and sign it",
        )


def _alarms(visit: Visit, tx: Tx) -> Iterator[Answer]:
    for one in alarms_of(visit, tx):
        yield Answer(
            text=f"{one.name} {one.state}, since {one.since}.",
            tone=one.tone,
            href=f"{visit.to('sync')}#alarms",
            link="What it said, and what to do",
        )


def _slow(visit: Visit, looked: Sequence[Look]) -> Iterator[Answer]:
    """Systems at which the daemon has not looked for long."""
    for one in looked:
        if one.system in visit.company.names and one.age > OLD:
            name = system_name(visit, one.system)
            yield Answer(text=f"The last look at {name} was {age(one.age)} ago.", tone="wait")


def _behind(tx: Tx, looked: Sequence[Look]) -> Iterator[Answer]:
    """What was not read yet, and what is looked at anew."""
    if not looked:
        yield Answer(
            text="Nothing was read from the systems yet.",
            tone="wait",
            more="The first look brings their leads; it begins once the daemon runs.",
        )
    if under_way := anew.under_way(tx):
        yield Answer(
            text=f"All leads are looked at anew: {many(int(under_way['done']), 'lead')} so far.",
            tone="wait",
            more=spoken(f"Why: {under_way['why']}."),
        )
    yield from (
        Answer(text=spoken(f"{capital(line)}."), tone="wait") for line in waits_told(waiting_in(tx))
    )


def _well(visit: Visit, looked: Sequence[Look]) -> Answer:
    told = [
        f"{system_name(visit, one.system)} {age(max(0.0, one.age))} ago"
        for one in looked
        if one.system in visit.company.names
    ]
    return Answer(
        text="The sync works.",
        tone="good",
        more=f"Last looks: {', '.join(told)}." if told else "",
    )
