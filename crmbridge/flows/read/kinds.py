"""What the records of each vendor object are to the ledger."""

from __future__ import annotations

from crmbridge.store import known
from crmbridge.system import System


def kinds(system: System) -> dict[str, str]:
    """What the records of each object are to the ledger; users are read in full anyway.

    Of an object in several roles, the one of which the ledger knows most is compared.
    """
    spec = system.map
    found = {person.object: known.PEOPLE for person in spec.people}
    if spec.deal:
        found.setdefault(spec.deal.object, known.DEALS)
    if spec.role:
        found.setdefault(spec.role.object, known.ROLES)
    if spec.influence:
        found.setdefault(spec.influence.object, known.ROLES)
    for name in known.THINGS:
        if thing := getattr(spec, name):
            found.setdefault(thing.object, name)
    happenings = [one.object for one in spec.touch.values()]
    happenings += [one.object for one in spec.activity.values()]
    for obj in happenings:
        found.setdefault(obj, known.HAPPENINGS)
    return found
