"""Two made-up systems in memory, what people do there, and crmbridge's rules between them.

Nothing is sent: what the rules owe is put into the records, as a vendor would. So a history takes
milliseconds, and what must hold of every history can be tried on very many.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.held.ends import over
from crmbridge.flows.owed.write import Write
from crmbridge.flows.owed.writes import owed
from crmbridge.flows.read.observe import observe
from crmbridge.flows.read.observe.aside import looked_at, to_look_at
from crmbridge.flows.read.observe.guess import believe_gone
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.scene.account import load_account_deals
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.translate import sighting
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.record import Record
from crmbridge.store import cursors, held
from crmbridge.store.schema import metadata
from crmbridge.store.table import Tx
from tests.stages.places import START

CONTACTS, LEAD, CONTACT = "contacts", "Lead", "Contact"
ADDRESSES = tuple(f"{name}@buyer.example" for name in ("jo", "jo.kern", "al", "info"))
NAMES = (("Jo", "Kern"), ("Al", "Vogel"))
WORDS = frozenset({"email", "first_name", "last_name", "phone", "opted_out"})
OUT = {CONTACTS: "hs_email_optout", LEAD: "HasOptedOutOfEmail", CONTACT: "HasOptedOutOfEmail"}
EMAIL = {CONTACTS: "email", LEAD: "Email", CONTACT: "Email"}
FIRST = {CONTACTS: "firstname", LEAD: "FirstName", CONTACT: "FirstName"}
LAST = {CONTACTS: "lastname", LEAD: "LastName", CONTACT: "LastName"}
KEY = {CONTACTS: "crmbridge_id", LEAD: "CrmBridge_Id__c", CONTACT: "CrmBridge_Id__c"}
MORE = "hs_additional_emails"


def plain(files: CompanyFiles) -> CompanyFiles:
    """The company's files with no words but those that say who somebody is."""
    sides = {}
    for side, spec in files.mapping.systems():
        people: dict[str, Any] = {}
        for name in ("lead", "contact"):
            if person := getattr(spec, name):
                kept = {word: one for word, one in person.fields.items() if word in WORDS}
                people[name] = person.model_copy(update={"fields": kept})
        sides[side] = spec.model_copy(update=people)
    mapping = files.mapping.model_copy(update={**sides, "tracks": {}})
    return CompanyFiles(
        **{
            one: getattr(files, one) if one != "mapping" else mapping
            for one in files.__dataclass_fields__
        }
    )


@dataclass(slots=True)
class Rec:
    """One record of a made-up system."""

    ref: Ref
    values: dict[str, Any]
    changed: int = 0
    live: bool = True
    into: str = ""
    absorbed: tuple[str, ...] = ()


