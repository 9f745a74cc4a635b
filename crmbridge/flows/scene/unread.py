"""Fields that the mapping names by now, and that records known from before were never asked for.

Nobody knows what stands in them. So they are not written before all records of their object were
read once more; then the rule of the field decides, and not who was read last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.company import Company
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import FieldMap
from crmbridge.model.codec import instant
from crmbridge.store import anew, books, cursors
from crmbridge.store.table import Tx

ROW = "fields_read"
"""Row of the ledger's facts: `system:object` -> the fields that all its records were `asked` for,
and those of them that they were asked for to the end (`known`)."""
TOLD = "fields_told"
"""Row of the ledger's facts: `system:object` -> the mapped fields that its records told."""
RESPECTED = frozenset({"stage", "brief"})
"""Results that are not written over what somebody else wrote there."""
SHARED = "a field is shared now"


def fields_to_know(company: Company, side: str) -> dict[str, frozenset[str]]:
    """The fields of people's objects, and of deals, that are not written before they were read."""
    spec = company.mapping.system(side)
    found = {
        person.object: frozenset(
            line.field for word, line in person.fields.items() if _must_be_known(word, line)
        )
        for person in spec.people
    }
    if spec.deal and spec.deal.fields:
        found[spec.deal.object] = frozenset(one.field for one in spec.deal.fields.values())
    return found


def _must_be_known(word: str, line: FieldMap) -> bool:
    return line.writes and (line.reads or line.only_if_empty or word in RESPECTED)


def unread(scene: Scene, side: str, obj: str) -> frozenset[str]:
    """The fields of an object of which nobody knows what its known records hold in them."""
    name = f"unread:{side}"
    if name not in scene.fits:
        scene.fits[name] = _unread(scene.company, scene.tx, side)
    found: dict[str, frozenset[str]] = scene.fits[name]
    return found.get(obj, frozenset())


def _unread(company: Company, tx: Tx, side: str) -> dict[str, frozenset[str]]:
    kept = _kept(tx, ROW)
    return {
        obj: wanted - _known(tx, kept, f"{side}:{obj}", wanted)
        for obj, wanted in fields_to_know(company, side).items()
    }


def _known(
    tx: Tx, kept: Mapping[str, Any], about: str, wanted: frozenset[str], part: str = "known"
) -> frozenset[str]:
    """The fields that records of an object were asked for; all, where it was never read.

    A ledger of an earlier build knows which of them any record told.
    """
    if about in kept:
        return frozenset(kept[about][part])
    told = _kept(tx, TOLD).get(about)
    return wanted & frozenset(told) if told else wanted


def read_anew(company: Company, side: str, name: str) -> frozenset[str]:
    """Let an object be read from the beginning where the mapping names a field that must be known.

    `name` is that of the cursor of its changes. Returns the objects of which that is under way.
    """
    wanted = {obj: some for obj, some in fields_to_know(company, side).items() if some}
    with company.ledger.read() as tx:
        kept = _kept(tx, ROW)
        asked = {obj: _known(tx, kept, f"{side}:{obj}", wanted[obj], "asked") for obj in wanted}
    rows = {
        f"{side}:{obj}": _row(kept.get(f"{side}:{obj}"), asked[obj], some)
        for obj, some in wanted.items()
    }
    if any(kept.get(about) != row for about, row in rows.items()):
        with company.ledger.write("pull") as tx:
            for obj, some in wanted.items():
                if some - asked[obj]:
                    cursors.drop_cursor(tx, side, obj, name)
            cursors.put_meta(tx, ROW, _kept(tx, ROW) | rows)
    return frozenset(obj for obj in wanted if _under_way(rows[f"{side}:{obj}"]))


def _row(kept: Any, asked: frozenset[str], wanted: frozenset[str]) -> dict[str, list[str]]:
    known = frozenset(kept["known"]) if kept else asked
    return {"known": sorted(known), "asked": sorted(asked | wanted)}


def _under_way(row: Mapping[str, list[str]]) -> bool:
    return row["known"] != row["asked"]


def note_whole(company: Company, side: str, obj: str) -> None:
    """Note that all records of an object were asked for what must be known of them."""
    with company.ledger.write("pull") as tx:
        kept, about = _kept(tx, ROW), f"{side}:{obj}"
        if about in kept and _under_way(kept[about]):
            asked = kept[about]["asked"]
            cursors.put_meta(tx, ROW, {**kept, about: {"known": asked, "asked": asked}})
            deal = company.mapping.system(side).deal
            if deal is not None and deal.object == obj:
                books.mark_all(tx)
            else:
                anew.ask(tx, SHARED, instant(company.now()))


def _kept(tx: Tx, row: str) -> dict[str, Any]:
    found = cursors.get_meta(tx, row)
    return dict(found) if isinstance(found, dict) else {}
