"""History read page by page: the run behind `flows.read.backfill`, its counts and its outlook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, select

from crmbridge.company import Company
from crmbridge.connector import ReadsMany
from crmbridge.errors import ConfigError
from crmbridge.flows.qualify.verdict import MARKETING, judge
from crmbridge.flows.read.gone_cursor import from_some_place
from crmbridge.flows.read.not_read import hold_unread
from crmbridge.flows.read.observe import observe
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.pull import CHANGES
from crmbridge.flows.read.recognise import recognised
from crmbridge.flows.read.unreadable import taken_in
from crmbridge.flows.read.vanished import note_told, stop_for
from crmbridge.flows.read.whose import settle_deals
from crmbridge.flows.recycle.run import may_return
from crmbridge.flows.revenue.post import post_books
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import in_words, instant, parse_instant
from crmbridge.model.lifecycle import Stage
from crmbridge.model.payload import FirstSeen, Known, OptedOut, Payload, RecordSeen
from crmbridge.model.record import Page, ReadRequest, Record
from crmbridge.policy.recycle import Reentry
from crmbridge.store import anew, cursors, leads, schema
from crmbridge.store.cursors import Cursor
from crmbridge.store.rows import GONE
from crmbridge.store.table import Tx
from crmbridge.system import Seen, consent_of

NAME = "backfill"
"""Name of the cursors that a backfill reads by."""
STATE = "backfill"
"""Row of the ledger's facts: what is done of the present backfill, and its counts."""
TIMELESS = frozenset({"rep", "queue", "role", "product", "campaign", "firm"})
"""Roles of objects whose records are read whatever the time asked for."""
JUDGED = 20_000
"""Leads looked at for the report, at most: it bounds the time after the last page."""
CHUNK = 500
"""Leads judged in one look at the ledger: a longer one would keep its log from shrinking."""

Progress = Callable[[str, int, int | None], None]
"""Told after each page: `side:object`, records so far, and the vendor's count of all, if known."""


def must_be_a_window(since: datetime | None, until: datetime | None, zone: tzinfo) -> None:
    """Raise `ConfigError` for a time that ends before it begins, or as it does."""
    if since is not None and until is not None and until <= since:
        raise ConfigError(
            f"--until {in_words(until, zone)} is not after --since {in_words(since, zone)}: "
            "nothing lies between. Give the later one as --until; a day begins at 00:00 in the "
            "company's zone."
        )


LONGEST_NAP = 30.0
"""Seconds after which a vendor that prepares an export is asked again: Ctrl-C is heard then."""


@dataclass(slots=True, kw_only=True)
class BackfillReport:
    """What a backfill did, from its beginning, however often it was resumed.

    Every record read is one of changed, unchanged, filtered (outside the window), held, or none
    of ours. `new` are leads that were not known before. Of `judged` leads of marketing's, `ready`
    meet the definition now; nobody was handed over. `unmatched` touches in the ledger have no
    lead. `complete` is false when it was stopped.
    """

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    filtered: int = 0
    held: int = 0
    ready: int = 0
    judged: int = 0
    unmatched: int = 0
    complete: bool = False
    done: dict[str, int] = field(default_factory=dict)
    """Records read, by `side:object`."""

    def add(self, name: str, page: Page, counted: Counted, *, new: int, kept: int) -> None:
        """Add a page of an object, of which `kept` records are inside the window."""
        self.read += len(page.records)
        self.filtered += len(page.records) - kept
        self.new += new
        self.changed += counted.changed
        self.unchanged += counted.unchanged
        self.held += counted.held
        self.done[name] = self.done.get(name, 0) + len(page.records)


