"""Three made-up systems in a ring, what people type there, and crmbridge's rules between them.

Two are of marketing, one is of sales, or the other way round. Nothing is sent: what the rules owe
is put into the records, as a vendor would, so that very many histories can be played.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine

from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.deliver.agreed_by_write import agreed_by, note_agreed
from crmbridge.flows.owed.write import Write
from crmbridge.flows.read.observe import observe
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import Mapping
from crmbridge.mapping.translate import sighting
from crmbridge.mapping.words import is_fact
from crmbridge.model.authority import Authority
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import WriteDone
from crmbridge.model.record import Record
from crmbridge.store import held
from crmbridge.store.table import Tx
from tests.identity.made_world import decided, plain
from tests.stages.places import START

WEBINARS = "webinars"
OBJECTS = {"marketing": "contacts", "sales": "Lead", WEBINARS: "registrants"}
FIELDS = {
    "marketing": {"email": "email", "phone": "phone", "opted_out": "hs_email_optout"},
    "sales": {"email": "Email", "phone": "Phone", "opted_out": "HasOptedOutOfEmail"},
    WEBINARS: {"email": "mail", "phone": "tel", "opted_out": "no_mail"},
}
VALUES = ("+49 1", "+49 2", "+49 3", None)


def with_webinars(
    files: CompanyFiles, *, way: str = "both", side: str = "marketing", **lead: Any
) -> CompanyFiles:
    """The company's files with a further system beside its two; `way` is that of facts."""
    data = files.mapping.model_dump(mode="json")
    lines = {
        word: {"field": name, "way": "both" if word == "opted_out" else way}
        for word, name in FIELDS[WEBINARS].items()
    }
    data[WEBINARS] = {
        "connector": "hubspot" if side == "marketing" else "salesforce",
        "side": side,
        "lead": {"object": OBJECTS[WEBINARS], "fields": lines, **lead},
    }
    return replace(files, mapping=Mapping.model_validate(data))


def ruled(
    files: CompanyFiles, rule: Authority, *, way: str = "both", side: str = "marketing"
) -> CompanyFiles:
    """Three systems that share an address, a phone number under a rule, and consent."""
    few = plain(files)
    rules = {word: one for word, one in few.mapping.authority.items() if word in FIELDS["sales"]}
    mapping = few.mapping.model_copy(update={"authority": {**rules, "phone": rule}})
    return with_webinars(replace(few, mapping=mapping), way=way, side=side)


@dataclass(slots=True)
class Rec:
    """One record of a made-up system."""

    ref: Ref
    values: dict[str, Any]
    changed: int = 0
    live: bool = True


