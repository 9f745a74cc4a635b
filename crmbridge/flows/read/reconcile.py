"""Once a day what each system has is compared with what we know: ids and stamps, in slices.

A change feed can miss a change that shows up later than it reaches back, and is silent about what
was erased for good. So all ids are listed with their stamps, by the vendor's cheapest read, spread
over the day and with the priority of bulk work. What is newer there than what the feed can still
give is read again by id; what we know and the vendor does not give by its id either is gone. A
change that was missed says that the feed lags, and lets later reads reach further back.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from crmbridge.company import Company
from crmbridge.errors import CursorGone, NotSupported, Unavailable
from crmbridge.flows.read import much_gone
from crmbridge.flows.read.gone_cursor import begin_anew
from crmbridge.flows.read.kinds import kinds
from crmbridge.flows.read.not_read import hold_unread
from crmbridge.flows.read.observe import observe
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.recognise import recognised
from crmbridge.flows.read.unreadable import taken_in
from crmbridge.flows.retry import patiently
from crmbridge.flows.scene.scene import Scene
from crmbridge.log import get_logger
from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.record import Page, Record
from crmbridge.net.priority import urgency
from crmbridge.store import cursors, events, known
from crmbridge.store.claims import in_doubt
from crmbridge.store.cursors import Cursor
from crmbridge.store.table import Tx
from crmbridge.system import Seen, System

log = get_logger("crmbridge.reconcile")

CHANGES, RECONCILE, OVERLAP = "changes", "reconcile", "overlap"
"""Names of cursors: of the change feed, and of what stands beside it."""
BULK = 3
EVERY = timedelta(days=1)
"""How often all of an object is compared."""
SPREAD = timedelta(hours=20)
"""Over how long a comparison's pages are spread."""
LEAST, MOST = 5, 200
"""Pages of one look, at least and at most."""
MARGIN = timedelta(hours=1)
"""How far a comparison looks back behind the beginning of the one before."""
SETTLES = timedelta(minutes=20)
"""A younger change is left to the feed, whose own reach is up to 15 minutes."""
KEPT = 1_000
"""Ids that a comparison keeps, to ask for them at its end: more are not gone without a word."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
SHORTEST, LONGEST = 240, 3_600
"""Seconds that a feed may be made to reach back."""


@dataclass(slots=True, kw_only=True)
class Compared:
    """What a slice did: pages and records listed, read again, missed by the feed, and gone."""

    pages: int = 0
    listed: int = 0
    again: int = 0
    missed: int = 0
    gone: int = 0
    counted: Counted = field(default_factory=Counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the comparison of one object stands, as its cursor keeps it.

    `place` is the connector's cursor, empty between two comparisons; `last` the last id that was
    listed. Stamps older than `since` were compared before. `size` is the pages of the last whole
    one. Of this one, `listed` counts what the vendor lists, `ours` what we know, `lost` what of
    that is not listed, and `waiting` are the first ids of those: they are judged at the end. `may`
    is how many a person said are gone, and `gone` how many of them were found.
    """

    began: str
    since: str
    place: str = ""
    last: str = ""
    pages: int = 0
    size: int = 0
    missed: int = 0
    under_way: bool = False
    listed: int = 0
    ours: int = 0
    lost: int = 0
    waiting: Sequence[str] = ()
    may: int = 0
    gone: int = 0

    def text(self) -> str:
        """Write for the ledger."""
        return json.dumps(asdict(self), separators=(",", ":"))


def has_compared(position: str) -> bool:
    """Whether the comparison at a cursor ever came to a page.

    It is put before anybody can tell whether the system lists these records at all.
    """
    try:
        at = Progress(**json.loads(position))
    except (ValueError, TypeError):
        return True  # of another build: nobody knows
    return bool(at.size or at.pages)


def reach_back(company: Company, side: str) -> None:
    """Tell the connector of a side how far its feeds must reach back, as was measured."""
    with company.ledger.read() as tx:
        rows = [one for one in cursors.all_cursors(tx) if one.system == side]
    for one in rows:
        if one.name == OVERLAP and one.obj in company.systems[side].objects:
            company.systems[side].reach_back(one.obj, int(one.position))


def reconcile(
    company: Company,
    side: str,
    *,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
    sweep: Callable[[str], None] = lambda _: None,
) -> dict[str, Compared]:
    """Do the slices that are due on one side; return what was done, by object.

    `sweep` reads what the vendor says was deleted of an object since that was read last. A vendor
    that stays away, or whose share for bulk work is used up, ends it until the next look.
    """
    out: dict[str, Compared] = {}
    system = company.systems[side]
    if not system.reconciles:
        return out
    for obj, kind in kinds(system).items():
        if stop():
            break
        one = _Object(company=company, side=side, obj=obj, kind=kind, stop=stop, sweep=sweep)
        try:
            with urgency(BULK):
                patiently(one.slice, sleep)
        except NotSupported:
            continue
        except CursorGone as gone:
            begin_anew(company, side, RECONCILE, gone)  # with the next look
        except Unavailable as error:
            log.warning("comparison waits", side=side, obj=obj, error=type(error).__name__)
            break
        finally:
            if one.out.pages:
                out[obj] = one.out
    return out


