"""Credit posted to the books: what changed of a deal since its last posting, and why (R6.18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date

from crmbridge.company import Company, digest
from crmbridge.flows.revenue.causes import (
    CORRECTED,
    are_the_same_people,
    cause,
    facts_of,
    kept_facts,
)
from crmbridge.flows.revenue.entries import lines_of, moves_of, touches_of
from crmbridge.flows.revenue.gather import Look, gather
from crmbridge.flows.revenue.journeys import keep_journey
from crmbridge.flows.revenue.train import fits_of
from crmbridge.flows.revenue.wake import wake
from crmbridge.flows.revenue.worth import Worth, worth
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.scene.sharing_in_force import credit_rules
from crmbridge.model.lead import Ref
from crmbridge.model.payload import Posted
from crmbridge.policy.revenue.agreed import Weighing, weighings
from crmbridge.policy.revenue.fitted.fit import Fit
from crmbridge.policy.revenue.posting import (
    By,
    Case,
    Classed,
    Moved,
    changes,
    moved,
    target,
    why_nobody,
)
from crmbridge.policy.revenue.sourced import Definition, parts
from crmbridge.store import books, cursors
from crmbridge.store.book_rows import MEASURES, PIPELINE, BookedRow
from crmbridge.store.books import Spot
from crmbridge.store.table import Tx

Writing = Callable[[str], AbstractContextManager[Tx]]
"""Opens a transaction, as `Ledger.write` does; `point` names its commit."""
Then = Callable[[Scene, Sequence[str]], None]
"""What is done with deals that were looked at."""
UNTOLD = "deals_told_by"
"""Row of the ledger's facts: a hash of the lines by which deals were told to the vendors; empty
where deals were posted since of which the vendors were not told."""
BATCH = 200
"""Deals credited in one transaction."""
DEFINITIONS = tuple(one.value for one in Definition)
CLASSES = "@"
"""Stands for the definitions of what is sourced among the models whose books are opened."""


def post_books(company: Company, write: Writing | None = None, then: Then | None = None) -> int:
    """Post what changed of all deals that are to be credited anew; return how many were looked at.

    Commits batch by batch, unless `write` opens a transaction that somebody else ends. What was
    posted is never changed; running it again posts nothing. `then` is told of the deals in the
    same transaction, once what was posted is written. Without it, their records are brought up to
    date when somebody may write.
    """
    done = 0
    while True:
        if write is None:
            with company.ledger.read() as tx:  # most passes find nothing, and write nothing
                if not books.is_any_due(tx):
                    return done
        with (write or company.ledger.write)("books") as tx:
            scene = Scene.open(company, tx)
            deals = books.take_due(tx, BATCH)
            if deals:
                post(scene, deals)
                scene.work.flush()
                if then is not None:
                    then(scene, deals)
                elif cursors.get_meta(tx, UNTOLD):
                    cursors.put_meta(tx, UNTOLD, "")
        done += len(deals)
        if len(deals) < BATCH:
            return done


def post(scene: Scene, deals: Sequence[str]) -> None:
    """Post what changed of some deals, in the scene's transaction."""
    desk = _Desk.open(scene)
    looks = gather(scene, deals)
    scene.work.books.load(deals)
    so_far = books.posted(scene.tx, deals)
    for deal in deals:
        for measure in MEASURES:
            look = looks.get((deal, measure))
            _post(desk, deal, measure, look, so_far.get((deal, measure), {}))
    wake(scene, desk.posted)
    desk.keep()


