"""The families of `tests/identity` at both emulators, who take a no back and consent again."""

from __future__ import annotations

from contextlib import suppress

from crmbridge.flows.operate.consent import give_consent
from crmbridge.flows.scene.scene import Scene
from crmbridge.testing.emulator.vendor import Refusal
from tests.consent.made_world import is_of
from tests.identity.emulated_world import Emulated
from tests.identity.made_world import CONTACTS, OUT, Family, Rec, owners_of


class Consenting(Emulated):
    """Between two passes a box is unticked, or a consent is recorded for somebody who is out."""

    def step(self) -> None:
        """Everybody does something, then there is a pass; then some words on consent."""
        super().step()
        self._show()
        for family in self.families:
            if family.rng.random() < 0.2:
                self._consent(family)
            elif (rec := family.pick()) and family.rng.random() < 0.3:
                with suppress(Refusal):  # it was merged away meanwhile
                    self._take_back(family, rec)

    def _show(self, family: Family | None = None) -> None:
        super()._show(family)
        there = {str(one["id"]) for one in self.play.box.marketing.state("contacts")}
        for one in self.families:
            for ref, rec in one.recs.items():  # HubSpot shows those that were merged no more
                rec.live = rec.live and (ref.obj != CONTACTS or ref.id in there)

    def _no(self, family: Family, rec: Rec) -> None:
        if rec.values[OUT[rec.ref.obj]] is not True:  # else no look could tell
            super()._no(family, rec)

    def _take_back(self, family: Family, rec: Rec) -> None:
        family.deeds.append(f"take back {rec.ref}")
        ref, name = rec.ref, OUT[rec.ref.obj]
        if ref.obj == CONTACTS:
            told = {name: "false"}
            self.play.box.marketing.act("edit", object=CONTACTS, id=ref.id, properties=told)
        else:
            self.play.box.sales.act("edit", object=ref.obj, id=ref.id, fields={name: False})

    def _consent(self, family: Family) -> None:
        with self.play.company.ledger.read() as tx:
            scene = Scene.open(self.play.company, tx)
            owners = sorted(set(owners_of(family, scene).values()))
            some = [one for one in owners if scene.work.state(one).opted_out]
            if not some:
                return
            lead = family.rng.choice(some)
            family.no = {ref for ref in family.no if not is_of(scene, family.recs[ref], lead)}
        family.deeds.append(f"consent of {lead[:5]}")
        give_consent(self.play.company, lead, by="ann", evidence="a form")
