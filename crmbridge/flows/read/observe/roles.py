"""Who is on which deal: roles as rows of their own, conversions, and people named by the deal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.on_deals import derive, load_on
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.deal import Deal, DealState, Role
from crmbridge.model.evidence import CONVERTED, NAMED, Evidence
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import RoleSeen
from crmbridge.store import totals
from crmbridge.store.rows import RoleRow

T = TypeVar("T")


def observe_roles(scene: Scene, roles: Sequence[Role], counted: Counted) -> None:
    """Note who is on which deal, and what that means for them and for who was on it before."""
    load_roles(scene, (one.ref for one in roles), [str(one.deal) for one in roles])
    scene.work.load_refs(one.person for one in roles)
    for role in roles:
        before = scene.work.deals.role(str(role.ref))
        moved = not _same(before, role)
        if not moved and not _says_more(before, role):
            counted.unchanged += 1
            continue
        counted.changed += 1
        _note_role(scene, role, before)
        if not moved:
            continue  # what somebody is on a deal moves nobody
        if before and (not role.live or before.person != str(role.person)):
            _end_conversion(scene, before)
        left = [Ref.parse(before.person)] if before else []
        deals = [before.deal] if before else []
        derive(scene, dict.fromkeys([*deals, str(role.deal)]), left=left)


def load_roles(scene: Scene, roles: Iterable[Ref], deals: Iterable[str] = ()) -> None:
    """Load roles, and who is on the deals that they were on and on some others."""
    hand, wanted = scene.work.deals, [str(one) for one in roles]
    hand.load_roles(wanted)
    before = [row.deal for one in wanted if (row := hand.role(one))]
    load_on(scene, [*before, *deals])


def _end_conversion(scene: Scene, before: RoleRow) -> None:
    """Take a person off a deal who came to it by a conversion, once their last role on it ends.

    The conversion made the role and told of nothing else, so its own word ends with it.
    """
    deal_row = scene.work.deals.get(before.deal)
    if deal_row is not None and deal_row.state == DealState.DELETED:
        return  # the deal took its roles along, and brings its people back when it is restored
    others = scene.work.deals.roles_on(before.deal)
    mine = [one for one in others if one.live and one.person == before.person]
    if all(Ref.parse(one.id).obj == CONVERTED for one in mine):
        deal, person = Ref.parse(before.deal), Ref.parse(before.person)
        for one in mine:
            _note_role(
                scene, Role(ref=Ref.parse(one.id), deal=deal, person=person, live=False), one
            )


def _same(before: RoleRow | None, role: Role) -> bool:
    if before is None or not before.live:
        return not role.live
    was = (before.deal, before.person, before.live)
    return was == (str(role.deal), str(role.person), role.live)


def _says_more(before: RoleRow | None, role: Role) -> bool:
    """Whether a role that stands is called otherwise, or counts more or less than before."""
    if before is None or not role.live:
        return False
    named = role.role is not None and role.role != before.role
    return named or (role.primary is not None and role.primary != before.is_primary)


def load_joins(scene: Scene, sightings: Sequence[Sighting]) -> None:
    """Load the deals that a page of people was converted to."""
    made = [(one, _deal(scene, one)) for one in sightings if one.converted_deal]
    joins = [(_conversion(one), str(deal)) for one, deal in made if deal is not None]
    if joins:
        load_roles(scene, (one for one, _ in joins), [deal for _, deal in joins])


def _deal(scene: Scene, sighting: Sighting) -> Ref | None:
    """The deal that a conversion made; `None` for none, or where the mapping has no deals."""
    spec = scene.company.mapping.system(sighting.ref.system).deal
    if spec is None or not sighting.converted_deal:
        return None
    return Ref(system=sighting.ref.system, obj=spec.object, id=sighting.converted_deal)


def _conversion(sighting: Sighting) -> Ref:
    """What stands for the record of the role that a conversion made."""
    return Ref(
        system=sighting.ref.system, obj=CONVERTED, id=f"{sighting.ref.id}.{sighting.converted_deal}"
    )


def join_deal(scene: Scene, lead: str, sighting: Sighting, contact: Ref) -> bool:
    """Put a converted person on the deal that the conversion made (R6.1).

    Returns whether there is one: a mapping without deals knows of none.
    """
    deal, conversion = _deal(scene, sighting), _conversion(sighting)
    if deal is None:
        return False
    before = scene.work.deals.role(str(conversion))
    _note_role(scene, Role(ref=conversion, deal=deal, person=contact), before)
    derive(scene, [str(deal)])
    if scene.work.deals.get(str(deal)) is None:
        totals.deals_due(scene.tx, [str(deal)])  # it may come with this look, or never
    return True


def named_by(deals: Sequence[Deal]) -> list[str]:
    """The ids of the roles that deals give to people whom they name themselves."""
    return [str(_on(deal, person)) for deal in deals for person in deal.people]


def note_people(scene: Scene, deal: Deal) -> tuple[list[Ref], bool]:
    """Note the people whom a deal names itself.

    Returns those whom it names no longer, and whether anything changed. A deal that tells nothing
    of its people, as a deleted one, changes nobody.
    """
    if not deal.people_seen:
        return [], False
    ident, kind = str(deal.ref), f"{deal.ref.system}:{NAMED}:"
    named = {str(_on(deal, person)): person for person in deal.people}
    known = {one.id: one for one in scene.work.deals.roles_on(ident) if one.id.startswith(kind)}
    fresh = [one for one in named if one not in known or not known[one].live]
    gone = [one for one, row in known.items() if row.live and one not in named]
    for one in fresh:
        on = Role(ref=Ref.parse(one), deal=deal.ref, person=named[one])
        _note_role(scene, on, known.get(one))
    left = [Ref.parse(known[one].person) for one in gone]
    for one, person in zip(gone, left, strict=True):
        off = Role(ref=Ref.parse(one), deal=deal.ref, person=person, live=False)
        _note_role(scene, off, known[one])
    return left, bool(fresh or gone)


def _on(deal: Deal, person: Ref) -> Ref:
    return Ref(system=deal.ref.system, obj=NAMED, id=f"{deal.ref.id}.{person.id}")


def _note_role(scene: Scene, role: Role, before: RoleRow | None) -> None:
    """Keep a role; what the vendor does not speak of is as it was."""
    told = RoleSeen(
        id=role.ref,
        deal=role.deal,
        person=role.person,
        live=role.live,
        role=_or(role.role, before.role if before else ""),
        primary=_or(role.primary, before.is_primary if before else False),
        kind=before.kind if before else _told(role.kind),
    )
    key = f"role:{role.ref}:{scene.work.turn()}"
    scene.observed(told, "", key, scene.now, source=str(role.ref))


def _or(said: T | None, known: T) -> T:
    return known if said is None else said


def _told(kind: Evidence) -> str:
    """Evidence as the entry says it: nothing where the object of the role's record tells it."""
    return kind.value if kind is Evidence.INFLUENCE else ""
