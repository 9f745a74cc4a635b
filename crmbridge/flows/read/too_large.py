"""Records that are too large to be read: held by their id alone, and resolved once they come."""

from __future__ import annotations

from crmbridge.flows.scene.scene import Scene
from crmbridge.store import held
from crmbridge.system import Seen

KIND = "record_too_large"


def hold_unread(scene: Scene, side: str, seen: Seen) -> None:
    """Hold what a page had to pass over, and resolve what came after all."""
    for ident in seen.unread:
        scene.hold(
            "record_too_large",
            "",
            _about(side, seen.obj, ident),
            f"The record {ident} of {seen.obj} in {side} is larger than can be read, or takes too "
            "long, so nothing of it is known here; the records behind it were read. Shorten its "
            "texts there, or delete it if it is junk: its next change is read and resolves this.",
            system=side,
            object=seen.obj,
            id=ident,
        )
    rows = held.find(scene.tx, kind=KIND) if seen.ids else []
    if rows:
        came = {_about(side, seen.obj, ident) for ident in seen.ids}
        held.resolve(scene.tx, [row.id for row in rows if row.op in came], scene.now)


def _about(side: str, obj: str, ident: str) -> str:
    return f"{side}:{obj}:{ident}"