def memory() -> Engine:
    """A database in memory with the ledger's tables, for any number of companies."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as conn:
        metadata.create_all(conn)
    return engine


@dataclass(slots=True)
class Family:
    """A few records that may be one person, or two, and what was said in them."""

    number: int
    rng: Random
    recs: dict[Ref, Rec] = field(default_factory=dict)
    time: int = 0
    looked: dict[str, int] = field(default_factory=lambda: {"marketing": 0, "sales": 0})
    no: set[Ref] = field(default_factory=set)
    typed: dict[Ref, list[str]] = field(default_factory=dict)
    deeds: list[str] = field(default_factory=list)

    def make(self, obj: str, address: str | None, **values: Any) -> Rec | None:
        """Enter a record; HubSpot takes each address once."""
        if obj == CONTACTS and (address is None or self.taken(address)):
            return None
        side = "marketing" if obj == CONTACTS else "sales"
        first, last = self.rng.choice(NAMES)
        ref = Ref(system=side, obj=obj, id=f"{self.number}-{obj[:2]}{len(self.recs) + 1}")
        told = {EMAIL[obj]: address, FIRST[obj]: first, LAST[obj]: last, OUT[obj]: False}
        if obj == LEAD:
            told |= {"Status": "Open - Not Contacted", "IsConverted": False}
        rec = self.recs[ref] = Rec(ref=ref, values=told | values)
        self.typed[ref] = [address] if address else []
        self.touch(rec)
        return rec

    def touch(self, rec: Rec) -> None:
        """Stamp a record as changed."""
        self.time += 1
        rec.changed = self.time

    def taken(self, address: str) -> bool:
        """Whether a contact has the address."""
        return any(address in addresses_of(one) for one in self.living(CONTACTS))

    def living(self, *objs: str) -> list[Rec]:
        """The records of some objects that are there, and were turned into no other."""
        return [
            one
            for one in self.recs.values()
            if one.live and (not objs or one.ref.obj in objs) and not one.values.get("IsConverted")
        ]

    def pick(self, *objs: str) -> Rec | None:
        """One of them, drawn by lot."""
        some = self.living(*objs)
        return self.rng.choice(some) if some else None

    def correct(self, rec: Rec, address: str | None) -> None:
        """Somebody types another address, or none."""
        if rec.ref.obj == CONTACTS and (address is None or self.taken(address)):
            return
        rec.values[EMAIL[rec.ref.obj]] = address
        self.typed[rec.ref] += [address] if address else []
        self.touch(rec)

    def opt_out(self, rec: Rec) -> None:
        """Somebody says no."""
        rec.values[OUT[rec.ref.obj]] = True
        self.no.add(rec.ref)
        self.touch(rec)

    def further(self, rec: Rec, address: str) -> None:
        """A contact gets one more address."""
        if not self.taken(address):
            rec.values[MORE] = ";".join([*addresses_of(rec)[1:], address])
            self.typed[rec.ref].append(address)
            self.touch(rec)

    def delete(self, rec: Rec, into: Rec | None = None) -> None:
        """A record goes, perhaps into another one."""
        rec.live, rec.into = False, into.ref.id if into else ""
        self.touch(rec)

    def merge(self, winner: Rec, loser: Rec) -> None:
        """The vendor merges two records of one object; HubSpot keeps the other address."""
        if winner is loser:
            return
        obj = winner.ref.obj
        if loser.values[OUT[obj]]:
            winner.values[OUT[obj]] = True
        more = addresses_of(loser)
        self.delete(loser, winner)
        self.typed[winner.ref] += self.typed[loser.ref]
        if obj == CONTACTS:
            loser.into = ""
            winner.absorbed = (*winner.absorbed, loser.ref.id, *loser.absorbed)
            winner.values[MORE] = ";".join([*addresses_of(winner)[1:], *more])
        self.touch(winner)

    def convert(self, lead: Rec, contact: Rec | None) -> None:
        """Sales makes a contact of a lead, a new one or one that is there."""
        if contact is None:
            kept = (EMAIL[LEAD], FIRST[LEAD], LAST[LEAD], OUT[LEAD], KEY[LEAD])
            contact = self.make(CONTACT, lead.values.get("Email"))
            if contact is None:
                return
            contact.values |= {name: lead.values.get(name) for name in kept}
        lead.values |= {"IsConverted": True, "ConvertedContactId": contact.ref.id}
        lead.values["Status"] = "Closed - Converted"
        self.touch(lead)

    def act(self) -> None:
        """One thing that somebody does, drawn by lot."""
        verb = self.rng.choice(VERBS)
        name = self.rng.choice(ADDRESSES)
        address, rec = f"{self.number}.{name}", self.pick()
        self.deeds.append(f"{verb} {name} {rec.ref if rec else ''}")
        match verb:
            case "contact" | "lead" | "sales contact":
                self.make({"contact": CONTACTS, "lead": LEAD}.get(verb, CONTACT), address)
            case "copy" if (found := self.pick(LEAD, CONTACT)) and found.values.get(KEY[LEAD]):
                self.make(LEAD, address, **{KEY[LEAD]: found.values[KEY[LEAD]]})
            case "correct" if rec:
                self.correct(rec, address)
            case "blank" if rec and rec.ref.system == "sales":
                self.correct(rec, None)
            case "no" if rec:
                self.opt_out(rec)
            case "further" if found := self.pick(CONTACTS):
                self.further(found, address)
            case "delete" if rec:
                self.delete(rec)
            case "merge" if rec and (other := self.pick(rec.ref.obj)):
                self.merge(rec, other)
            case "convert" if found := self.pick(LEAD):
                self.convert(found, self.pick(CONTACT) if self.rng.random() < 0.5 else None)

    def news(self, side: str, again: Container[str]) -> list[Rec]:
        """What changed on a side since the last look, as the vendor would show it."""
        since, self.looked[side] = self.looked[side], self.time
        hidden = {ident for one in self.recs.values() for ident in one.absorbed}
        return [
            one
            for one in self.recs.values()
            if one.ref.system == side
            and (one.changed > since or str(one.ref) in again)
            and (one.live or one.ref.id not in hidden)
        ]


VERBS = (
    *("contact", "lead", "sales contact", "copy", "correct", "correct", "blank", "no", "further"),
    *("delete", "merge", "convert"),
)


def addresses_of(rec: Rec) -> list[str]:
    """All addresses in a record, its own first."""
    own = [rec.values.get(EMAIL[rec.ref.obj])]
    return [one for one in own + (rec.values.get(MORE) or "").split(";") if one]


def decided(
    scene_of: Callable[[], Scene], tx: Tx, now: datetime
) -> tuple[Scene, list[tuple[str, Write]]]:
    """Decide about all leads that are due: the rules' view of them, and what each is owed."""
    due = [one.lead for one in cursors.take(tx, now, 100_000)]
    cursors.clear(tx, due)
    scene = scene_of()
    scene.work.load_leads(due)
    scene.work.load_refs_of(due)
    over(scene, due)
    scene.work.flush()
    scene = scene_of()
    scene.work.load_leads(due)
    scene.work.load_refs_of(due)
    scene.work.load_touches_of(due)
    scene.work.deals.load_shares(due)
    load_account_deals(scene, due)
    living = [lead for lead in due if not scene.work.state(lead).merged_into]
    return scene, [(lead, one) for lead in living for one in owed(scene, view(scene, lead))]