@dataclass(slots=True)
class Ring:
    """People with a record in each of three systems, or in some of them."""

    company: Company
    tx: Tx
    rng: Random
    recs: dict[Ref, Rec] = field(default_factory=dict)
    looked: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OBJECTS, 0))
    time: int = 0
    deeds: list[str] = field(default_factory=list)
    wrote: list[Write] = field(default_factory=list)

    def scene(self) -> Scene:
        """The rules' view of now."""
        return Scene.open(self.company, self.tx, by_id=True)

    def make(self, system: str, person: int, phone: str | None) -> Rec:
        """Somebody is entered in a system."""
        ref = Ref(system=system, obj=OBJECTS[system], id=f"{system[:2]}{person}")
        told = {"email": f"p{person}@buyer.example", "phone": phone, "opted_out": False}
        rec = self.recs[ref] = Rec(ref=ref, values={})
        rec.values = {FIELDS[system][word]: value for word, value in told.items()}
        if system == "sales":
            rec.values |= {"Status": "Open - Not Contacted", "IsConverted": False}
        self.touch(rec, f"make {ref} {phone}")
        return rec

    def touch(self, rec: Rec, deed: str = "") -> None:
        """Stamp a record as changed."""
        self.time += 1
        rec.changed = self.time
        if deed:
            self.deeds.append(deed)

    def type(self, rec: Rec, word: str, value: Any) -> None:
        """Somebody types a value."""
        rec.values[FIELDS[rec.ref.system][word]] = value
        self.touch(rec, f"{rec.ref} {word}={value}")

    def says(self, rec: Rec, word: str) -> Any:
        """What a record holds of a word."""
        return rec.values.get(FIELDS[rec.ref.system][word])

    def of(self, person: int) -> list[Rec]:
        """A person's records."""
        return [one for one in self.recs.values() if one.ref.id[2:] == str(person)]

    def act(self) -> None:
        """One thing that somebody does, drawn by lot."""
        rec = self.rng.choice(list(self.recs.values()))
        if self.rng.random() < 0.15:
            self.type(rec, "opted_out", True)
        else:
            self.type(rec, "phone", self.rng.choice(VALUES))

    def look(self, system: str) -> int:
        """Read what changed in a system; return how much of it was news."""
        since, self.looked[system] = self.looked[system], self.time
        some = [one for one in self.recs.values() if one.ref.system == system]
        some = [one for one in some if one.changed > since]
        scene = self.scene()
        counted = observe(scene, [self.sighted(one) for one in some])
        scene.work.flush()
        self.deeds.append(f"look {system}")
        return counted.changed

    def sighted(self, rec: Rec) -> Sighting:
        """A record as the rules see it."""
        person = self.company.mapping.person(rec.ref.system, rec.ref.obj)
        assert person is not None
        record = Record(
            obj=rec.ref.obj,
            id=rec.ref.id,
            values={name: rec.values.get(name) for name in person.held},
            changed_at=START + timedelta(seconds=rec.changed),
            deleted=not rec.live,
        )
        return sighting(rec.ref.system, person, record, "User")

    def write(self) -> int:
        """Put what the rules owe into the records; return how many fields were written."""
        scene, due = decided(self.scene, self.tx, self.company.now())
        written = sum(self.put(scene, lead, one) for lead, one in due)
        scene.work.flush()
        held.settle(self.tx)
        return written

    def put(self, scene: Scene, lead: str, one: Write) -> int:
        """Do what a write says, as the vendor would, and note that it is done."""
        rec = self.recs.get(Ref(system=one.side, obj=one.obj, id=one.id))
        if one.action == "enroll" or rec is None or self._edited(rec, one):
            return 0
        self.wrote.append(one)
        values = {name: change.after for name, change in one.changes.items()}
        rec.values |= values
        self.touch(rec, f"write {rec.ref} {values}")
        told = WriteDone(
            op=str(self.time),
            action=one.action,
            system=one.side,
            obj=one.obj,
            ref=rec.ref,
            values=values,
            words={it.word: it.said for it in one.changes.values() if is_fact(it.word)},
            created=False,
            track="",
            changed_at=START + timedelta(seconds=rec.changed),
        )
        agreed = agreed_by(scene, lead, rec.ref, told.words)
        scene.settled(told, lead, f"done:{told.op}")
        note_agreed(scene, lead, rec.ref, agreed, told.op)
        return len(one.changes)

    def _edited(self, rec: Rec, one: Write) -> bool:
        """Whether somebody typed there since it was looked at: what is sent is dropped then."""
        return rec.changed > self.looked[rec.ref.system] and any(
            rec.values.get(name) not in (it.before, it.after) for name, it in one.changes.items()
        )

    def rest(self, most: int = 8) -> list[int]:
        """Look and write until nothing happens; return how much did in each round."""
        rounds: list[int] = []
        while rounds[-2:] != [0, 0] and len(rounds) < most:
            read = sum(self.look(one) for one in self.rng.sample(list(OBJECTS), len(OBJECTS)))
            rounds.append(read + self.write())
        return rounds


def played(company: Company, engine: Engine, seed: int, *, deeds: int, people: int = 4) -> Ring:
    """A ring after some history, not at rest; the caller rolls the ledger back."""
    conn = engine.connect()
    ring = Ring(company=company, tx=Tx(conn=conn, company="acme"), rng=Random(seed))
    for person in range(people):
        first = ring.rng.choice(VALUES[:3])
        for system in OBJECTS:
            if ring.rng.random() < 0.9 or not ring.of(person):
                ring.make(system, person, ring.rng.choice((first, first, *VALUES)))
    for _ in range(deeds):
        ring.act()
        for system in ring.rng.sample(list(OBJECTS), ring.rng.randint(0, 3)):
            ring.look(system)
        if ring.rng.random() < 0.5:
            ring.write()
    return ring


def differing(ring: Ring, people: int, among: Sequence[str] = tuple(OBJECTS)) -> Iterator[str]:
    """People whose records do not say the same phone number, unless a person is asked."""
    asked = {row.lead for row in held.find(ring.tx, kind="conflict")}
    scene = ring.scene()
    for person in range(people):
        recs = [one for one in ring.of(person) if one.ref.system in among]
        said = {ring.says(one, "phone") for one in recs}
        leads = {entry.lead for one in recs if (entry := scene.work.ref(one.ref))}
        if len(said) > 1 and not leads & asked:
            yield f"person {person} has {said}\n    {ring.deeds}"
