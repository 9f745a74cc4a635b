"""Records whose last sighting was too old to be news: the vendor is asked for them by their ids."""

from __future__ import annotations

from collections.abc import Callable

from crmbridge.company import Company
from crmbridge.errors import NotSupported, Refused
from crmbridge.flows.read.observe import observe
from crmbridge.flows.read.observe.aside import looked_at, to_look_at
from crmbridge.flows.read.recognise import recognised
from crmbridge.flows.read.unreadable import taken_in
from crmbridge.flows.retry import patiently
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.store import events
from crmbridge.store.claims import in_doubt
from crmbridge.system import Item, Seen

MOST = 1000
"""Records of one look; the others come with the next one."""


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

    def take(seen: Seen) -> int:
        with company.ledger.write("pull") as tx:
            scene = Scene.open(company, tx, asked=asked, by_id=True)
            scene.flying = in_doubt(tx, side)
            looked_at(tx, side, wanted)
            counted = observe(scene, recognised(scene, seen.items))
            scene.work.flush()
        return counted.changed

    return taken_in(company, Seen(obj="", cursor="", more=False, total=None, items=items), take)


def _read(
    company: Company, side: str, obj: str, ids: list[str], sleep: Callable[[float], None]
) -> list[Item]:
    system = company.systems[side]
    if system.map.person(obj) is None:
        return []
    try:
        return patiently(lambda: system.look(obj, ids), sleep)
    except (Refused, NotSupported):
        return []
