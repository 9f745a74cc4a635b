"""Records that cannot be taken in as they are: set apart, so that the others of a page go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from crmbridge.company import Company
from crmbridge.errors import UNREADABLE, place_of
from crmbridge.flows.read.observe import observe
from crmbridge.flows.read.recognise import recognised
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.consent import fields_of
from crmbridge.model.lead import Sighting
from crmbridge.system import Item, Seen

T = TypeVar("T")


def beside_the_feed(items: Sequence[Item]) -> Seen:
    """What was asked for beside the feed, as a page without a place in it."""
    return Seen(obj="", cursor="", more=False, total=None, items=list(items))


def taken_in(company: Company, seen: Seen, take: Callable[[Seen], T]) -> T:
    """Take a page in by `take`, a transaction of its own; again without what cannot be taken.

    Of a person's record that is set apart an opt-out is heard all the same.
    """
    try:
        return take(seen)
    except UNREADABLE:
        return take(_sifted(company, seen))


def _sifted(company: Company, seen: Seen) -> Seen:
    """A page without the records that cannot be taken in, and with what they say of consent."""
    apart: dict[str, list[Item]] = {}
    for item in seen.items:
        apart.setdefault(item.ref.id, []).append(item)
    odd = _found(company, list(apart), apart)
    kept: list[Item] = []
    for ident, items in apart.items():
        kept += [one for item in items for one in _heard(company, item)] if ident in odd else items
    return replace(seen, items=kept, odd={**seen.odd, **odd})


def _found(company: Company, ids: Sequence[str], apart: dict[str, list[Item]]) -> dict[str, str]:
    """The records that cannot be taken in, each with the place; halves are tried, and halved."""
    try:
        with company.ledger.dry("pull") as tx:
            scene = Scene.open(company, tx)
            observe(scene, recognised(scene, [item for one in ids for item in apart[one]]))
            scene.work.flush()
    except UNREADABLE as error:
        if len(ids) == 1:
            return {ids[0]: place_of(error)}
        half = len(ids) // 2
        return _found(company, ids[:half], apart) | _found(company, ids[half:], apart)
    return {}


def _heard(company: Company, item: Item) -> list[Item]:
    """Of a person's record what it says of consent; of anything else nothing."""
    if not isinstance(item, Sighting):
        return []
    person = company.mapping.person(item.ref.system, item.ref.obj)
    raw = fields_of(person) if person else ()
    return [
        Sighting(
            ref=item.ref,
            values={
                word: item.values[word] for word in ("opted_out", "email") if word in item.values
            },
            raw={name: item.raw[name] for name in raw if name in item.raw},
            key=item.key,
            deleted=item.deleted,
            more=item.more,
            merged_into=item.merged_into,
            converted_to=item.converted_to,
            filtered=not item.deleted,
        )
    ]