@dataclass(slots=True)
class World:
    """Many families in one ledger: each has a history of its own, looks take them together."""

    company: Company
    tx: Tx
    families: list[Family]
    rng: Random

    def scene(self) -> Scene:
        """The rules' view of now."""
        return Scene.open(self.company, self.tx, by_id=True)

    def of(self, ref: Ref) -> Rec | None:
        """A record by its ref."""
        number = int(ref.id.split("-")[0])
        return self.families[number - self.families[0].number].recs.get(ref)

    def look(self, side: str, families: Sequence[Family]) -> int:
        """Read what changed on one side in some families; return how much of it was news."""
        again = to_look_at(self.tx, side)
        looked_at(self.tx, side, dict(again))
        some = [one for family in families for one in family.news(side, again)]
        if not some:
            return 0
        some.sort(key=lambda one: (one.ref.obj != LEAD, one.changed))
        scene = self.scene()
        counted = observe(scene, list(map(self.sighted, some)))
        scene.work.flush()
        scene = self.scene()
        believe_gone(scene, "sales")
        scene.work.flush()
        held.settle(self.tx)
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
            merged_into=rec.into or None,
            absorbed=rec.absorbed,
        )
        return sighting(rec.ref.system, person, record, "User")

    def write(self) -> int:
        """Put what the rules owe into the records; return how many fields were written."""
        _, due = decided(self.scene, self.tx, self.company.now())
        written = sum(self.put(one) for _, one in due)
        held.settle(self.tx)
        return written

    def put(self, one: Write) -> int:
        """Do what a write says, as the vendor would; our key is unique in each object."""
        if one.action == "enroll" or not one.id:
            return 0
        ref = Ref(system=one.side, obj=one.obj, id=one.id)
        rec = self.of(ref)
        if rec is None or not rec.live:
            return 0
        family = self.families[int(one.id.split("-")[0]) - self.families[0].number]
        new = {name: change.after for name, change in one.changes.items()}
        key = KEY[one.obj]
        if new.get(key) and any(
            other is not rec and other.values.get(key) == new[key]
            for other in family.living(one.obj)
        ):
            new.pop(key)
        rec.values |= new
        family.touch(rec)
        return len(new)

    def round(self) -> int:
        """A whole pass; return how much happened."""
        read = sum(self.look(side, self.families) for side in ("marketing", "sales"))
        return read + self.write()

    def step(self) -> None:
        """Everybody does something; then some are looked at, here or there, and some written."""
        for family in self.families:
            family.act()
        for side in self.rng.sample(("marketing", "sales"), 2):
            some = [one for one in self.families if self.rng.random() < 0.5]
            self.look(side, some)
        if self.rng.random() < 0.5:
            self.write()


def played(
    company: Company,
    engine: Engine,
    seeds: Sequence[int],
    deeds: int,
    of: tuple[type[Family], type[World]] = (Family, World),
) -> Iterator[World]:
    """Play a history for each seed, together in one ledger; nothing of it is kept."""
    with engine.connect() as conn:
        families = [of[0](number=seed, rng=Random(seed)) for seed in seeds]
        tx, rng = Tx(conn=conn, company="acme"), Random(seeds[0])
        world = of[1](company=company, tx=tx, families=families, rng=rng)
        for family in families:
            for obj in (CONTACTS, LEAD):
                family.make(obj, f"{family.number}.{family.rng.choice(ADDRESSES)}")
        for _ in range(deeds):
            world.step()
        yield world
        conn.rollback()


