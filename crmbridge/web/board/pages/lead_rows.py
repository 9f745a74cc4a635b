"""Leads and deals as rows of a list: who they are, where they stand, since when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crmbridge.agreement.stages import name_of
from crmbridge.flows.scene.reps import Reps
from crmbridge.model.codec import moment
from crmbridge.model.state import LeadState
from crmbridge.report.behind.deals import told
from crmbridge.report.behind.spots import Spot
from crmbridge.report.behind.standing import since
from crmbridge.report.frame.words import money
from crmbridge.report.text import capital
from crmbridge.store import leads
from crmbridge.store.rows import LeadRow
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import clock, plain
from crmbridge.web.board.people import NOBODY, name_in, short
from crmbridge.web.board.visit import Visit

GONE = {"merged": "Merged into another lead", "erased": "Somebody who was erased"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A lead in a list; `why` says why it is there."""

    name: str
    href: str
    account: str = ""
    stage: str = ""
    owner: str = ""
    since: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A deal in a list with its people; `advice` is what to do about one without any."""

    name: str
    money: str
    state: str
    since: str
    people: Sequence[Person]
    advice: str


def people(visit: Visit, tx: Tx, spots: Sequence[Spot]) -> list[Person]:
    """Read the leads of some spots, in their order; one that is not known has no name."""
    rows = leads.get_many(tx, (one.ident for one in spots))
    unknown = [one.ident for one in spots if not one.after and one.ident in rows]
    came = since(tx, {ident: rows[ident].stage for ident in unknown})
    reps = Reps.load(visit.company, tx)
    return [
        _person(visit, reps, one, rows.get(one.ident), _at(one) or came.get(one.ident))
        for one in spots
    ]


def _day(visit: Visit, at: datetime | None) -> str:
    return f"{at.astimezone(visit.company.zone):%Y-%m-%d}" if at else ""


def _at(one: Spot) -> datetime | None:
    return moment(one.at) if one.after else None


def _person(
    visit: Visit, reps: Reps, one: Spot, row: LeadRow | None, at: datetime | None
) -> Person:
    when = clock(at.astimezone(visit.company.zone)) if at else ""
    href = visit.to("leads", one.ident)
    if row is None or row.state is None or row.stage in GONE:
        name = GONE.get(row.stage if row else "", NOBODY)
        return Person(name=name, href=href, since=when, why=plain(one.why))
    state = LeadState.of(one.ident, row.state)
    stage = name_of(visit.company.agreement.stages, row.stage, state.part_in(row.stage))
    return Person(
        name=short(name_in(state)),
        href=href,
        account=short(str(state.value("account") or "")),
        stage=plain(capital(stage)),
        owner=owner_name(visit, reps, row.owner or ""),
        since=when,
        why=plain(one.why),
    )


def owner_name(visit: Visit, reps: Reps, owner: str) -> str:
    """Who has a lead at sales, by name: a rep of ours, or as the vendor calls them."""
    rep = visit.company.teams.rep(owner)
    return plain((rep.name if rep else "") or reps.name_of(owner) or owner)


def deals(visit: Visit, tx: Tx, spots: Sequence[Spot]) -> list[Deal]:
    """Read the deals of some spots, in their order, each with its people."""
    found = told(tx, (one.ident for one in spots))
    at = {one.ident: _at(one) for one in spots}
    wanted = dict.fromkeys(lead for one in found for lead in one.leads)
    who = dict(
        zip(wanted, people(visit, tx, [Spot(0, ident, 0, "") for ident in wanted]), strict=True)
    )
    return [
        Deal(
            name=short(one.name),
            money=money(one.money) if one.money else "no amount",
            state=one.state,
            since=_day(visit, at[one.ident]),
            people=[who[lead] for lead in one.leads],
            advice=one.advice,
        )
        for one in found
    ]
