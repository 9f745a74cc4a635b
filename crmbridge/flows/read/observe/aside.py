"""Sightings that are older than what we know of their record: put aside, and looked at again.

A page may be asked for before a write of ours leaves, and be committed after the write was
settled. It then shows what we have overwritten ourselves, and is no news. What is compared is the
order in the ledger, not clocks, which may differ: a page was asked for at the entry that was the
newest then (`scene.asked`), and each record knows the entry that settled our last write to it. A
page asked for before that entry may show the record before or after the write, nobody can tell,
so nothing is read from it (but an opt-out, which counts whenever it was said) and the record is
looked at again, by its id and past the vendor's index. Nothing is lost by that. While a write is
on its way, a page may show the record before or after it as well, and would be overwritten by what
the write settles: what it says is put aside too, until then.

The vendor's stamps compare two sightings of one record with each other. An older one is news only
from the look by id, for that one is what the vendor has now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from crmbridge.flows.read.observe.consent import hear
from crmbridge.flows.read.observe.identity import follow, named
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.consent import says_no
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.state import SeenState
from crmbridge.store import cursors
from crmbridge.store.projection import RefEntry
from crmbridge.store.table import Tx

AGAIN = "look_again"
"""Row of the ledger's facts, by side: records to look at again, each with its turn."""


def put_aside(scene: Scene, sighting: Sighting) -> bool:
    """Put a sighting aside that is older than what we know; return whether it was."""
    entry = scene.work.ref(sighting.ref)
    lead = follow(scene, entry.lead) if entry and entry.lead else named(scene, sighting)
    if lead not in scene.flying and (entry is None or not _old_news(scene, sighting, entry)):
        return False
    if entry is None or not _lifted(scene, entry):
        hear(scene, sighting)
    look_again(scene.tx, [sighting.ref])
    return True


def _lifted(scene: Scene, entry: RefEntry) -> bool:
    """Whether we took the opt-out back there, so that an older page shows what is over.

    What is so now the look by id tells.
    """
    person = scene.company.mapping.person(entry.ref.system, entry.ref.obj)
    return person is not None and says_no(person, entry.seen.wrote) is False


def _old_news(scene: Scene, sighting: Sighting, entry: RefEntry) -> bool:
    differs = _differs(sighting, entry.seen, live=entry.live)
    return differs and is_older(scene, sighting, entry.seen)


def _differs(sighting: Sighting, seen: SeenState, *, live: bool) -> bool:
    """Whether a sighting says anything else than what we know."""
    same = all(seen.raw.get(name) == value for name, value in sighting.raw.items())
    return not (same and live) or bool(sighting.absorbed)


def is_older(scene: Scene, sighting: Sighting, seen: SeenState) -> bool:
    """Whether a sighting may be older than what we know of its record."""
    asked = scene.asked
    if asked is not None and asked < seen.settled:
        return True
    if scene.by_id:
        return False
    stamp, known = sighting.changed_at, _newest(seen)
    if stamp is None or known is None or stamp > known:
        return False
    return stamp < known or (asked is not None and asked < seen.heard)


def _newest(seen: SeenState) -> datetime | None:
    """The vendor's newest stamp of a record that we know of, by a sighting or by its answer."""
    return max((at for at in (seen.changed_at, seen.wrote_at) if at is not None), default=None)


def look_again(tx: Tx, refs: Iterable[Ref]) -> None:
    """Remember records that are to be looked at again."""
    by_side: dict[str, list[Ref]] = {}
    for ref in refs:
        by_side.setdefault(ref.system, []).append(ref)
    for side, some in by_side.items():
        turn, waiting = _kept(tx, side)
        kept = {"turn": turn + 1, "records": waiting | dict.fromkeys(map(str, some), turn + 1)}
        cursors.put_meta(tx, f"{AGAIN}:{side}", kept)


def to_look_at(tx: Tx, side: str) -> Mapping[str, int]:
    """The records of a side that are to be looked at again, each with its turn."""
    return _kept(tx, side)[1]


def looked_at(tx: Tx, side: str, done: Mapping[str, int]) -> None:
    """Forget records that were looked at, unless they were put aside once more meanwhile."""
    turn, waiting = _kept(tx, side)
    left = {ref: mine for ref, mine in waiting.items() if done.get(ref) != mine}
    cursors.put_meta(tx, f"{AGAIN}:{side}", {"turn": turn, "records": left})


def _kept(tx: Tx, side: str) -> tuple[int, dict[str, int]]:
    kept = cursors.get_meta(tx, f"{AGAIN}:{side}")
    if not isinstance(kept, dict):
        return 0, {}
    return int(kept["turn"]), dict(kept["records"])
