"""The ledger's standing view of one lead and of one vendor record, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crmbridge.model.codec import decode_map, encode_map, instant, parse_instant
from crmbridge.model.record import Value


@dataclass(slots=True, kw_only=True)
class Happened:
    """One lifecycle event as the lead keeps it: enough to fold, in order of arrival."""

    at: datetime
    type: str
    reason: str = ""
    deal: str = ""
    kind: str = ""
    out: bool = False
    """The agreement in force put this reason into class *out*."""

    def row(self) -> list[Any]:
        """Write as JSON's types."""
        return [instant(self.at), self.type, self.reason, self.deal, self.kind, self.out]

    @classmethod
    def of(cls, row: list[Any]) -> Happened:
        """Read back what `row` wrote."""
        at, type_, reason, deal, kind, out = row
        return cls(
            at=parse_instant(at), type=type_, reason=reason, deal=deal, kind=kind, out=bool(out)
        )


@dataclass(slots=True, kw_only=True)
class Fact:
    """A value that holds for a lead: who said it, and when."""

    value: Value
    by: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class Return:
    """How and when a trip to sales ended, and what was decided then (R5.3)."""

    at: datetime
    reason: str
    klass: str
    track: str
    loops: int
    until: datetime | None
    outcome: str
    rep: str = ""
    counted: bool = True
    avoid: bool = False
    cycle: int = 0
    past: bool = False
    """It was over before crmbridge was there: it counts, and enrols and alarms nobody."""

    def row(self) -> dict[str, Any]:
        """Write as JSON's types."""
        return {
            "at": instant(self.at),
            "reason": self.reason,
            "class": self.klass,
            "track": self.track,
            "loops": self.loops,
            "until": instant(self.until) if self.until else None,
            "outcome": self.outcome,
            "rep": self.rep,
            "counted": self.counted,
            "avoid": self.avoid,
            "cycle": self.cycle,
            **({"past": True} if self.past else {}),
        }

    @classmethod
    def of(cls, row: dict[str, Any]) -> Return:
        """Read back what `row` wrote."""
        return cls(
            at=parse_instant(row["at"]),
            reason=row["reason"],
            klass=row["class"],
            track=row["track"],
            loops=row["loops"],
            until=parse_instant(row["until"]) if row["until"] else None,
            outcome=row["outcome"],
            rep=row["rep"],
            counted=row["counted"],
            avoid=row["avoid"],
            cycle=row["cycle"],
            past=bool(row.get("past")),
        )


@dataclass(slots=True, kw_only=True)
class LeadState:
    """All that stands of one lead: facts, agreed values, its lifecycle and its hand-offs.

    A projection: it follows from the lead's events alone.
    """

    id: str
    facts: dict[str, Fact] = field(default_factory=dict)
    agreed: dict[str, Value] = field(default_factory=dict)
    """Last value of each two-way field on which both systems agreed."""
    life: list[Happened] = field(default_factory=list)
    stage: str = "known"
    cycle: int = 1
    owner: str = ""
    """Our rep id, or the vendor's user as text when the teams file does not know them."""
    assigned: dict[str, Any] | None = None
    """The hand-off that was decided and that the CRM has not acknowledged: rep, cycle, at, op."""
    queued_at: datetime | None = None
    waiting: str = ""
    returns: list[Return] = field(default_factory=list)
    track: str = ""
    """The nurture track that the marketing system has the lead on."""
    activity_at: datetime | None = None
    definition: str = ""
    opted_out: bool = False
    merged_into: str = ""
    first_touch: str = ""
    last_touch: str = ""
    score: dict[str, Any] = field(default_factory=dict)
    """What both systems are to hold of the lead's scores: grade, rating, engagement, fit, given."""
    handover: dict[str, Any] = field(default_factory=dict)
    """How the newest hand-off came about: rep, team, rating, hand_raise; clocks that were told
    (`soon`, `breached`) and those that stopped after a breach (`settled`), each a list; and
    `touched`, from when on a first touch of which only the day is known counts."""
    data_fixed_at: datetime | None = None
    """When a fact was last corrected after a return, or a person said that it is."""
    joined_at: datetime | None = None
    """When another record or lead was last merged into this one."""
    told: dict[str, datetime] = field(default_factory=dict)
    """When sales was last told of each asset (R2.6)."""
    rev: int = 0

    def value(self, word: str) -> Value:
        """The value of a fact; `None` when unknown or empty."""
        fact = self.facts.get(word)
        return fact.value if fact else None

    def to_json(self) -> dict[str, Any]:
        """Write as JSON's types."""
        return {
            "facts": {
                word: [encode_map({"v": fact.value})["v"], fact.by, instant(fact.at)]
                for word, fact in self.facts.items()
            },
            "agreed": encode_map(self.agreed),
            "life": [one.row() for one in self.life],
            "assigned": self.assigned,
            "queued_at": instant(self.queued_at) if self.queued_at else None,
            "waiting": self.waiting,
            "returns": [one.row() for one in self.returns],
            "track": self.track,
            "activity_at": instant(self.activity_at) if self.activity_at else None,
            "definition": self.definition,
            "merged_into": self.merged_into,
            "first_touch": self.first_touch,
            "last_touch": self.last_touch,
            "score": self.score,
            "handover": self.handover,
            "data_fixed_at": instant(self.data_fixed_at) if self.data_fixed_at else None,
            "joined_at": instant(self.joined_at) if self.joined_at else None,
            "told": {asset: instant(at) for asset, at in self.told.items()},
        }

    @classmethod
    def of(cls, ident: str, data: dict[str, Any]) -> LeadState:
        """Read back what `to_json` wrote; stage, cycle, owner and flags come from the columns."""
        queued, active = data["queued_at"], data["activity_at"]
        return cls(
            id=ident,
            facts={
                word: Fact(value=decode_map({"v": v})["v"], by=by, at=parse_instant(at))
                for word, (v, by, at) in data["facts"].items()
            },
            agreed=decode_map(data["agreed"]),
            life=[Happened.of(row) for row in data["life"]],
            assigned=data["assigned"],
            queued_at=parse_instant(queued) if queued else None,
            waiting=data["waiting"],
            returns=[Return.of(row) for row in data["returns"]],
            track=data["track"],
            activity_at=parse_instant(active) if active else None,
            definition=data["definition"],
            merged_into=data["merged_into"],
            first_touch=data["first_touch"],
            last_touch=data["last_touch"],
            score=data.get("score") or {},
            handover=data.get("handover") or {},
            data_fixed_at=_instant(data.get("data_fixed_at")),
            joined_at=_instant(data.get("joined_at")),
            told={asset: parse_instant(at) for asset, at in (data.get("told") or {}).items()},
        )


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


