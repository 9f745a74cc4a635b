"""What observing and deciding have in hand: the company, the instant, the leads, the reps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crmbridge.company import Company
from crmbridge.flows.scene.late import Steps, corrected, is_late
from crmbridge.flows.scene.reps import Reps as Reps
from crmbridge.model.event import OURS, Content, Event, Kind
from crmbridge.model.lead import mark_of as mark_of
from crmbridge.model.lifecycle import RANK
from crmbridge.model.payload import (
    Adopted,
    Basis,
    Corrected,
    DealLost,
    GivenBack,
    LeadMerged,
    Nurtured,
    Parted,
    Payload,
    Rated,
    Scored,
    Signalled,
    StageEntered,
    Step,
    TouchGone,
    TouchSeen,
    Waits,
    WriteOwed,
    WriteSent,
)
from crmbridge.model.state import Happened
from crmbridge.store import cursors, held
from crmbridge.store.projection import Workspace
from crmbridge.store.table import Tx

UNSEEN = (
    *(Corrected, Nurtured, Rated, Scored, Signalled, StageEntered, Waits, WriteOwed, WriteSent),
)
"""Entries after which a decision sees the same facts, touches and scores of a lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the manager of a rep hears of, once for each `key`.

    It is about the lead; or about the rep, and the lead is one of those that it concerns.
    """

    lead: str
    key: str
    rep: str
    subject: str
    text: str
    of_rep: bool = False


def recalled(tx: Tx, row: str) -> dict[str, str]:
    """What a row of the ledger's facts has by `Scene.remember`; empty for none."""
    kept = cursors.get_meta(tx, row)
    return dict(kept) if isinstance(kept, dict) else {}