@dataclass(slots=True, kw_only=True)
class _Desk:
    """The agreed models, by measure, and the days on which their books were opened."""

    scene: Scene
    models: Mapping[str, Sequence[Weighing]]
    rules: str
    opened: dict[str, date]
    today: date
    news: bool = False
    posted: dict[str, set[str]] = field(default_factory=dict)
    """The deals of which anything was posted, and the people whose touches count now."""

    @classmethod
    def open(cls, scene: Scene) -> _Desk:
        agreed = scene.company.agreement.attribution
        fits = fits_of(scene.tx)
        return cls(
            scene=scene,
            models={one: weighings(agreed, fits, pipeline=one == PIPELINE) for one in MEASURES},
            rules=_rules(scene.company, fits),
            opened=books.opened(scene.tx),
            today=scene.now.astimezone(scene.company.zone).date(),
        )

    def opening(self, measure: str, model: str) -> date:
        """The day on which a model's books were opened; it is today when they are opened now."""
        name = f"{measure} {model}"
        if name not in self.opened:
            self.opened[name], self.news = self.today, True
        return self.opened[name]

    def keep(self) -> None:
        """Keep which books were opened."""
        if self.news:
            books.keep_opened(self.scene.tx, self.opened)


def _rules(company: Company, fits: Mapping[str, Fit]) -> str:
    """What credit is posted by, as a short hash: the agreement's rules, and the fits in force."""
    rules = credit_rules(company)
    if not fits:
        return rules
    return digest([rules, sorted(one.version for one in fits.values())])[:12]


def _post(desk: _Desk, deal: str, measure: str, look: Look | None, so_far: books.Balance) -> None:
    known = desk.scene.work.books.booked(deal, measure)
    if look is None and (known is None or not _counts(known)):
        return
    worthy = worth(desk.scene, look) if look else Worth()
    case = _case(desk, look, worthy) if look else None
    if look is not None and case is not None:
        keep_journey(desk.scene, look, why_nobody(case))
    other_day = look is not None and known is not None and _is_moved(look, known)
    if known is not None and other_day:
        known, so_far = _taken_back(desk, known, so_far), {}
    entries = changes(_spotted(look, case, target(case, desk.models[measure])), so_far)
    now = _now(desk, case, worthy)
    classes = list(moved(_before(known), now, DEFINITIONS))
    facts = facts_of(desk.scene.work.deals.get(deal), look, worthy, desk.rules)
    if known is not None and not entries and not classes and are_the_same_people(known, facts):
        return
    told = Posted(
        deal=Ref.parse(deal),
        measure=measure,
        cause=cause(known, facts, measure, other_day=other_day),
        day=look.day if look else known.day if known else None,
        posted=desk.today,
        minor=now.minor,
        currency=now.currency,
        own_minor=worthy.own.minor if worthy.own else 0,
        own_currency=worthy.own.currency if worthy.own else "",
        rate=worthy.rate,
        unpriced=case is not None and worthy.money is None,
        classes=now.classes,
        people=tuple(look.people) if look else (),
        facts=kept_facts(facts, {name for name, _ in entries} | _posted_by(known)),
    )
    _emit(desk, told, known, entries, classes, _own(look, case, worthy, desk.models[measure]))


def _is_moved(look: Look, known: BookedRow) -> bool:
    """Whether a deal that counts was won, or created, on another day than the books have."""
    return _counts(known) and look.day != known.day


def _taken_back(desk: _Desk, known: BookedRow, so_far: books.Balance) -> BookedRow:
    """Take all of a deal back from its day; it is posted again on another."""
    told = Posted(
        deal=Ref.parse(known.deal),
        measure=known.measure,
        cause=CORRECTED,
        day=known.day,
        posted=desk.today,
        minor=0,
        currency=known.currency,
        own_minor=0,
        own_currency=known.own_currency,
        rate=known.rate,
        unpriced=False,
        classes={},
        people=(),
        facts=known.facts,
    )
    classes = list(moved(_before(known), Classed(), DEFINITIONS))
    _emit(desk, told, known, changes({}, so_far), classes, {})
    return desk.scene.work.books.booked(known.deal, known.measure) or known


def _counts(known: BookedRow) -> bool:
    return bool(known.handed)


