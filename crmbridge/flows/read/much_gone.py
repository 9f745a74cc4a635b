"""Much that a system lists no more is not believed to be gone until a person says that it is.

Rights that were taken from our user look the same as records that were erased: the list is short,
a read by id gives nothing, and there is no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.store import cursors, held
from crmbridge.store.held import Held
from crmbridge.store.table import Tx

KIND = "much_is_gone"
ANSWERS = "gone_answers"
"""Row of the ledger's facts: `system:object` -> how many records a person said are gone, 0 for
"look again". An answer is taken by the next comparison that begins."""
FEW = 3
"""Records of an object that may be gone at once, whatever their part of it."""
PART = 10
"""One of so many may be gone at once."""


def believable(gone: int, *, of: int, listed: int) -> bool:
    """Whether so many of the records that we know may be gone, when so many are still listed."""
    return listed > 0 and gone <= max(FEW, of // PART)


def hold_gone(scene: Scene, side: str, obj: str, *, gone: int, of: int) -> None:
    """Hold what a comparison did not believe, with the time since when it is so."""
    about = _about(side, obj)
    before = [row for row in held.find(scene.tx, kind=KIND) if row.op == about]
    since = before[0].detail["since"] if before else instant(scene.now)
    scene.hold(
        "much_is_gone",
        "",
        about,
        f"{side} gives {gone} of {of} {obj} records no more, neither in its list nor by id, and "
        "does not tell of their deletion, so they are taken to be there still. Most often the "
        "rights of our user were cut: give them back, then `crmbridge held retry` compares at "
        "once. If the records are really gone, `crmbridge held resolve` makes the next comparison "
        "believe it: their leads lose them, and their revenue.",
        system=side,
        object=obj,
        gone=gone,
        known=of,
        since=since,
    )


def not_gone(scene: Scene, side: str, obj: str) -> None:
    """A comparison believed all that it found: nobody need look any more."""
    about = _about(side, obj)
    rows = [row.id for row in held.find(scene.tx, kind=KIND) if row.op == about]
    held.resolve(scene.tx, rows, scene.now)


def answer(tx: Tx, row: Held, *, believe: bool) -> None:
    """Keep what a person said of held work of this kind; either way, compare at once."""
    said = {**_answers(tx), row.op: int(row.detail["gone"]) if believe else 0}
    cursors.put_meta(tx, ANSWERS, said)


def is_answered(tx: Tx, side: str, obj: str) -> bool:
    """Whether a person's answer waits for the next comparison of an object."""
    return _about(side, obj) in _answers(tx)


def take_answer(tx: Tx, side: str, obj: str) -> int:
    """Return how many records a person said are gone, 0 for none; it is said once."""
    said = dict(_answers(tx))
    number = said.pop(_about(side, obj), None)
    if number is None:
        return 0
    cursors.put_meta(tx, ANSWERS, said)
    return int(number)


def _answers(tx: Tx) -> Mapping[str, Any]:
    found = cursors.get_meta(tx, ANSWERS)
    return found if isinstance(found, Mapping) else {}


def _about(side: str, obj: str) -> str:
    return f"{side}:{obj}"