def faults(world: World, most: int = 10) -> list[str]:
    """What must hold of every history once it came to rest, and does not."""
    rounds: list[int] = []
    while rounds[-2:] != [0, 0] and len(rounds) < most:
        rounds.append(world.round())
    found = [] if rounds[-2:] == [0, 0] else [f"no rest: {rounds}"]
    typed = [
        f"{family.number}: {one}\n    {family.deeds}"
        for family in world.families
        for one in _overwritten(family, world.scene())
    ]
    return [*found, *faults_of(world.company, world.tx, world.families), *typed]


def faults_of(company: Company, tx: Tx, families: Sequence[Family]) -> list[str]:
    """What must hold of what the ledger knows of some families, and does not."""
    scene, found = Scene.open(company, tx), []
    scene.work.load_refs(ref for family in families for ref in family.recs)
    asked = {
        text
        for row in held.find(tx)
        for text in (row.op, row.detail.get("record", ""), row.detail.get("other", ""))
    }
    for family in families:
        owners = owners_of(family, scene)
        wrong = [f"{one.ref} is nobody's" for one in family.living() if one.ref not in owners]
        wrong += unheard(family, scene, owners)
        wrong += _shared(family, owners, asked)
        wrong += _rivals(owners, asked)
        found += [f"{family.number}: {one}\n    {family.deeds}" for one in wrong]
    return found


def owners_of(family: Family, scene: Scene) -> dict[Ref, str]:
    """The lead of each living record."""
    return {
        one.ref: follow(scene, entry.lead)
        for one in family.living()
        if (entry := scene.work.ref(one.ref)) and entry.lead
    }


def unheard(family: Family, scene: Scene, owners: Mapping[Ref, str]) -> Iterator[str]:
    """Whoever said no is out in every record of theirs, whatever became of the one they used."""
    for ref in family.no:
        entry = scene.work.ref(ref)
        if entry is None or not entry.lead:
            continue  # it was gone before anybody looked
        lead = follow(scene, entry.lead)
        if not scene.work.state(lead).opted_out:
            yield f"{ref} said no and lead {lead[:5]} is not out"
    for ref, lead in owners.items():
        out = family.recs[ref].values[OUT[ref.obj]]
        if scene.work.state(lead).opted_out and out is not True:
            yield f"{ref} of a lead who is out may be written to"


def _shared(family: Family, owners: Mapping[Ref, str], asked: set[str]) -> Iterator[str]:
    """No two leads have one live address, unless a person is asked."""
    by_address: dict[str, dict[str, Ref]] = {}
    for ref, lead in owners.items():
        for address in addresses_of(family.recs[ref]):
            by_address.setdefault(address, {})[lead] = ref
    for address, some in by_address.items():
        waits = any(str(ref) in asked or lead in asked for lead, ref in some.items())
        if len(some) > 1 and not waits:
            yield f"{address} is of {len(some)} leads and nobody is asked: {some}"


def _rivals(owners: Mapping[Ref, str], asked: set[str]) -> Iterator[str]:
    """No two live records of one system are one lead, unless a person is asked."""
    many: dict[tuple[str, str], list[Ref]] = {}
    for ref, lead in owners.items():
        many.setdefault((ref.system, lead), []).append(ref)
    for some in many.values():
        if len(some) > 1 and not any(str(ref) in asked for ref in some):
            yield f"{some} are one lead and nobody is asked"


def _overwritten(family: Family, scene: Scene) -> Iterator[str]:
    """An address in a record was typed there, or in another record of the same person."""
    owners = owners_of(family, scene)
    typed: dict[str, set[str]] = {}
    for ref, said in family.typed.items():
        if (entry := scene.work.ref(ref)) and entry.lead:
            typed.setdefault(follow(scene, entry.lead), set()).update(said)
    for ref, lead in owners.items():
        address = family.recs[ref].values.get(EMAIL[ref.obj])
        if address and address not in typed.get(lead, set()) | set(family.typed[ref]):
            yield f"{ref} has {address}, which nobody typed in a record of theirs"