@dataclass(slots=True, kw_only=True)
class History:
    """One backfill at work; `stopped` once `stop` said so."""

    company: Company
    stop: Callable[[], bool]
    progress: Progress
    sleep: Callable[[float], None]
    ident: str = ""
    """The request that it serves, if any: a crash before its first page must not look begun."""
    since: datetime | None = None
    until: datetime | None = None
    finished: list[str] = field(default_factory=list)
    report: BackfillReport = field(default_factory=BackfillReport)
    stopped: bool = False

    def begin(self, since: datetime | None, until: datetime | None, *, resume: bool) -> None:
        """Go on where the last one, or this request's own, ended; or forget it."""
        self.since, self.until = since, until
        with self.company.ledger.write("backfill") as tx:
            known = cursors.get_meta(tx, STATE)
            own = isinstance(known, dict) and self.ident and known["ident"] == self.ident
            if (resume or own) and isinstance(known, dict):
                self.since = since or _instant_of(known["since"])
                self.until = until or _instant_of(known["until"])
                self.finished = list(known["finished"])
                self.report = _report_of(known["report"])
                self.report.complete = False
            else:
                where = (schema.cursor.c.company == tx.company, schema.cursor.c.name == NAME)
                tx.conn.execute(delete(schema.cursor).where(*where))
            must_be_a_window(self.since, self.until, self.company.zone)
            # also one that is broken off has taken in leads for whom nobody decided
            anew.ask(tx, "a backfill", instant(self.company.now()))
            self._save(tx)

    def read(self, side: str) -> None:
        """Read one side's objects that are not finished."""
        left = [one for one in self.company.systems[side].objects if not self._is_done(side, one)]

        waits: list[float] = []

        def once() -> None:
            waits.clear()
            wanted = [one for one in left if not self._is_done(side, one)]
            for obj, page in self._pages(side, wanted):
                self._page(side, obj, page)
                waits.extend([page.wait] if page.wait else [])
                if self.stop():
                    self.stopped = True
                    return

        while left and not self.stopped:
            from_some_place(self.company, side, NAME, once, self.sleep)
            if not waits:
                return
            self.sleep(min(*waits, LONGEST_NAP))
            self.stopped = self.stop()

    def _is_done(self, side: str, obj: str) -> bool:
        return f"{side}:{obj}" in self.finished

    def _pages(self, side: str, objects: Sequence[str]) -> Iterator[tuple[str, Page]]:
        system = self.company.systems[side]
        fields_of = system.objects
        with self.company.ledger.read() as tx:
            known = {obj: cursors.get_cursor(tx, side, obj, NAME) for obj in objects}
        requests = [
            ReadRequest(obj=obj, fields=fields_of[obj], since=at.position if at else None)
            for obj, at in known.items()
        ]
        if isinstance(system.connector, ReadsMany):
            yield from system.connector.read_many(requests)
            return
        for one in requests:
            for page in system.connector.read(one.obj, one.fields, one.since):
                yield one.obj, page

    def _page(self, side: str, obj: str, page: Page) -> None:
        """One page, its cursor and its counts, in one transaction."""
        system = self.company.systems[side]
        inside = [(self._in_window(side, obj, one), one) for one in page.records]
        kept, older = (tuple(one for mine, one in inside if mine is want) for want in (True, False))
        seen = system.translate(obj, replace(page, records=kept))
        stopped = stop_for(self.company, side, seen)
        if stopped:
            seen.items = consent_of(seen.items)
        past = system.translate(obj, replace(page, records=older))
        seen.items += consent_of(past.items)
        seen.odd |= past.odd
        taken_in(
            self.company,
            seen,
            lambda one: self._take(side, page, one, kept=len(kept), stopped=stopped),
        )
        self.progress(f"{side}:{obj}", self.report.done[f"{side}:{obj}"], page.total)

    def _take(self, side: str, page: Page, seen: Seen, *, kept: int, stopped: bool) -> None:
        obj = seen.obj
        with self.company.ledger.write("pull") as tx:
            scene = Scene.open(self.company, tx)
            counted = observe(scene, recognised(scene, seen.items))
            hold_unread(scene, side, seen)
            _only_opt_outs_due(scene)
            new = sum(one.type in _NEW for one in scene.work.flush())
            row = Cursor(
                system=side, obj=obj, name=NAME, position=page.cursor, updated_at=scene.now
            )
            if not stopped:
                note_told(self.company, tx, side, seen)
                cursors.put_cursor(tx, row)
            name = f"{side}:{obj}"
            self.report.add(name, page, counted, new=new, kept=kept)
            if not page.more and not page.wait and not stopped:
                self._end(tx, row)
            self._save(tx)

    def _in_window(self, side: str, obj: str, record: Record) -> bool:
        """Whether a record is of the time asked for; who is who, and what is what, has no time."""
        at = record.changed_at
        if at is None or self.company.systems[side].roles(obj) <= TIMELESS:
            return True
        return (self.since is None or at >= self.since) and (self.until is None or at <= self.until)

    def _end(self, tx: Tx, row: Cursor) -> None:
        """An object was read whole: the ordinary pull goes on from where this read began."""
        self.finished.append(f"{row.system}:{row.obj}")
        if self.until is None and cursors.get_cursor(tx, row.system, row.obj, CHANGES) is None:
            cursors.put_cursor(tx, replace(row, name=CHANGES))

    def _save(self, tx: Tx) -> None:
        state = {
            "since": instant(self.since) if self.since else "",
            "until": instant(self.until) if self.until else "",
            "finished": self.finished,
            "report": asdict(self.report),
            "ident": self.ident,
        }
        cursors.put_meta(tx, STATE, state)

    def finish(self) -> BackfillReport:
        """Say what came of it."""
        out = self.report
        out.complete = not self.stopped
        if out.complete:
            settle_deals(self.company, silent=True)
            post_books(self.company)
            out.judged, out.ready = _judged(self.company, self.stop)
        with self.company.ledger.write("backfill") as tx:
            where = (
                schema.touch.c.company == tx.company,
                schema.touch.c.lead.is_(None),
                schema.touch.c.identity.is_distinct_from(GONE),
            )
            count = select(func.count()).select_from(schema.touch).where(*where)
            out.unmatched = int(tx.conn.execute(count).scalar_one())
            anew.ask(tx, "a backfill", instant(self.company.now()))
            self._save(tx)
        return out


