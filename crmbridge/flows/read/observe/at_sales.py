"""Which system of sales has a lead, had it last or knows it, and the lead's records there.

While sales has a lead, or it is promised to somebody there, its system stays what it is, whatever
the rules of the mapping say now: they are asked for the next trip alone (`flows.routing.goes_to`).
"""

from __future__ import annotations

from crmbridge.flows.read.observe.facts import current
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import SIDES, Cycle
from crmbridge.model.side import PAIR, SALES, named_in_entry
from crmbridge.store.projection import RefEntry, unborn

FIRST = PAIR[1]
"""The system of sales that every company has; entries leave its name out."""


def org_of(scene: Scene, system: str) -> str:
    """How entries name the system of sales in which something happened; empty for `[sales]`.

    What a system of marketing shows of sales names none.
    """
    return system if system != FIRST and scene.company.stands(system, SALES) else ""


def system_with(scene: Scene, lead: str) -> str:
    """The system of sales that has a lead, or gets it now; empty while none does.

    One that the mapping names no more has nobody's lead.
    """
    state, life = scene.work.state(lead), scene.work.lifecycle(lead)
    if SIDES[life.stage] == SALES:
        name = where(scene, lead, life.current)
    elif state.assigned is not None:
        name = named_in_entry(state.assigned.get("system", ""))
    else:
        return ""
    return name if scene.company.stands(name, SALES) else ""


def system_of(scene: Scene, lead: str) -> str:
    """The system of sales that speaks for a lead: which has it, had it last, or knows it.

    Of those that know it the home goes before others; it is the home where none does.
    """
    of_sales = scene.company.mapping.on(SALES)
    if len(of_sales) == 1 or not scene.work.has(lead):
        return of_sales[0]
    if found := system_with(scene, lead):
        return found
    last = _last(scene, lead)
    tried = (last, *of_sales) if last in of_sales else of_sales
    return next((name for name in tried if current(scene, lead, name)), of_sales[0])


def _last(scene: Scene, lead: str) -> str:
    """The system that had a lead last; empty where none did."""
    cycles = reversed(scene.work.lifecycle(lead).cycles)
    return next((where(scene, lead, one) for one in cycles if "handed" in one.milestones), "")


def where(scene: Scene, lead: str, cycle: Cycle) -> str:
    """The system of sales that a trip was in.

    A trip that names none was in `[sales]`. Where marketing alone told of it, and `[sales]` never
    had a record of the lead, it was in the one that knows the lead.
    """
    others = [name for name in scene.company.mapping.on(SALES) if name != FIRST]
    if cycle.org or not others or _was_in_first(scene, lead):
        return named_in_entry(cycle.org)
    return next((name for name in others if current(scene, lead, name)), FIRST)


def _was_in_first(scene: Scene, lead: str) -> bool:
    """Whether `[sales]` has a record of a lead, or had one; one still to be made is none."""
    of_it = (one.ref for one in scene.work.refs(lead) if one.ref.system == FIRST)
    return any(ref != unborn(lead, ref.system, ref.obj) for ref in of_it)


def counts_here(scene: Scene, lead: str, ref: Ref) -> bool:
    """Whether what a record of sales shows of the trip counts: not while another system has it.

    A person may have a record in several of them, and each its own status, owner and activities.
    """
    found = system_with(scene, lead) if scene.work.has(lead) else ""
    return not found or found == ref.system


def at_sales(scene: Scene, lead: str) -> list[RefEntry]:
    """A lead's records in the system of sales that has it, but for those that became another."""
    entries = current(scene, lead, system_of(scene, lead))
    return [one for one in entries if not one.seen.converted_to]
