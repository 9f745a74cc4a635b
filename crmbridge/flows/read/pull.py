"""Vendors into the ledger: page by page, each page with its cursor in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta

from crmbridge.company import Company
from crmbridge.errors import NotSupported
from crmbridge.flows.fit.look import look_at_fields
from crmbridge.flows.read.gone_cursor import from_some_place
from crmbridge.flows.read.not_read import hold_unread
from crmbridge.flows.read.observe import observe
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.guess import GONE, believe_gone
from crmbridge.flows.read.recognise import recognised
from crmbridge.flows.read.reconcile import CHANGES as CHANGES
from crmbridge.flows.read.reconcile import Compared, reach_back, reconcile
from crmbridge.flows.read.second_look import look_up_left_out, second_look
from crmbridge.flows.read.short_reads import note_short
from crmbridge.flows.read.unreadable import taken_in
from crmbridge.flows.read.vanished import note_told, still_stopped, stop_for
from crmbridge.flows.read.whose import settle_deals
from crmbridge.flows.scene.scene import Scene, recalled
from crmbridge.flows.scene.sharing_in_force import keep_sharing
from crmbridge.flows.scene.unread import note_whole, read_anew
from crmbridge.model.side import SALES
from crmbridge.net.priority import urgency
from crmbridge.store import cursors, events
from crmbridge.store.claims import in_doubt
from crmbridge.store.cursors import Cursor
from crmbridge.system import REPS, Seen, consent_of

DELETED = "deleted"
NEWS = 1
"""Priority of reading what changed (DESIGN 9: hand-off, revenue, signals)."""
REPS_EVERY = timedelta(hours=1)
"""How often a vendor's users are read where that costs calls of its own."""

Progress = Callable[[str, int, int | None], None]
"""Told after each page: the object, records so far, and the vendor's count of all, if known."""


def _quiet(obj: str, done: int, total: int | None) -> None:
    pass


@dataclass(slots=True, kw_only=True)
class Pulled:
    """What a pull read, by vendor object; `compared` is what a reconciliation did beside it."""

    counts: dict[str, Counted] = field(default_factory=dict)
    pages: int = 0
    compared: dict[str, Compared] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """Records that were news."""
        return sum(one.changed for one in self.counts.values())


@dataclass(slots=True, kw_only=True)
class _Pull:
    company: Company
    side: str
    name: str
    silent: bool
    stop: Callable[[], bool]
    progress: Progress
    sleep: Callable[[float], None]
    out: Pulled = field(default_factory=Pulled)
    totals: dict[str, int | None] = field(default_factory=dict)
    moved: dict[str, Cursor] = field(default_factory=dict)
    asked: int = 0
    anew: frozenset[str] = frozenset()
    """Objects that are read from the beginning for a field that the mapping names by now."""

    def run(self, objects: Iterable[str]) -> None:
        """Read objects from their cursors; a repeated try goes on after the last page."""
        left = set(objects)

        def once() -> None:
            known = self._cursors(left)
            reach_back(self.company, self.side)
            self._ask()
            with self._urgency(known):
                for seen in self.company.systems[self.side].read(known):
                    self._page(seen)
                    if not seen.more:
                        left.discard(seen.obj)
                    if self.stop():
                        return

        try:
            from_some_place(self.company, self.side, self.name, once, self.sleep)
        finally:
            self._move_cursors()

    def sweep(self, obj: str) -> None:
        """Read what was deleted since the last sweep."""

        def once() -> None:
            position = self._position(obj, DELETED)
            self._ask()
            for seen in self.company.systems[self.side].read_deleted(obj, position):
                self._page(seen, DELETED)
                if self.stop():
                    return

        try:
            from_some_place(self.company, self.side, DELETED, once, self.sleep)
        except NotSupported:
            self.out.counts.setdefault(obj, Counted())  # the vendor keeps no list of its deletions
        finally:
            self._move_cursors()

    def _urgency(self, known: dict[str, str | None]) -> AbstractContextManager[None]:
        """News is as urgent as the hand-offs and the revenue that follow from it; history is not.

        Without it a rejection or a won deal would go unheard while hand-offs still leave.
        """
        return nullcontext() if None in known.values() else urgency(NEWS)

    def _ask(self) -> None:
        """Note how far the ledger is before the vendor is asked: a connector may read ahead."""
        with self.company.ledger.read() as tx:
            self.asked = events.last_seq(tx)

    def _cursors(self, objects: Iterable[str]) -> dict[str, str | None]:
        with self.company.ledger.read() as tx:
            known = {
                one.obj: one.position
                for one in cursors.all_cursors(tx)
                if one.system == self.side and one.name == self.name
            }
        return {obj: known.get(obj) for obj in objects}

    def _position(self, obj: str, name: str) -> str | None:
        with self.company.ledger.read() as tx:
            known = cursors.get_cursor(tx, self.side, obj, name)
        return known.position if known else None

    def _page(self, seen: Seen, name: str = "") -> None:
        moved: Cursor | None = Cursor(
            system=self.side,
            obj=seen.obj,
            name=name or self.name,
            position=seen.cursor,
            updated_at=self.company.now(),
        )
        if stop_for(self.company, self.side, seen):
            moved, seen = None, replace(seen, items=consent_of(seen.items))
        if seen.items or seen.unread or seen.odd or seen.well:
            counted = taken_in(self.company, seen, lambda page: self._observe(page, moved))
        else:
            # an empty page may be read again: its cursor moves together with the others'
            counted = Counted()
            if moved is not None:
                self.moved[seen.obj] = moved
        if not seen.more and not seen.wait and not name:
            note_short(self.company, self.side, seen)
            if seen.obj in self.anew and moved is not None:
                note_whole(self.company, self.side, seen.obj)
        self.out.pages += 1
        total = self.out.counts.setdefault(seen.obj, Counted())
        total.add(counted)
        self.totals.setdefault(seen.obj, seen.total)
        self.progress(seen.obj, total.read + seen.passed, self.totals[seen.obj])

    def _observe(self, seen: Seen, moved: Cursor | None) -> Counted:
        with self.company.ledger.write("pull") as tx:
            scene = Scene.open(self.company, tx, asked=self.asked)
            scene.flying = in_doubt(tx, self.side)
            counted = observe(scene, recognised(scene, seen.items))
            hold_unread(scene, self.side, seen)
            if self.silent:
                scene.work.forget_due()
            scene.work.flush()
            note_told(self.company, tx, self.side, seen)
            if moved is not None:
                cursors.put_cursor(tx, moved)
        self.moved.pop(seen.obj, None)
        return counted

    def _move_cursors(self) -> None:
        if self.moved:
            with self.company.ledger.write("pull") as tx:
                for cursor in self.moved.values():
                    cursors.put_cursor(tx, cursor)
            self.moved.clear()