@dataclass(slots=True, kw_only=True)
class SeenState:
    """What one vendor record last held, and what we last wrote there.

    `raw` is by vendor field, `values` by lead word. `rounds` counts how often a field was written
    again because the vendor kept another value (two rounds at most, then it is theirs).
    """

    raw: dict[str, Value] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    wrote: dict[str, Value] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    status: str = ""
    changed_at: datetime | None = None
    converted_to: str = ""
    deleted: bool = False
    ours: bool = False
    """We created this record."""
    double: bool = False
    """A second record of a person who has one: it waits for a person, and hears opt-outs alone."""
    wrote_at: datetime | None = None
    """The vendor's own stamp of our newest write, where its answer gave one."""
    heard: int = 0
    """The ledger's entry of the newest sighting."""
    settled: int = 0
    """The ledger's entry that settled our newest write to it."""

    track: str = ""
    """The nurture track that we put this record on."""

    def copy(self) -> SeenState:
        """The same, apart from later changes."""
        return replace(
            self,
            raw=dict(self.raw),
            values=dict(self.values),
            wrote=dict(self.wrote),
            rounds=dict(self.rounds),
        )

    def to_json(self) -> dict[str, Any]:
        """Write as JSON's types."""
        return {
            "raw": encode_map(self.raw),
            "values": encode_map(self.values),
            "wrote": encode_map(self.wrote),
            "rounds": self.rounds,
            "status": self.status,
            "changed_at": instant(self.changed_at) if self.changed_at else None,
            "converted_to": self.converted_to,
            "deleted": self.deleted,
            "ours": self.ours,
            "double": self.double,
            "wrote_at": instant(self.wrote_at) if self.wrote_at else None,
            "heard": self.heard,
            "settled": self.settled,
            **({"track": self.track} if self.track else {}),
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> SeenState:
        """Read back what `to_json` wrote; an empty mapping is a record never seen."""
        if not data:
            return cls()
        changed = data["changed_at"]
        return cls(
            raw=decode_map(data["raw"]),
            values=decode_map(data["values"]),
            wrote=decode_map(data["wrote"]),
            rounds=dict(data["rounds"]),
            status=data["status"],
            changed_at=parse_instant(changed) if changed else None,
            converted_to=data["converted_to"],
            deleted=data["deleted"],
            ours=data["ours"],
            double=data.get("double", False),
            wrote_at=_instant(data.get("wrote_at")),
            heard=data.get("heard", 0),
            settled=data.get("settled", 0),
            track=data.get("track", ""),
        )
