"""Records that are not read: too large, or odd; held by their id alone until they can be."""

from __future__ import annotations

from crmbridge.flows.scene.scene import Scene
from crmbridge.store import held
from crmbridge.system import Seen

TOO_LARGE = "record_too_large"
UNREADABLE = "record_unreadable"


def hold_unread(scene: Scene, side: str, seen: Seen) -> None:
    """Hold what a page had to pass over or set apart, and resolve what can be read by now."""
    for ident in seen.unread:
        _hold(
            scene,
            TOO_LARGE,
            (side, seen.obj, ident),
            f"The record {ident} of {seen.obj} in {side} is larger than can be read, or takes too "
            "long, so nothing of it is known here; the records behind it were read. Shorten its "
            "texts there, or delete it if it is junk: its next change is read and resolves this.",
        )
    for ident, place in seen.odd.items():
        _hold(
            scene,
            UNREADABLE,
            (side, seen.obj, ident),
            f"The record {ident} of {seen.obj} in {side} holds something that cannot be read "
            f"({place}), so nothing is taken from it but an opt-out; the records around it were "
            "read. Look there for what is odd, such as a date of the year 9999 or a number of many "
            "digits, and put it right, or delete the record if it is junk: its next change is read "
            "and resolves this. If nothing is odd, report it with the words in brackets.",
        )
    _resolve(scene, side, seen)


def _hold(scene: Scene, kind: str, where: tuple[str, str, str], advice: str) -> None:
    side, obj, ident = where
    scene.hold(kind, "", ":".join(where), advice, system=side, object=obj, id=ident)


def _resolve(scene: Scene, side: str, seen: Seen) -> None:
    rows = held.open_causes(scene.tx, (TOO_LARGE, UNREADABLE)) if seen.ids or seen.well else []
    if not rows:
        return
    came = {f"{side}:{seen.obj}:{one}" for one in (*seen.ids, *seen.well)}
    odd = {f"{side}:{seen.obj}:{one}" for one in seen.odd}
    gone = [row.id for row in rows if row.kind == TOO_LARGE and row.op in came]
    gone += [row.id for row in rows if row.kind == UNREADABLE and row.op in came - odd]
    held.resolve(scene.tx, gone, scene.now)
