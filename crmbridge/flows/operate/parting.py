"""A person says who is who: two leads are one, or a match was wrong. History keeps both."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.explain.who import addresses_told
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.read.observe.addresses import rank
from crmbridge.flows.read.observe.at_sales import system_of
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.identity import marks_of
from crmbridge.flows.read.observe.merges import join
from crmbridge.flows.read.observe.owners import owner_of_user
from crmbridge.flows.read.observe.people import seen_again
from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.model.event import Event, said
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import Stage, standing
from crmbridge.model.payload import (
    ActivitySeen,
    Adopted,
    FirstSeen,
    Known,
    LeadMerged,
    OptedOut,
    Parted,
    PartedFrom,
    Step,
    TouchSeen,
)
from crmbridge.model.side import SALES
from crmbridge.model.state import Happened
from crmbridge.store import trail
from crmbridge.store.projection import RefEntry
from crmbridge.store.replay import story

_SPACE = UUID("3d7f4b52-94a4-4cf8-8b0e-6a5a2b1d9c40")
LEAST = 4
"""Characters of a joined lead's id that may stand for the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Two leads that are one now: `lead` is the one that stays, `other` the one that it took in."""

    lead: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A lead of its own, and the records that it has from now on."""

    lead: str
    records: tuple[str, ...]
    touches: int


def join_leads(company: Company, one: str, two: str, *, by: str, why: str) -> Joined:
    """Make two leads one person, because somebody who knows says so.

    Raises:
        CrmBridgeError: one of them is not known, was erased, or both are one already, or no reason
            is given; nothing is changed.
    """
    _must_say(why, "that they are one person")
    with company.ledger.write("identity") as tx:
        leads = [find_lead(company, tx, text) for text in (one, two)]
        scene = Scene.open(company, tx)
        if leads[0] == leads[1]:
            raise CrmBridgeError(
                f"both are lead {leads[0][:8]} already: there is nothing to join. `crmbridge "
                f"identity show {leads[0][:8]}` shows its records"
            )
        for lead in leads:
            _must_live(scene, lead)
        keeper, loser = sorted(leads, key=lambda lead: rank(scene, lead))
        join(scene, loser, keeper, f"joined by hand by {by}: {why}")
        seen_again(scene, keeper, Counted())
        scene.work.flush()
    return Joined(lead=keeper, other=loser)


def split_lead(company: Company, lead: str, what: Sequence[str], *, by: str, why: str) -> Split:
    """Give records of a lead, or a lead that was joined to it, a lead of their own.

    What is known to have come with them goes with them, what is not known stays. The two are not
    joined again by an address.

    Raises:
        CrmBridgeError: nothing would be left of the lead, or nothing is named that is its; nothing
            is changed.
    """
    _must_say(why, "that they are two people")
    with company.ledger.write("identity") as tx:
        ident = find_lead(company, tx, lead)
        scene = Scene.open(company, tx)
        _must_live(scene, ident)
        told = _Parting(scene, ident, story(tx, ident)).of(what, by=by, why=why)
        scene.decided(told, ident, f"parted:{ident}:{told.into}")
        scene.decided(PartedFrom(former=ident), told.into, f"parted_from:{told.into}")
        for one in (ident, told.into):
            seen_again(scene, one, Counted())
            scene.work.due(one, scene.now, "parted")
        scene.work.flush()
    refs = tuple(map(str, told.refs))
    return Split(lead=told.into, records=refs, touches=len(told.touches))


def _must_say(why: str, what: str) -> None:
    if not why.strip():
        raise CrmBridgeError(f'say how you know {what}: --why "…"')


def _must_live(scene: Scene, lead: str) -> None:
    stage = scene.work.lifecycle(lead).stage
    if stage in (Stage.ERASED, Stage.MERGED):
        raise CrmBridgeError(
            f"lead {lead[:8]} is {stage.value}: it is nobody any more, so nobody is joined to it "
            "or parted from it"
        )


class _Parting:
    """What belongs to some records of a lead, as far as its history tells."""

    def __init__(self, scene: Scene, lead: str, history: list[Event]) -> None:
        self.scene, self.lead, self.history = scene, lead, history
        self.refs = {
            str(one.ref): one for one in scene.work.refs(lead) if not one.ref.id.startswith("new:")
        }

    def of(self, what: Sequence[str], *, by: str, why: str) -> Parted:
        """Say what goes, by what a person named."""
        joined = self._joined(what)
        moved = self._of_joined(joined) if joined else self._named(what)
        moved = self._with_what_they_became(moved)
        self._must_leave(moved)
        turn = self.scene.work.turn()
        into = uuid5(_SPACE, f"{self.scene.company.name}:{self.lead}:{turn}").hex
        steps = self._steps(moved, joined)
        if not any(one.type == Known.type for one in steps):
            since = min(self._known(moved), default=self.scene.now)
            self.scene.observed(Known(), into, f"known:{into}", since, source=str(moved[0]))
        marks = self._marks(moved, joined)
        if self.scene.work.state(self.lead).opted_out:  # for both: nobody knows who said it
            self.scene.observed(OptedOut(), into, f"opted_out:{into}", self.scene.now)
        return Parted(
            into=into,
            refs=moved,
            identities=marks,
            touches=self._touches(moved, joined, marks),
            activities=self._activities(moved, joined),
            steps=steps,
            by=by,
            why=why,
            joined=joined,
            owner=self._owner([self.refs[str(ref)] for ref in moved]),
            left=self._owner(self._rest(moved)),
        )

    def _owner(self, entries: Sequence[RefEntry]) -> str | None:
        """Who has some records at sales, as the records say; `None` where none of them is there.

        Of several systems of sales the one that has the lead speaks first.
        """
        here = system_of(self.scene, self.lead)
        for one in sorted(entries, key=lambda one: one.ref.system != here):
            person = self.scene.company.mapping.person(one.ref.system, one.ref.obj)
            if (
                not self.scene.company.stands(one.ref.system, SALES)
                or not one.live
                or one.seen.converted_to
                or not person
            ):
                continue
            user = one.seen.raw.get(person.owner) if person.owner else None
            return owner_of_user(self.scene, str(user), one.ref.system) if user else ""
        return None

    def _joined(self, what: Sequence[str]) -> str:
        losers = [told.loser for told in self._merges()]
        found = [one for one in losers if len(what) == 1 and one.startswith(what[0])]
        return found[0] if len(found) == 1 and len(what[0]) >= LEAST else ""

    def _merges(self) -> list[LeadMerged]:
        return list(said(self.history, LeadMerged))

    def _named(self, what: Sequence[str]) -> tuple[Ref, ...]:
        return tuple(dict.fromkeys(self._one(text).ref for text in what))

    def _one(self, text: str) -> RefEntry:
        found = [one for name, one in self.refs.items() if text in (name, one.ref.id)]
        if len(found) != 1:
            known = ", ".join(sorted(name for name, one in self.refs.items() if one.live))
            raise CrmBridgeError(
                f"{text!r} is no record of lead {self.lead[:8]}, and no lead that was joined to "
                f"it. Its records are: {known}"
            )
        if not found[0].live:
            raise CrmBridgeError(
                f"{found[0].ref} is gone at the vendor: a record that is no more is nobody's"
            )
        return found[0]

    def _of_joined(self, loser: str) -> tuple[Ref, ...]:
        """The records that were the loser's before it was joined, and are this lead's now."""
        had = [getattr(one.payload, "ref", None) for one in self.history if one.lead == loser]
        named = dict.fromkeys(str(ref) for ref in had if isinstance(ref, Ref))
        return tuple(self.refs[one].ref for one in named if one in self.refs)

    def _with_what_they_became(self, moved: tuple[Ref, ...]) -> tuple[Ref, ...]:
        """A record that was converted goes with what it became."""
        wanted = {str(one) for one in moved}
        grown = True
        while grown:
            grown = False
            for name, one in self.refs.items():
                pair = {name, one.seen.converted_to} if one.seen.converted_to else {name}
                if pair & wanted and not pair <= wanted and pair <= self.refs.keys():
                    wanted |= pair
                    grown = True
        return tuple(one.ref for name, one in sorted(self.refs.items()) if name in wanted)

    def _must_leave(self, moved: Collection[Ref]) -> None:
        living = [one for one in self.refs.values() if one.live and one.ref not in moved]
        if not moved or not living:
            raise CrmBridgeError(
                f"nothing would be left of lead {self.lead[:8]}: a split moves some of its records "
                f"and leaves some. It has: {', '.join(sorted(self.refs))}"
            )

    def _rest(self, moved: Collection[Ref]) -> list[RefEntry]:
        return [one for one in self.refs.values() if one.ref not in moved]

    def _known(self, moved: Collection[Ref]) -> list[datetime]:
        return [one.at for one in self.history if one.source in {str(ref) for ref in moved}]

    def _marks(self, moved: Collection[Ref], joined: str) -> tuple[str, ...]:
        """Addresses that the records told, or that the joined lead had, and no other record has."""
        told = addresses_told(self.scene.company, self.history)
        mine = {mark_of(one.address) for one in told if one.ref in moved}
        if joined:
            mine |= {m for one in self._merges() if one.loser == joined for m in one.identities}
        theirs = {mark_of(one.address) for one in told if one.ref not in moved}
        theirs |= {m for one in self._rest(moved) for m in marks_of(self.scene, one)}
        return tuple(sorted(mine - theirs))

    def _steps(self, moved: Collection[Ref], joined: str) -> tuple[Happened, ...]:
        """What happened to the joined lead, or was told by the records, or on deals of theirs."""
        if joined:
            life = standing(self.scene.work.state(joined).life)
            return tuple(one for one in life if one.type != "merged")
        sources = {str(ref) for ref in moved}
        deals = self._deals(moved)
        out = []
        for event in self.history:
            told = event.payload
            if not isinstance(told, Step) or isinstance(told, Known | FirstSeen):
                continue
            step = told.happened(event.at)
            if event.source in sources or (step.deal and step.deal in deals):
                out.append(step)
        return tuple(out)

    def _deals(self, moved: Collection[Ref]) -> set[str]:
        """Deals on which the records have a role, and none of the lead's other records."""
        mine = self._on([str(ref) for ref in moved])
        return mine - self._on([str(one.ref) for one in self._rest(moved)])

    def _on(self, people: Sequence[str]) -> set[str]:
        rows = trail.roles_of_people(self.scene.tx, people)
        return {row.deal for some in rows.values() for row in some}

    def _touches(
        self, moved: Collection[Ref], joined: str, marks: Collection[str]
    ) -> tuple[str, ...]:
        theirs = {
            ident
            for event in self.history
            if event.lead == joined and joined
            for ident in _touches_in(event)
        }
        rows = self.scene.work.touches(self.lead)
        return tuple(
            row.id
            for row in rows
            if row.id in theirs or row.identity in marks or _is_of(row.id, moved)
        )

    def _activities(self, moved: Collection[Ref], joined: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for event in self.history:
            of_joined = bool(joined) and event.lead == joined
            for told in said([event], ActivitySeen):
                if of_joined or _is_of(told.id, moved):
                    found[told.id] = None
        return tuple(found)


def _is_of(ident: str, records: Collection[Ref]) -> bool:
    """Whether a touch or an activity is one of these records, by its id.

    Two systems may give one id to two records, so its own system counts, too.
    """
    return any(
        ident.startswith(f"{ref.system}:") and ident.endswith(f"@{ref.id}") for ref in records
    )


def _touches_in(event: Event) -> tuple[str, ...]:
    told = event.payload
    if isinstance(told, TouchSeen):
        return (told.id,)
    return told.touches if isinstance(told, Adopted) else ()
