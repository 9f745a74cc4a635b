"""The lists of leads and deals that figures lead to: what may be asked for, and how it is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmbridge.errors import ConfigError
from crmbridge.flows.reps.overdue import HELD
from crmbridge.flows.scene.reps import Reps
from crmbridge.model.nearest import meant
from crmbridge.report.behind import deals, desk, handed, loop
from crmbridge.report.behind.spots import Spot, spot
from crmbridge.report.behind.standing import Late, clock_name, late, waiting
from crmbridge.report.handoff import CAUSES
from crmbridge.report.text import capital
from crmbridge.report.work.only import cycles_of
from crmbridge.store import held
from crmbridge.store.table import Tx
from crmbridge.web.board.pages.figures import chosen, long_cut, question, scope
from crmbridge.web.board.pages.owners import mark_of
from crmbridge.web.board.visit import Visit

LABELS: Mapping[str, str] = {
    **{"source": "Source", "campaign": "Campaign", "content": "Content", "why": "Reason"},
    **{"whose": "Team", "rep": "Rep", "clock": "Clock", "cause": "Ran out because"},
    **{"step": "Step", "end": "Then", "part": "Period", "from": "From", "to": "To"},
    **{"measure": "Measure", "definition": "Sourced means", "share": "Part"},
    **{"currency": "Currency", "unpriced": "Without an amount", "leg": "Then", "month": "Month"},
    **{"product": "Product", "stage": "Stage"},
}
"""The words of an address, and what they are called above the list."""
WORDS = ("what", *LABELS, "owner", "after", "before")
MOST_LATE = 1000
"""Overdue clocks that are read; the page says that there are more."""
SAID: Mapping[str, str] = {
    **{"on": "went on", "back": "came back", "open": "still there"},
    **{"revenue": "revenue won", "pipeline": "pipeline created", "yes": "yes"},
}
"""Words of an address that a list says in other words."""

Find = Callable[[Visit, Tx], list[Spot]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A list that may be asked for.

    `fresh` ones are read when somebody looks, the others are counted and kept. `dated` says that
    the days of the page matter, `teams` that its team does, `of_deals` that it is one of deals.
    """

    title: str
    find: Find
    fresh: bool = False
    dated: bool = True
    teams: bool = False
    of_deals: bool = False
    thing: str = "hand-off"
    """What a line is where a lead stands in several."""


def kind_of(what: str) -> Kind:
    """The list of a word of an address.

    Raises:
        ConfigError: there is none.
    """
    found = KINDS.get(what)
    if found is None:
        raise ConfigError(f"There is no list {what!r}; {meant(what, KINDS, 'follow a figure')}")
    return found


def _handed(visit: Visit, tx: Tx) -> list[Spot]:
    # the source comes last: with another of them it says of which source alone
    of = next((one for one in ("campaign", "content", "source") if visit.query.word(one)), "")
    return handed.handed_leads(
        tx,
        chosen(visit, tx),
        visit.company.now(),
        visit.query.word("what"),
        of=of,
        name=visit.query.word(of),
        why=visit.query.word("why"),
    )


def _readers(visit: Visit, tx: Tx) -> list[Spot]:
    uncatalogued = visit.query.word("what") == "touched-uncatalogued"
    name = visit.query.word("content")
    return handed.readers(tx, scope(visit), name, uncatalogued=uncatalogued)


def whose(visit: Visit) -> desk.Whose:
    """The team, the rep and the rest that an address names."""
    return desk.Whose(
        team=visit.query.word("whose"),
        rep=visit.query.word("rep"),
        clock=visit.query.word("clock"),
        cause=visit.query.word("cause"),
        reason=visit.query.word("why"),
    )


def _desk(visit: Visit, tx: Tx) -> list[Spot]:
    what, asked, company = visit.query.word("what"), question(visit), visit.company
    match what:
        case "had" | "took" | "gave-back":
            return desk.had(tx, company, asked, what, whose(visit))
        case "clocks" | "due" | "breached":
            return desk.timed(tx, company, asked, what, whose(visit))
        case "overdue":
            return desk.overdue(tx, company, asked, whose(visit))
        case "turns" | "undone":
            return desk.turns(tx, asked, what, whose(visit))
        case "waited":
            return desk.waited(tx, asked, whose(visit))
        case "handed-on":
            return desk.handed_on(tx, asked, visit.query.word("leg"), whose(visit))
    return desk.open_work(tx, company, asked, whose(visit))