@dataclass(slots=True, kw_only=True)
class Scene:
    """One transaction's worth of work; `notices` are what it is to tell managers."""

    company: Company
    tx: Tx
    now: datetime
    work: Workspace
    reps: Reps
    notices: list[Notice] = field(default_factory=list)
    asked: int | None = None
    """The ledger's newest entry when the vendor was asked for what is observed here; `None` where
    it was asked a moment ago."""
    flying: frozenset[str] = frozenset()
    """Leads to which a write is on its way in the system that is observed here."""
    takers: dict[str, list[str]] | None = None
    """Leads of which a record took another lead's address, by that lead; `None` until asked for."""
    left: set[str] = field(default_factory=set)
    """Owners of whom it was said here that they have left."""
    traits: dict[str, list[str]] | None = None
    """Leads that sales has, by phone number and name, for `guess`; `None` until asked for."""
    notes: dict[str, dict[str, str]] = field(default_factory=dict)
    """What `remember` was told since the last flush, by row."""
    by_id: bool = False
    """The vendor was asked for the records by their ids: it shows what it has, and no index."""
    live: datetime | None = None
    """What `live_since.live_since` found; `None` until it is asked."""
    went_live: bool = False
    """Whether that is a day that was; it is known once `live` is."""
    said: dict[str, Payload | None] = field(default_factory=dict)
    """What sales said of leads when it last gave them back, where it was looked up."""
    steps: dict[str, Steps] = field(default_factory=dict)
    """Leads that took steps since the last flush."""
    views: dict[str, Any] = field(default_factory=dict)
    """What `lead_view.view` made of a lead since it was last changed."""
    accounts: dict[str, Any] = field(default_factory=dict)
    """What `account.account_deals` found of a lead."""
    domains: dict[str, str] = field(default_factory=dict)
    """The account that has a domain, both by their marks; empty for none, absent until asked."""
    fits: dict[str, Any] = field(default_factory=dict)
    """What `flows.fit` knows of fields and of what they do not take, once it was asked."""
    books: dict[str, Any] = field(default_factory=dict)
    """What `owed.credit` found in the books of leads, where it was looked up."""
    looked: dict[str, Any] = field(default_factory=dict)
    """What it made of a lead since the lead's touches were last changed."""

    @classmethod
    def open(
        cls, company: Company, tx: Tx, *, asked: int | None = None, by_id: bool = False
    ) -> Scene:
        """Begin work in a transaction, at the company's present instant."""
        return cls(
            company=company,
            tx=tx,
            now=company.now(),
            work=Workspace(tx),
            reps=Reps.load(company, tx),
            asked=asked,
            by_id=by_id,
        )

    def observed(
        self, told: Payload, lead: str, key: str, at: datetime, *, source: str = OURS
    ) -> None:
        """Note what a vendor said; `source` says who told."""
        self._emit(Kind.OBSERVED, Content(told), lead, key, at, source)

    def decided(
        self,
        told: Payload,
        lead: str,
        key: str,
        *,
        at: datetime | None = None,
        source: str = OURS,
    ) -> None:
        """Note a decision of ours under the agreement in force; it holds from `at` or now.

        `source` says where a person took it, if not at the command line.
        """
        company = self.company
        basis = Basis(agreement=company.definition, mapping=company.mapping_hash)
        when = self._after(lead, told, at or self.now)
        self._emit(Kind.DECIDED, Content(told, basis), lead, key, when, source)

    def settled(self, told: Payload, lead: str, key: str) -> None:
        """Note what became of a write."""
        self._emit(Kind.SETTLED, Content(told), lead, key, self._after(lead, told, self.now))

    def _after(self, lead: str, told: Payload, at: datetime) -> datetime:
        """When a step of ours counts: after what caused it, where rank would turn the two round.

        Events of one instant are folded by rank (R1.4); a decision that follows from another
        event of the same instant is a microsecond later.
        """
        if not isinstance(told, Step):
            return at
        later = [
            one.at
            for one in self.work.state(lead).life
            if one.at >= at and RANK.get(one.type, -2) > RANK[told.happened(at).type]
        ]
        return max(later) + timedelta(microseconds=1) if later else at

    def _emit(
        self, kind: Kind, content: Content, lead: str, key: str, at: datetime, source: str = OURS
    ) -> None:
        told = content.payload
        if isinstance(told, GivenBack | DealLost):
            self.said[lead] = told
        if isinstance(told, Step):
            self._note_step(told.happened(at), lead, key)
        self._forget(told, lead)
        self.work.emit(
            Event(
                kind=kind,
                content=content,
                at=at,
                recorded_at=self.now,
                key=key,
                lead=lead,
                source=source,
            )
        )

    def _forget(self, told: Payload, lead: str) -> None:
        """Forget how leads look that an entry changes; one that moves touches may change any."""
        if isinstance(told, LeadMerged | Parted | Adopted | TouchSeen | TouchGone):
            self.views.clear()
            self.looked.clear()
        elif not isinstance(told, UNSEEN):
            self.views.pop(lead, None)

    def _note_step(self, step: Happened, lead: str, key: str) -> None:
        """Remember how many steps a lead had, and which was the first that came late."""
        life = self.work.state(lead).life
        if not self.steps:
            self.work.before_flush(self._correct)
        steps = self.steps.setdefault(lead, Steps(known=len(life)))
        if not steps.cause and is_late(step, life):
            steps.cause = key

    def _correct(self) -> None:
        """R1.6: late steps changed what was published of leads; reports must say so.

        Said once a lead: history brings many late steps, and each would have it folded twice.
        """
        made, self.steps = self.steps, {}
        for lead, steps in made.items():
            if not steps.cause:
                continue
            life, now = self.work.state(lead).life, self.work.lifecycle(lead)
            if changed := corrected(life, steps.known, now):
                told = Corrected(cause=steps.cause, changed=tuple(changed))
                key = f"correction:{steps.cause}"
                self._emit(Kind.DECIDED, Content(told), lead, key, self.now)

    def name_of(self, owner: str) -> str:
        """A rep's name as the teams file has it, their id where it has none.

        Of who is no rep, the name that the vendor has for them; empty where it is not known.
        """
        rep = self.company.teams.rep(owner)
        return (rep.name or rep.id) if rep else self.reps.name_of(owner)

    def remember(self, row: str, key: str, value: str = "") -> None:
        """Add to a row of the ledger's facts, which `recalled` reads; written once a flush."""
        if not self.notes:
            self.work.before_flush(self._write_notes)
        self.notes.setdefault(row, {})[key] = value

    def _write_notes(self) -> None:
        notes, self.notes = self.notes, {}
        for row, more in notes.items():
            cursors.put_meta(self.tx, row, recalled(self.tx, row) | more)

    def hold(self, kind: str, lead: str, about: str, advice: str, **detail: Any) -> None:
        """Put something aside for a person, with what they should do."""
        held.put(self.tx, kind=kind, lead=lead, op=about, advice=advice, detail=detail, at=self.now)
