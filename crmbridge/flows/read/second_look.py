"""Records that the vendor is asked for beside its feed: by their ids, or by an address.

By their ids, those whose last sighting was too old to be news; by an address, those that a filter
leaves out, of people who said no.
"""

from __future__ import annotations

from collections.abc import Callable

from crmbridge.company import Company
from crmbridge.errors import NotSupported, Refused
from crmbridge.flows.read.observe import observe
from crmbridge.flows.read.observe.aside import looked_at, to_look_at
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.read.observe.left_out import addresses_of, filters, found, sought
from crmbridge.flows.read.recognise import recognised
from crmbridge.flows.read.unreadable import beside_the_feed, taken_in
from crmbridge.flows.retry import patiently
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.store import events
from crmbridge.store.claims import in_doubt
from crmbridge.store.table import Tx, chunks
from crmbridge.system import Item, Seen

MOST = 1000
"""Records, or leads, of one look; the others come with the next one."""
EACH = 100
"""Addresses of one call."""


def second_look(company: Company, side: str, sleep: Callable[[float], None]) -> int:
    """Look again at what was put aside on one side; return how many records were news.

    A vendor that cannot be asked by id tells of them in its feed, when it tells at all.

    Raises:
        ConnectorError: the vendor stayed away; the records are looked at with the next pull.
    """
    with company.ledger.read() as tx:
        wanted = dict(list(to_look_at(tx, side).items())[:MOST])
        asked = events.last_seq(tx)
    if not wanted:
        return 0
    ids: dict[str, list[str]] = {}
    for text in wanted:
        ref = Ref.parse(text)
        ids.setdefault(ref.obj, []).append(ref.id)
    items = [one for obj in ids for one in _read(company, side, obj, ids[obj], sleep)]
    return _take(company, side, asked, items, lambda tx: looked_at(tx, side, wanted))


def look_up_left_out(company: Company, side: str, sleep: Callable[[float], None]) -> int:
    """Look up records that a filter leaves out, of people who said no; return how many were news.

    A vendor that cannot be asked by address tells of them with the daily comparison.

    Raises:
        ConnectorError: the vendor stayed away; they are looked up with the next pull.
    """
    fields = filters(company.mapping.system(side))
    if not fields:
        return 0
    with company.ledger.read() as tx:
        leads = sought(tx, side)[:MOST]
        if not leads:
            return 0
        scene, asked = Scene.open(company, tx), events.last_seq(tx)
        scene.work.load_leads(leads)
        scene.work.load_refs_of(leads)
        addresses = [one for lead in leads for one in addresses_of(scene, follow(scene, lead))]
    items = [
        item
        for obj, field in fields.items()
        for piece in chunks(dict.fromkeys(addresses), EACH)
        for item in _read(company, side, obj, piece, sleep, field)
    ]
    return _take(company, side, asked, items, lambda tx: found(tx, side, leads))


def _take(
    company: Company, side: str, asked: int, items: list[Item], done: Callable[[Tx], None]
) -> int:
    """Take in what the vendor told beside its feed, and forget that it was asked for."""

    def take(seen: Seen) -> int:
        with company.ledger.write("pull") as tx:
            scene = Scene.open(company, tx, asked=asked, by_id=True)
            scene.flying = in_doubt(tx, side)
            done(tx)
            counted = observe(scene, recognised(scene, seen.items))
            scene.work.flush()
        return counted.changed

    return taken_in(company, beside_the_feed(items), take)


def _read(
    company: Company,
    side: str,
    obj: str,
    values: list[str],
    sleep: Callable[[float], None],
    by: str = "id",
) -> list[Item]:
    system = company.systems[side]
    if system.map.person(obj) is None:
        return []
    try:
        return patiently(lambda: system.look(obj, values, by), sleep)
    except (Refused, NotSupported):
        return []
