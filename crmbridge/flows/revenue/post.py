"""Credit posted to the books: what changed of a deal since its last posting, and why (R6.18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crmbridge.company import Company, digest
from crmbridge.flows.revenue.gather import Look, gather
from crmbridge.flows.revenue.worth import Worth, worth
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.payload import ClassMoved, CreditedTouch, CreditLine, Posted
from crmbridge.policy.revenue.agreed import Weighing, weighings
from crmbridge.policy.revenue.books import Cause, Facts, Standing, cause_of
from crmbridge.policy.revenue.posting import (
    NOBODY,
    By,
    Case,
    Classed,
    changes,
    moved,
    target,
    why_nobody,
)
from crmbridge.policy.revenue.sourced import Definition, parts
from crmbridge.store import books
from crmbridge.store.book_rows import MEASURES, PIPELINE, BookedRow

BATCH = 200
"""Deals credited in one transaction."""
DEFINITIONS = tuple(one.value for one in Definition)
CREATED = "created"
"""Why a deal is first posted to the pipeline."""
CORRECTED = "corrected"
"""Why a deal is posted anew of which no cause of R6.18 holds: its classes are others."""


def post_books(company: Company) -> int:
    """Post what changed of all deals that are to be credited anew; return how many were looked at.

    Commits batch by batch. What was posted is never changed; running it again posts nothing.
    """
    done = 0
    while True:
        with company.ledger.read() as tx:
            if not books.is_any_due(tx):
                return done
        with company.ledger.write("books") as tx:
            scene = Scene.open(company, tx)
            deals = books.take_due(tx, BATCH)
            post(scene, deals)
            scene.work.flush()
        done += len(deals)


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

    @classmethod
    def open(cls, scene: Scene) -> _Desk:
        agreed = scene.company.agreement.attribution
        return cls(
            scene=scene,
            models={
                one: weighings(agreed, {}, pipeline=one == PIPELINE) for one in MEASURES
            },
            rules=rules_of(scene.company),
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


def rules_of(company: Company) -> str:
    """What the agreement says of credit, as a short hash: the version that credit is posted by."""
    agreed = company.agreement.attribution.model_dump(mode="json", by_alias=True)
    agreed.pop("people")  # who shares a deal is seen in its people
    return digest(agreed)[:12]


def _post(
    desk: _Desk, deal: str, measure: str, look: Look | None, so_far: Mapping[By, Mapping[str, int]]
) -> None:
    known = desk.scene.work.books.booked(deal, measure)
    if look is None and (known is None or not _counts(known)):
        return
    worthy = worth(desk.scene, look) if look else Worth()
    case = _case(desk, look, worthy) if look else None
    wanted = target(case, desk.models[measure])
    entries = changes(wanted, so_far)
    now = _now(case, worthy, desk)
    classes = list(moved(_before(known), now, DEFINITIONS))
    facts = _facts(desk, deal, look, worthy)
    if known is not None and not entries and not classes and _same(known, facts, look):
        return
    cause = _cause(known, facts, measure)
    base = _base(desk, deal, measure, look, worthy, now, facts, cause)
    _emit(desk, base, _dated(desk, measure, known, look, entries), classes, case, look)


def _counts(known: BookedRow) -> bool:
    return bool(known.handed)


def _case(desk: _Desk, look: Look, worthy: Worth) -> Case:
    agreed = desk.scene.company.agreement.attribution
    return Case(
        amount=worthy.money,
        points=look.points,
        milestones=look.milestones,
        window=look.window,
        people=len(look.people),
        sales=look.sales,
        classes={one.value: kind.value for one, kind in parts(look.facts, agreed.lead_sources).items()},
    )


def _now(case: Case | None, worthy: Worth, desk: _Desk) -> Classed:
    if case is None:
        return Classed()
    money = worthy.money
    home = desk.scene.company.mapping.currency
    return Classed(
        classes=case.classes,
        minor=money.minor if money else 0,
        currency=money.currency if money else home,
    )


def _before(known: BookedRow | None) -> Classed:
    if known is None or not _counts(known):
        return Classed()
    classes = {name: getattr(known, name) for name in DEFINITIONS}
    return Classed(classes=classes, minor=known.minor, currency=known.currency)