def _loop(visit: Visit, tx: Tx) -> list[Spot]:
    word, asked = visit.query.word, question(visit, by=long_cut(visit))
    if (what := word("what")) in ("back", "again"):
        reason, part = word("why"), word("part")
        return loop.came_back(tx, visit.company, asked, what, reason=reason, part=part)
    cycles = cycles_of(tx, visit.company.teams, asked)
    match what:
        case "came":
            return loop.came_to(cycles, asked, word("step"))
        case "cohort":
            return loop.cohort_of(cycles, asked, word("step"), word("end"), word("part"))
    return loop.moved(cycles, visit.company.agreement, asked, (word("from"), word("to")))


def _deals(visit: Visit, tx: Tx) -> list[Spot]:
    word, what = visit.query.word, visit.query.word("what")
    if what == "deals":
        part = word("share")
        return deals.booked(tx, scope(visit), word("measure"), word("definition"), part)
    if what == "open-deals":
        return deals.open_deals(tx, word("currency"), unpriced=bool(word("unpriced")))
    mark = word("owner")
    asked = deals.Closed(
        won=what == "deals-won",
        team=word("whose"),
        owner=lambda name: mark in ("", mark_of(name)),
        product=word("product"),
    )
    rep_of = Reps.load(visit.company, tx).rep_of
    return deals.closed_deals(tx, visit.company.teams, rep_of, question(visit), asked)


def late_now(visit: Visit, tx: Tx) -> list[Late]:
    """The clocks of leads that are over and that nobody has answered, of the team of the page."""
    found = held.find(tx, kind=HELD, limit=MOST_LATE)
    return late(tx, visit.company, found, visit.query.team)


def late_spot(one: Late) -> Spot:
    """Such a clock as a line of a list."""
    name = clock_name(one)
    if one.waits_for:
        why = f"Waits for {one.waits_for}; nothing to do for the rep who has it"
        return spot(one.lead, 0, one.due, why)
    cause = CAUSES[one.cause]
    why = f"{capital(name)}: over since then; {WHY.get(cause, cause)}"
    return spot(one.lead, 0, one.due, why)


WHY = {
    "absent": "the rep was absent meanwhile",
    "outside their hours": "it ran outside the rep's hours",
    "left lying": "the rep was there, and left it lying",
    "not known": "why is not known",
}
"""Why a clock ran out, as a part of a sentence."""


def _late(visit: Visit, tx: Tx) -> list[Spot]:
    asked = whose(visit)
    return [late_spot(one) for one in late_now(visit, tx) if asked.of(one.team, one.rep)]


def _kinds(
    titles: Mapping[str, str], find: Find, *, teams: Sequence[str] = (), **more: Any
) -> dict[str, Kind]:
    return {
        name: Kind(title=title, find=find, teams=name in teams, **more)
        for name, title in titles.items()
    }


_NOW = ("open",)
KINDS: Mapping[str, Kind] = {
    **_kinds(handed.TITLES, _handed, teams=tuple(handed.TITLES)),
    **_kinds(
        {
            "touched": "People who touched this content",
            "touched-uncatalogued": "People who touched this content, which is in no catalogue",
        },
        _readers,
    ),
    "met": Kind(
        title="People whose first meeting was in this month",
        find=lambda visit, tx: handed.met(tx, scope(visit), visit.query.word("month")),
    ),
    **_kinds(
        {name: title for name, title in desk.TITLES.items() if name not in _NOW},
        _desk,
        teams=[one for one in desk.TITLES if one not in ("waited", "overdue")],
    ),
    **_kinds(
        {name: desk.TITLES[name] for name in _NOW}, _desk, teams=_NOW, dated=False, fresh=True
    ),
    **_kinds(loop.TITLES, _loop, teams=tuple(loop.TITLES)),
    **_kinds(
        {name: title for name, title in deals.TITLES.items() if name != "open-deals"},
        _deals,
        of_deals=True,
    ),
    "open-deals": Kind(title=deals.TITLES["open-deals"], find=_deals, dated=False, of_deals=True),
    "waiting": Kind(
        title="Leads that wait for sales",
        find=lambda visit, tx: waiting(tx, visit.query.word("why")),
        fresh=True,
        dated=False,
    ),
    "late": Kind(
        title="Leads that sales has not answered in time",
        find=_late,
        fresh=True,
        dated=False,
        teams=True,
    ),
}
"""All lists but those of stages, which have pages of their own making."""