def _case(desk: _Desk, look: Look, worthy: Worth) -> Case:
    agreed = desk.scene.company.agreement.attribution
    classes = parts(look.facts, agreed.lead_sources)
    return Case(
        amount=worthy.money,
        points=look.points,
        milestones=look.milestones,
        window=look.window,
        people=len(look.people),
        sales=look.sales,
        classes={one.value: kind.value for one, kind in classes.items()},
    )


def _spotted(
    look: Look | None, case: Case | None, wanted: Mapping[By, Mapping[str, int]]
) -> dict[By, dict[Spot, int]]:
    """The target by touches as the books name them."""
    if look is None or case is None:
        return {}
    nobody = Spot("", channel=why_nobody(case))
    spots = {
        one.id: Spot(one.id, one.person, one.channel, one.campaign, one.asset)
        for one in look.points
    }
    return {
        by: {spots.get(touch, nobody): minor for touch, minor in units.items() if minor}
        for by, units in wanted.items()
    }


def _own(
    look: Look | None, case: Case | None, worthy: Worth, models: Sequence[Weighing]
) -> dict[By, dict[Spot, int]]:
    """How the amount in the deal's own currency is split, where that is another (R6.17)."""
    if look is None or case is None or worthy.own is None or worthy.own == worthy.money:
        return {}
    own = replace(case, amount=worthy.own)
    return _spotted(look, own, target(own, models))


def _now(desk: _Desk, case: Case | None, worthy: Worth) -> Classed:
    if case is None:
        return Classed()
    money = worthy.money
    return Classed(
        classes=case.classes,
        minor=money.minor if money else 0,
        currency=money.currency if money else desk.scene.company.mapping.currency,
    )


def _before(known: BookedRow | None) -> Classed:
    if known is None or not _counts(known):
        return Classed()
    classes = {name: getattr(known, name) for name in DEFINITIONS}
    return Classed(classes=classes, minor=known.minor, currency=known.currency)


def _posted_by(known: BookedRow | None) -> set[str]:
    return set(known.facts.get("models", ())) if known else set()


def _emit(
    desk: _Desk,
    told: Posted,
    known: BookedRow | None,
    entries: Mapping[By, Mapping[Spot, int]],
    classes: Sequence[Moved],
    own: Mapping[By, Mapping[Spot, int]],
) -> None:
    """Keep a posting; one for each day on which its parts stand in the books."""
    days: dict[date, tuple[dict[By, Mapping[Spot, int]], list[Moved]]] = {}
    first = known is None
    when = _posted_on(desk, told, CLASSES, first=first)
    days[when] = ({}, list(classes))
    desk.posted.setdefault(str(told.deal), set()).update(told.people)
    for by, units in entries.items():
        when = _posted_on(desk, told, by[0], first=first or by[0] not in _posted_by(known))
        days.setdefault(when, ({}, []))[0][by] = units
    versions = {one.name: one.version for one in desk.models[told.measure]}
    for when in sorted(days):
        adds, moves = days[when]
        if adds or moves or len(days) == 1:
            places: dict[Spot, int] = {}
            lines = lines_of(adds, versions, places)
            posted_now = {name for name, _ in adds}
            part = replace(
                told,
                posted=when,
                lines=lines,
                moved=moves_of(moves),
                own_lines=lines_of(
                    {by: units for by, units in own.items() if by[0] in posted_now},
                    versions,
                    places,
                ),
                touches=touches_of(places),
            )
            n = desk.scene.work.books.postings(str(told.deal), told.measure) + 1
            key = f"posted:{told.deal}:{told.measure}:{n}"
            desk.scene.decided(part, "", key)


def _posted_on(desk: _Desk, told: Posted, model: str, *, first: bool) -> date:
    """The day on which a part stands in the books.

    Books are opened when a model first posts. What was won or created before that day, and is
    posted before the month of it is over, stands on its own day, because no month of these books
    was closed by then; all else stands today.
    """
    opened, own, today = desk.opening(told.measure, model), told.day, desk.today
    is_open = (opened.year, opened.month) == (today.year, today.month)
    return own if first and is_open and own is not None and own < opened else today