@dataclass(slots=True, kw_only=True)
class _Object:
    company: Company
    side: str
    obj: str
    kind: str
    stop: Callable[[], bool]
    sweep: Callable[[str], None]
    out: Compared = field(default_factory=Compared)
    asked: int = 0
    """The ledger's newest entry before records were read by their ids."""
    left: int = 0
    """Records of a whole comparison that are not believed to be gone."""

    @property
    def _system(self) -> System:
        return self.company.systems[self.side]

    def slice(self) -> None:
        """Compare as many pages as are due by now."""
        now = self.company.now()
        at, feed, size = self._standing()
        if feed is None:
            return  # never read whole: nothing to compare with
        if at is None:
            self._put(Progress(began=instant(now), since=instant(now - MARGIN)))
            return
        if not at.under_way or parse_instant(at.began) > now:
            begun = self._anew(at, now)
            if begun is None:
                return
            at = begun
        due = self._due(at, size, now)
        if due <= 0:
            return
        for page in self._system.stamps(self.obj, at.place or None):
            at = self._page(at, page, feed)
            due -= 1
            if due <= 0 or not at.under_way or self.stop():
                return

    def _anew(self, at: Progress, now: datetime) -> Progress | None:
        """Begin a comparison, `None` while the last one is young and nobody asks for another.

        One of tomorrow is of a clock that was set back: it says nothing of what was compared.
        """
        began, before = parse_instant(at.began), parse_instant(at.since)
        with self.company.ledger.read() as tx:
            asked = much_gone.is_answered(tx, self.side, self.obj)
        if not asked and timedelta(0) <= now - began < EVERY:
            return None
        since = began - MARGIN
        if began > now:
            since = before if before <= now else LONG_AGO
        with self.company.ledger.write("pull") as tx:
            may = much_gone.take_answer(tx, self.side, self.obj)
            begun = Progress(
                began=instant(now), since=instant(since), size=at.size, under_way=True, may=may
            )
            cursors.put_cursor(tx, self._row(begun))
        return begun

    def _standing(self) -> tuple[Progress | None, Cursor | None, int]:
        with self.company.ledger.read() as tx:
            at = cursors.get_cursor(tx, self.side, self.obj, RECONCILE)
            feed = cursors.get_cursor(tx, self.side, self.obj, CHANGES)
            size = known.count(tx, self.kind, self.side, self.obj)
        pages = math.ceil(size / self._system.connector.limits.read_page) + 1
        return (Progress(**json.loads(at.position)) if at else None), feed, pages

    def _due(self, at: Progress, size: int, now: datetime) -> int:
        """How many pages to compare now: the day's part of all, less what is done."""
        part = min(1.0, (now - parse_instant(at.began)) / SPREAD)
        wanted = math.ceil(max(at.size, size) * part) if part < 1 else at.pages + MOST
        least = LEAST if at.pages == 0 else 0
        return min(MOST, max(least, wanted - at.pages))

    def _page(self, at: Progress, page: Page, feed: Cursor) -> Progress:
        """Compare one page with the ledger, read again what differs, and keep both at once."""
        records = page.records
        upto = records[-1].id if records and page.more else ""
        self.left = 0
        with self.company.ledger.read() as tx:
            self.asked = events.last_seq(tx)
            ids = [one.id for one in records]
            have = known.known(tx, self.kind, self.side, self.obj, ids)
            ours = set()
            if records or not page.more:
                ours = set(known.between(tx, self.kind, self.side, self.obj, at.last, upto))
        settled = min(feed.updated_at, self.company.now()) - SETTLES
        since = parse_instant(at.since)
        differ = [one for one in records if self._differs(one, have, since, settled)]
        lost = sorted(ours - set(ids))
        said = bool(at.may) and at.gone + len(lost) <= at.may + much_gone.FEW
        found = self._asked([*(one.id for one in differ), *(lost if said else ())])
        if said:
            found += self._as_gone(_silent(lost, found))
        stamps = (one.changed_at for one in differ if one.id not in have or have[one.id].live)
        late = min((stamp for stamp in stamps if stamp), default=None)
        at = replace(at, listed=at.listed + len(records), ours=at.ours + len(ours))
        at = replace(at, gone=at.gone + len(lost)) if said else self._wait(at, lost)
        if not page.more and at.lost:
            found += self._judge(at)
        seen = self._system.translate(self.obj, Page(records=tuple(found), cursor="", more=False))
        missed = taken_in(self.company, seen, lambda one: self._keep(at, page, one, upto, late))
        self.out.pages += 1
        self.out.listed += len(records)
        self.out.again += len(differ)
        self.out.missed += missed
        self.out.gone += sum(1 for one in seen.items if getattr(one, "deleted", False))
        return self._after(at, page, upto, missed)

    def _wait(self, at: Progress, lost: list[str]) -> Progress:
        """Leave what is not listed to the end of the comparison, which sees how much it is."""
        waiting = [*at.waiting, *lost][:KEPT]
        return replace(at, lost=at.lost + len(lost), waiting=waiting)

    def _judge(self, at: Progress) -> list[Record]:
        """Ask for what was not listed; return what answers, and as gone what is believed.

        The vendor's own word of deletions is believed, however many there are.
        """
        found = self._asked(at.waiting)
        lost, beyond = _silent(at.waiting, found), at.lost - len(at.waiting)
        if not much_gone.believable(len(lost) + beyond, of=at.ours, listed=at.listed):
            self.sweep(self.obj)
            with self.company.ledger.read() as tx:
                have = known.known(tx, self.kind, self.side, self.obj, lost)
            lost = [one for one in lost if one in have and have[one].live]
        self.left = len(lost) + beyond
        if beyond or not much_gone.believable(self.left, of=at.ours, listed=at.listed):
            log.warning("much is gone: not believed", side=self.side, obj=self.obj, of=at.ours)
            return found
        self.left = 0
        return [*found, *self._as_gone(lost)]

    def _differs(
        self,
        record: Record,
        have: dict[str, known.Known],
        since: datetime,
        settled: datetime,
    ) -> bool:
        """Whether a record may say something that the feed did not give, and will not give."""
        one, stamp = have.get(record.id), record.changed_at
        if one is not None and not one.live:
            return True  # restored: it lives, whatever its stamp
        if stamp is None or not since <= stamp < settled:
            return False
        if one is None or self.kind == known.ROLES:
            return True
        return self.kind in (known.PEOPLE, known.DEALS, *known.THINGS) and (
            one.changed_at is None or one.changed_at < stamp
        )

    def _asked(self, ids: Sequence[str]) -> list[Record]:
        """Read records by their ids."""
        return self._system.again(self.obj, ids) if ids else []

    def _as_gone(self, ids: Iterable[str]) -> list[Record]:
        return [Record(obj=self.obj, id=one, deleted=True) for one in ids]

    def _keep(self, at: Progress, page: Page, seen: Seen, upto: str, late: datetime | None) -> int:
        with self.company.ledger.write("pull") as tx:
            scene = Scene.open(self.company, tx, asked=self.asked, by_id=True)
            scene.flying = in_doubt(tx, self.side)
            counted = observe(scene, recognised(scene, seen.items)) if seen.items else Counted()
            hold_unread(scene, self.side, seen)
            scene.work.flush()
            missed = counted.changed if late else 0
            cursors.put_cursor(tx, self._row(self._after(at, page, upto, missed)))
            if missed and late:
                self._reach(tx, late)
            elif not page.more and not at.missed:
                self._relax(tx)
            if self.left:
                much_gone.hold_gone(scene, self.side, self.obj, gone=self.left, of=at.ours)
            elif not page.more:
                much_gone.not_gone(scene, self.side, self.obj)
        self.out.counted.add(counted)
        return missed

    def _after(self, at: Progress, page: Page, upto: str, missed: int) -> Progress:
        done = replace(
            at,
            place=page.cursor,
            last=upto or at.last,
            pages=at.pages + 1,
            missed=at.missed + missed,
        )
        if page.more:
            return done
        # what the next one counts, it counts from nothing
        return Progress(began=at.began, since=at.since, size=done.pages)

    def _reach(self, tx: Tx, late: datetime) -> None:
        """Let the feed reach back as far as a change was late, in bounds."""
        before = cursors.get_cursor(tx, self.side, self.obj, OVERLAP)
        twice = max(SHORTEST, 2 * int(before.position) if before else 0)
        measured = int((self.company.now() - late).total_seconds())
        wide = min(LONGEST, max(twice, measured))
        cursors.put_cursor(tx, replace(self._row(None), name=OVERLAP, position=str(wide)))

    def _relax(self, tx: Tx) -> None:
        """A whole comparison missed nothing: the feed need not reach as far back any more."""
        before = cursors.get_cursor(tx, self.side, self.obj, OVERLAP)
        if before and int(before.position):
            half = int(before.position) // 2
            text = str(half if half >= SHORTEST else 0)
            cursors.put_cursor(tx, replace(self._row(None), name=OVERLAP, position=text))

    def _row(self, at: Progress | None) -> Cursor:
        return Cursor(
            system=self.side,
            obj=self.obj,
            name=RECONCILE,
            position=at.text() if at else "",
            updated_at=self.company.now(),
        )

    def _put(self, at: Progress) -> None:
        with self.company.ledger.write("pull") as tx:
            cursors.put_cursor(tx, self._row(at))


def _silent(ids: Iterable[str], found: Iterable[Record]) -> list[str]:
    """Those of some ids that no record answers to, not even one that they were merged into."""
    told = {each for one in found for each in (one.id, *one.absorbed)}
    return [one for one in ids if one not in told]
