"""Reads that gave fewer records than the vendor says there are, held until they are whole."""

from __future__ import annotations

from crmbridge.company import Company
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.store import held
from crmbridge.system import Seen

KIND = "search_short"


def note_short(company: Company, side: str, seen: Seen) -> None:
    """Hold a read that ended short, since when it does; resolve it once one ends whole."""
    about = f"{side}:{seen.obj}"
    with company.ledger.read() as tx:
        rows = [row for row in held.find(tx, kind=KIND) if row.op == about]
    if (rows[0].detail["lacks"] if rows else 0) == seen.lacks:
        return
    with company.ledger.write("pull") as tx:
        scene = Scene.open(company, tx)
        if not seen.lacks:
            held.resolve(tx, [row.id for row in rows], scene.now)
            return
        since = rows[0].detail["since"] if rows else instant(scene.now)
        scene.hold(
            "search_short",
            "",
            about,
            f"{side} says that {seen.lacks} more of {seen.obj} changed than it gives. The same "
            "span is read again with each look, and after a day the reads go on behind it; the "
            "nightly comparison finds what was left out. This resolves itself once the system "
            "agrees with itself; if it stays for days, ask its support.",
            system=side,
            object=seen.obj,
            lacks=seen.lacks,
            since=since,
        )
