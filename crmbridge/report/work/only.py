"""What a report of work counts where one team, or one source, is asked for alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crmbridge.agreement import Teams
from crmbridge.report.text import source_words
from crmbridge.report.work.asked import Question
from crmbridge.report.work.cohorts import Cycles
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import HandOff, hand_offs
from crmbridge.store import leads
from crmbridge.store.table import Tx


def cycles_of(tx: Tx, teams: Teams, asked: Question) -> Cycles:
    """Read the cycles that are asked for; what no team has got yet is of none."""
    found = Cycles.read(tx, asked.motion)
    if asked.team:
        made = hand_offs(tx, teams, Days(asked.zone), asked.motion).all
        got = {one.key for one in made if one.team == asked.team}
        found = replace(found, all=tuple(one for one in found.all if (one.lead, one.n) in got))
    if asked.source:
        mine = _from(tx, asked.source, (one.lead for one in found.all))
        found = replace(found, all=tuple(one for one in found.all if one.lead in mine))
    return found


def hand_offs_of(tx: Tx, made: Iterable[HandOff], asked: Question) -> list[HandOff]:
    """Leave out the hand-offs to other teams, and of leads from other sources."""
    found = [one for one in made if asked.team in ("", one.team)]
    if not asked.source:
        return found
    mine = _from(tx, asked.source, (one.cycle.lead for one in found))
    return [one for one in found if one.cycle.lead in mine]


def _from(tx: Tx, source: str, idents: Iterable[str]) -> set[str]:
    """Those of some leads that are from a source."""
    known = leads.sources_of(tx, idents)
    return {lead for lead, name in known.items() if source_words(name) == source}