_NEW = frozenset({Known.type, FirstSeen.type})
"""Types of entries that make a lead."""


def _only_opt_outs_due(scene: Scene) -> None:
    """Nobody waits for a decision about history, but who said no."""
    scene.work.forget_due()
    for one in scene.work.pending:
        if one.lead and _opts_out(one.payload):
            scene.work.due(one.lead, scene.now, "opted out")


def _opts_out(told: Payload) -> bool:
    match told:
        case OptedOut():
            return True
        case RecordSeen(opted_out=out):
            return out
        case FirstSeen():
            return told.look().opted_out
    return False


def _instant_of(text: str) -> datetime | None:
    return parse_instant(text) if text else None


def _report_of(known: Mapping[str, Any]) -> BackfillReport:
    names = {one.name for one in fields(BackfillReport)}
    return BackfillReport(**{name: value for name, value in known.items() if name in names})


JUDGED_IN = MARKETING | {Stage.READY}
"""Stages in which marketing has a lead, those in line too."""


def _judged(company: Company, stop: Callable[[], bool]) -> tuple[int, int]:
    """Judge marketing's leads as a decision would, and decide nothing: how many, how many ready."""
    judged = ready = looked = 0
    after = ""
    while looked < JUDGED and not stop():
        with company.ledger.read() as tx:
            scene = Scene.open(company, tx)
            some = list(islice(leads.ids(tx, after), CHUNK))
            scene.work.load_leads(some)
            mine = [one for one in some if scene.work.lifecycle(one).stage in JUDGED_IN]
            scene.work.load_refs_of(mine)
            scene.work.load_touches_of(mine)
            ready += sum(_ready(scene, one) for one in mine)
        if not some:
            break
        judged, looked, after = judged + len(mine), looked + len(some), some[-1]
    return judged, ready


def _ready(scene: Scene, lead: str) -> bool:
    look = view(scene, lead)
    ready = judge(scene, look).ready and not look.state.opted_out
    return ready and may_return(scene, look, ready=True).decision is Reentry.REENTER