def pull(
    company: Company,
    side: str,
    *,
    name: str = CHANGES,
    silent: bool = False,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = _quiet,
    sleep: Callable[[float], None] = time.sleep,
) -> Pulled:
    """Read everything that changed on one side since the last pull; everything the first time.

    `silent` makes no lead due: history is taken in and nobody is told. `stop` is asked after each
    page, which is always committed whole.

    Raises:
        ConnectorError: the vendor stayed away for three tries; what was read stays read.
    """
    work = _Pull(
        company=company,
        side=side,
        name=name,
        silent=silent,
        stop=stop,
        progress=progress,
        sleep=sleep,
    )
    keep_sharing(company)
    settle_gone(company, side)  # of a look that did not come to its end
    if name == CHANGES:
        look_at_fields(company, side, sleep)
        work.anew = read_anew(company, side, name)
    work.run(still_stopped(company, side, due_objects(company, side, name)))
    if name == CHANGES:
        for obj in _sweeps(company, side):
            if stop():
                break
            work.sweep(obj)
        work.out.compared = reconcile(company, side, stop=stop, sleep=sleep, sweep=work.sweep)
        for obj, one in work.out.compared.items():
            work.out.counts.setdefault(obj, Counted()).add(one.counted)
        if not stop():
            second_look(company, side, sleep)
            look_up_left_out(company, side, sleep)
            settle_gone(company, side, silent=silent)
            if company.stands(side, SALES):
                settle_deals(company)
    return work.out


def settle_gone(company: Company, side: str, *, silent: bool = False) -> None:
    """Say what became of the records of sales that are gone; `silent` makes no lead due."""
    if not company.stands(side, SALES):
        return
    with company.ledger.read() as tx:
        if not recalled(tx, GONE):
            return
    with company.ledger.write("pull") as tx:
        scene = Scene.open(company, tx)
        believe_gone(scene, side)
        if silent:
            scene.work.forget_due()
        scene.work.flush()


def due_objects(company: Company, side: str, name: str) -> list[str]:
    """The objects to read now: all but the users, who are read hourly unless they cost nothing."""
    system = company.systems[side]
    objects = list(system.objects)
    rep = system.map.rep
    if rep is None or system.reads_many or system.roles(rep.object) != {REPS}:
        return objects
    with company.ledger.read() as tx:
        known = cursors.get_cursor(tx, side, rep.object, name)
    # a place of tomorrow is of a clock that was set back
    if known and timedelta(0) <= company.now() - known.updated_at < REPS_EVERY:
        objects.remove(rep.object)
    return objects


def _sweeps(company: Company, side: str) -> list[str]:
    """The objects whose deletions are due to be looked for: all that is read, users apart."""
    system = company.systems[side]
    if not system.sweeps:
        return []
    now, every = company.now(), timedelta(seconds=system.connector.info.sweep_seconds)
    with company.ledger.read() as tx:
        known = {
            obj: cursors.get_cursor(tx, side, obj, DELETED)
            for obj in system.objects
            if system.roles(obj) != {REPS}
        }
    return [
        obj
        for obj, one in known.items()
        if one is None or not timedelta(0) <= now - one.updated_at < every
    ]
