"""The histories of `made_world` in both emulators, many families in one company at a time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any

from crmbridge.model.lead import Ref
from crmbridge.testing.emulator.vendor import Refusal
from tests.identity.made_world import ADDRESSES, CONTACT, CONTACTS, LEAD, MORE, OUT, Family, Rec
from tests.stages.play import Play
from tests.stages.process import age
from tests.stages.rest import turns, waiting

VERBS = (
    *("contact", "lead", "sales contact", "correct", "correct", "no", "no", "further"),
    *("delete", "merge", "convert", "convert", "blank"),
)


class Emulated:
    """Families whose people act at the emulators; `families` show what stands there."""

    def __init__(self, play: Play, numbers: Sequence[int]) -> None:
        self.play = play
        self.families = [Family(number=one, rng=Random(one)) for one in numbers]
        self._of: dict[Ref, Family] = {}
        for family in self.families:
            for verb in ("contact", "lead"):
                self._do(family, verb)
        self.play.turn()

    def step(self) -> None:
        """Everybody does something, then there is a pass."""
        for family in self.families:
            verb = family.rng.choice(VERBS)
            with suppress(Refusal):
                self._do(family, verb)
        self.play.later(minutes=5)
        turns(self.play)

    def rest(self, most: int = 12) -> int:
        """Go on for days until nothing is written; return what the last pass wrote."""
        written = 1
        for number in range(most):
            self.play.later(minutes=5, days=int(number in (1, 3)))
            made = turns(self.play)
            written = made.writes
            if not written and not waiting(self.play) and number > 4:
                break
            age(self.play.company.ledger)
        self._show()
        return written

    def _do(self, family: Family, verb: str) -> None:
        self._show()
        rng, box = family.rng, self.play.box
        address = f"{family.number}.{rng.choice(ADDRESSES)}"
        rec = family.pick()
        family.deeds.append(f"{verb} {address} {rec.ref if rec else ''}")
        match verb:
            case "contact" if not family.taken(address):
                self.play.contact(address, firstname="Jo", lastname="Kern", company="Buyer")
            case "lead":
                fields = {"LastName": "Kern", "Company": "Buyer", "Email": address}
                box.sales.act("create", object="Lead", fields=fields)
            case "sales contact":
                fields = {"LastName": "Kern", "Email": address}
                box.sales.act("create", object="Contact", fields=fields)
            case "correct" if rec:
                self._edit(family, rec, address)
            case "blank" if rec and rec.ref.system == "sales":
                self._edit(family, rec, None)
            case "no" if rec:
                self._no(family, rec)
            case "further" if (found := family.pick(CONTACTS)) and not family.taken(address):
                box.marketing.act(
                    "edit", object=CONTACTS, id=found.ref.id, properties={MORE: address}
                )
            case "delete" if rec and len(family.living()) > 1:
                if rec.ref.obj == CONTACTS:
                    box.marketing.act("archive", object=CONTACTS, id=rec.ref.id)
                else:
                    box.sales.act("delete", object=rec.ref.obj, id=rec.ref.id)
            case "merge" if rec and (other := family.pick(rec.ref.obj)) and other is not rec:
                self._merge(rec, other)
            case "convert" if found := family.pick(LEAD):
                self._convert(found, family.pick(CONTACT) if rng.random() < 0.5 else None)
        self._show(family)

    def _edit(self, family: Family, rec: Rec, address: str | None) -> None:
        if rec.ref.obj != CONTACTS:
            fields = {"Email": address}
            self.play.box.sales.act("edit", object=rec.ref.obj, id=rec.ref.id, fields=fields)
        elif address and not family.taken(address):
            told = {"email": address}
            self.play.box.marketing.act("edit", object=CONTACTS, id=rec.ref.id, properties=told)

    def _no(self, family: Family, rec: Rec) -> None:
        out = {OUT[rec.ref.obj]: True}
        if rec.ref.obj == CONTACTS:
            self.play.box.marketing.act("opt_out", email=rec.values["email"])
        else:
            self.play.box.sales.act("edit", object=rec.ref.obj, id=rec.ref.id, fields=out)
        family.no.add(rec.ref)

    def _merge(self, rec: Rec, other: Rec) -> None:
        if rec.ref.obj == CONTACTS:
            self.play.box.marketing.act("merge", primary=rec.ref.id, other=other.ref.id)
        elif rec.ref.obj == LEAD:
            self.play.box.sales.act("merge", winner=rec.ref.id, losers=[other.ref.id])

    def _convert(self, lead: Rec, contact: Rec | None) -> None:
        into: dict[str, Any] = {}
        if contact is not None:
            account = contact.values.get("AccountId")
            if not account:
                return
            into = {"account": account, "contact": contact.ref.id}
        self.play.box.sales.act("convert", id=lead.ref.id, opportunity=False, **into)

    def _show(self, family: Family | None = None) -> None:
        """Show the families what the emulators hold; what is new belongs to who just acted."""
        box = self.play.box
        rows: list[tuple[Ref, dict[str, Any], bool]] = [
            (
                Ref(system="marketing", obj=CONTACTS, id=str(one["id"])),
                {**one["properties"], OUT[CONTACTS]: _is_out(one["properties"])},
                not one.get("archived"),
            )
            for one in box.marketing.state("contacts")
        ]
        for obj in (LEAD, CONTACT):
            rows += [
                (Ref(system="sales", obj=obj, id=str(one["Id"])), one, not one["IsDeleted"])
                for one in box.sales.state(obj)
            ]
        there = {ref for ref, _, _ in rows}
        for one in self.families:
            for rec in one.recs.values():
                rec.live = rec.live and rec.ref in there  # merged ones are listed no more
        for ref, values, live in rows:
            owner = self._of.setdefault(ref, family) if family else self._of.get(ref)
            if owner is not None:
                owner.typed.setdefault(ref, [])
                owner.recs[ref] = Rec(ref=ref, values=dict(values), live=live)


def _is_out(properties: dict[str, Any]) -> bool:
    return properties.get(OUT[CONTACTS]) == "true"
