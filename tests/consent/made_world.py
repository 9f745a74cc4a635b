"""The made-up systems of `tests/identity`, where people also take a no back and consent again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from crmbridge.flows.operate.consent import record_consent
from crmbridge.flows.owed.write import Write
from crmbridge.flows.read.observe.identity import follow, marks_of
from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.model.lead import Ref, Sighting
from crmbridge.store import held
from tests.identity.made_world import (
    CONTACTS,
    LEAD,
    OUT,
    Family,
    Rec,
    World,
    addresses_of,
    owners_of,
    unheard,
)
from tests.stages.places import START

MORE_VERBS = ("take back", "take back", "leave the filter", "come back", "no")


@dataclass(slots=True)
class Household(Family):
    """A family whose members take a no back, and whose records leave a filter of the mapping."""

    passed: set[Ref] = field(default_factory=set)
    back: set[Ref] = field(default_factory=set)
    said: dict[Ref, int] = field(default_factory=dict)

    def opt_out(self, rec: Rec) -> None:
        """Somebody says no, where a look can tell: the record did not say so before."""
        unread = rec.ref in self.back and rec.changed > self.looked[rec.ref.system]
        if not unread and rec.values[OUT[rec.ref.obj]] is not True:
            Family.opt_out(self, rec)
            self.said[rec.ref] = self.time

    def act(self) -> None:
        """One thing that somebody does: what a family does, or something about consent."""
        if self.rng.random() < 0.6:
            Family.act(self)
            return
        verb, rec = self.rng.choice(MORE_VERBS), self.pick()
        if rec is None:
            return
        self.deeds.append(f"{verb} {rec.ref}")
        if verb == "take back" and rec.changed <= self.looked[rec.ref.system]:
            rec.values[OUT[rec.ref.obj]] = False  # one that nobody saw would be seen by nobody
            self.back.add(rec.ref)
        elif verb == "leave the filter":
            self.passed.add(rec.ref)
        elif verb == "come back":
            self.passed.discard(rec.ref)
        elif verb == "no":
            self.opt_out(rec)
        self.touch(rec)


class Town(World):
    """Such families in one ledger, and somebody who records consents."""

    def sighted(self, rec: Rec) -> Sighting:
        """A record as the rules see it, behind the filter or not."""
        seen = World.sighted(self, rec)
        family = self.family_of(rec.ref)
        return replace(seen, filtered=rec.live and rec.ref in family.passed)

    def put(self, one: Write) -> int:
        """Do what a write says; a no that we took back is seen to be so by the next look alone."""
        if any(change.said is False for change in one.changes.values()):
            ref = Ref(system=one.side, obj=one.obj, id=one.id)
            self.family_of(ref).back.add(ref)
        return World.put(self, one)

    def family_of(self, ref: Ref) -> Household:
        """Whose a record is."""
        family = self.families[int(ref.id.split("-")[0]) - self.families[0].number]
        assert isinstance(family, Household)
        return family

    def step(self) -> None:
        """As ever; then one family in five has a consent recorded, where somebody is out."""
        World.step(self)
        scene = self.scene()
        for family in self.families:
            if family.rng.random() < 0.2:
                self._consent(scene, family)
        scene.work.flush()
        held.settle(self.tx)

    def _consent(self, scene: Scene, family: Family) -> None:
        owners = sorted(set(owners_of(family, scene).values()))
        some = [one for one in owners if scene.work.state(one).opted_out]
        if not some:
            return
        lead = family.rng.choice(some)
        family.deeds.append(f"consent of {lead[:5]}")
        family.time += 1
        at = START + timedelta(seconds=family.time)
        record_consent(scene, lead, by="ann", evidence="a form", at=at)
        family.no = {ref for ref in family.no if not is_of(scene, family.recs[ref], lead)}


def is_of(scene: Scene, rec: Rec, lead: str) -> bool:
    """Whether a record is a lead's, or has an address of it: its no came before the consent."""
    entry = scene.work.ref(rec.ref)
    if entry and entry.lead and follow(scene, entry.lead) == lead:
        return True
    known = [mark_of(one) for one in addresses_of(rec)]
    if entry and entry.seen.raw:
        known += marks_of(scene, entry)
    return any(follow(scene, scene.work.identity(one)) == lead for one in known)


def faults(world: World, most: int = 12) -> list[str]:
    """What must hold of consent in every history once it came to rest, and does not."""
    rounds: list[int] = []
    while rounds[-2:] != [0, 0] and len(rounds) < most:
        rounds.append(world.round())
    found = [] if rounds[-2:] == [0, 0] else [f"no rest: {rounds}"]
    scene = world.scene()
    for family in world.families:
        owners = owners_of(family, scene)
        assert isinstance(family, Household)
        family.no -= {ref for ref in family.no if _consented_since(family, scene, ref)}
        wrong = [*unheard(family, scene, owners), *_unlifted(family, scene, owners)]
        wrong += _unheard_by_address(family, scene)
        found += [f"{family.number}: {one}\n    {family.deeds}" for one in wrong]
    return found


def _consented_since(family: Household, scene: Scene, ref: Ref) -> bool:
    """Whether the person of a record consented after its no, before anybody looked at it."""
    entry = scene.work.ref(ref)
    lead = follow(scene, entry.lead) if entry else ""
    given = scene.work.state(lead).consented_at if lead else None
    return given is not None and given >= START + timedelta(seconds=family.said[ref])


def _unlifted(family: Family, scene: Scene, owners: dict[Ref, str]) -> Iterator[str]:
    """Sales' records of somebody who consented say so; marketing's only the person can change."""
    for ref, lead in owners.items():
        state = scene.work.state(lead)
        no = family.recs[ref].values[OUT[ref.obj]]
        if no and not state.opted_out and ref.obj != CONTACTS:
            yield f"{ref} says no, and lead {lead[:5]} consented at {state.consented_at}"


def _unheard_by_address(family: Family, scene: Scene) -> Iterator[str]:
    """Who said no in a record that is nobody's is out by its address."""
    for ref in family.no:
        entry, rec = scene.work.ref(ref), family.recs[ref]
        if (entry and entry.lead) or not rec.live or ref.obj == LEAD:
            continue
        for one in addresses_of(rec):
            lead = follow(scene, scene.work.identity(mark_of(one)))
            if lead and not scene.work.state(lead).opted_out:
                yield f"{ref} said no and lead {lead[:5]} with its address is not out"
