"""The ledger's standing view of one lead and of one vendor record, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from crmbridge.model.codec import (
    decode,
    decode_map,
    encode,
    encode_map,
    instant,
    maybe_micros,
    maybe_moment,
    micros,
    moment,
    parse_instant,
)
from crmbridge.model.record import Value
from crmbridge.model.stay import Stay


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
    stage: str = ""
    outcome: str = ""
    system: str = ""
    """Of what was taken over alone: what which system showed before our first look."""
    team: str = ""
    rep: str = ""
    """Of a hand-on alone: to which team, and to whom."""
    back: bool = False
    """The agreement in force sends a lead that was handed on back to the team that did so."""
    org: str = ""
    """The system of sales where it happened; empty for `[sales]`."""

    def row(self) -> list[Any]:
        """Write as JSON's types; what is empty at the end is left out."""
        row: list[Any] = [micros(self.at), self.type, self.reason, self.deal, self.kind, self.out]
        row += [self.stage, self.outcome, self.system, self.team, self.rep, self.back, self.org]
        while not row[-1]:
            row.pop()
        return row

    @classmethod
    def of(cls, row: list[Any]) -> Happened:
        """Read back what `row` wrote, in this build or an earlier one."""
        whole: list[Any] = [*row, *_NOTHING[len(row) :]]
        at, type_, reason, deal, kind, out, stage, outcome, system, team, rep, back, org = whole
        return cls(
            at=moment(at),
            type=type_,
            reason=reason,
            deal=deal,
            kind=kind,
            out=bool(out),
            stage=stage,
            outcome=outcome,
            system=system,
            team=team,
            rep=rep,
            back=bool(back),
            org=org,
        )


_NOTHING = ("", "", "", "", "", False, "", "", "", "", "", False, "")


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
    """Last value of each two-way field on which both systems agreed; of a company with further ones
    also what each of them did, under `word@system`."""
    life: list[Happened] = field(default_factory=list)
    stage: str = "known"
    cycle: int = 1
    owner: str = ""
    """Our rep id, or the vendor's user as text when the teams file does not know them."""
    assigned: dict[str, Any] | None = None
    """The hand-off that was decided and that the CRM has not acknowledged: rep, cycle, at, op."""
    queued_at: datetime | None = None
    passing: dict[str, Any] = field(default_factory=dict)
    """That a team of sales is done with the lead: to which teams it is handed on (`to`), or `back`
    to which, since when (`since`), in which cycle and leg, and whom there it should go to."""
    waiting: str = ""
    returns: list[Return] = field(default_factory=list)
    track: str = ""
    """The nurture track that the marketing system has the lead on."""
    stays: list[Stay] = field(default_factory=list)
    """The tracks that rules of the agreement put the lead on, in order; the last may go on."""
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
    `touched`, from when on a first touch of which only the day is known counts. `before` are the
    teams that handed it on, each with its rep, the first team first."""
    data_fixed_at: datetime | None = None
    """When a fact was last corrected after a return, or a person said that it is."""
    joined_at: datetime | None = None
    """When another record or lead was last merged into this one."""
    told: dict[str, datetime] = field(default_factory=dict)
    """When sales was last told of each asset (R2.6)."""
    apart: list[str] = field(default_factory=list)
    """Leads that a person said are somebody else, whatever address they share."""
    consented_at: datetime | None = None
    """When the person consented to mail again, as somebody recorded it last."""
    part: dict[str, Any] = field(default_factory=dict)
    """The part of a core stage that the lead is in by the company's own stages, as it was last
    decided: `core`, `id`, `at`; empty outside of all parts."""
    parts: list[list[Any]] = field(default_factory=list)
    """Which parts it entered in which trip, each once, as `[trip, id]`, in order."""
    rev: int = 0

    def part_in(self, core: str) -> str:
        """The id of the part that it is in, while it still is in that core stage; else empty."""
        return str(self.part["id"]) if self.part.get("core") == core else ""

    def value(self, word: str) -> Value:
        """The value of a fact; `None` when unknown or empty."""
        fact = self.facts.get(word)
        return fact.value if fact else None

    def to_json(self) -> dict[str, Any]:
        """Write as JSON's types; what is empty is left out."""
        return _filled(
            {
                "facts": _rows(self.facts),
                "agreed": encode_map(self.agreed),
                "life": [one.row() for one in self.life],
                "assigned": self.assigned,
                "queued_at": maybe_micros(self.queued_at),
                "passing": self.passing,
                "waiting": self.waiting,
                "returns": [one.row() for one in self.returns],
                "track": self.track,
                "stays": [one.row() for one in self.stays],
                "activity_at": maybe_micros(self.activity_at),
                "definition": self.definition,
                "merged_into": self.merged_into,
                "first_touch": self.first_touch,
                "last_touch": self.last_touch,
                "score": self.score,
                "handover": self.handover,
                "data_fixed_at": maybe_micros(self.data_fixed_at),
                "joined_at": maybe_micros(self.joined_at),
                "told": {asset: micros(at) for asset, at in self.told.items()},
                "apart": self.apart,
                "consented_at": maybe_micros(self.consented_at),
                "part": self.part,
                "parts": self.parts,
            }
        )

    @classmethod
    def of(cls, ident: str, data: Mapping[str, Any]) -> LeadState:
        """Read back what `to_json` wrote, in this build or an earlier one.

        Stage, cycle, owner and flags come from the columns.
        """
        get = data.get
        return cls(
            id=ident,
            facts=_facts(get("facts")),
            agreed=decode_map(get("agreed") or {}),
            life=[Happened.of(row) for row in get("life") or ()],
            assigned=get("assigned"),
            queued_at=maybe_moment(get("queued_at")),
            passing=get("passing") or {},
            waiting=get("waiting") or "",
            returns=[Return.of(row) for row in get("returns") or ()],
            track=get("track") or "",
            stays=[Stay.of(row) for row in get("stays") or ()],
            activity_at=maybe_moment(get("activity_at")),
            definition=get("definition") or "",
            merged_into=get("merged_into") or "",
            first_touch=get("first_touch") or "",
            last_touch=get("last_touch") or "",
            score=get("score") or {},
            handover=get("handover") or {},
            data_fixed_at=maybe_moment(get("data_fixed_at")),
            joined_at=maybe_moment(get("joined_at")),
            told={asset: moment(at) for asset, at in (get("told") or {}).items()},
            apart=list(get("apart") or ()),
            consented_at=maybe_moment(get("consented_at")),
            part=get("part") or {},
            parts=get("parts") or [],
        )


_EMPTY: tuple[Any, ...] = (None, "", False, [], {})


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in _EMPTY}


def _rows(facts: Mapping[str, Fact]) -> list[list[Any]]:
    """Facts as `[who said so, when, {word: value}]`: most of a lead's came at one time."""
    groups: dict[tuple[str, datetime], dict[str, Any]] = {}
    for word, fact in facts.items():
        groups.setdefault((fact.by, fact.at), {})[word] = encode(fact.value)
    return [[by, micros(at), said] for (by, at), said in sorted(groups.items(), key=itemgetter(0))]


def _facts(told: Any) -> dict[str, Fact]:
    if isinstance(told, dict):  # a build before version 3 of the ledger: `{word: [value, by, at]}`
        return {
            word: Fact(value=decode(value), by=by, at=moment(at))
            for word, (value, by, at) in told.items()
        }
    return {
        word: Fact(value=decode(value), by=by, at=moment(at))
        for by, at, said in told or ()
        for word, value in said.items()
    }


@dataclass(slots=True, kw_only=True)
class SeenState:
    """What one vendor record last held, and what we last wrote there.

    `raw` is by vendor field, `values` by lead word. `rounds` counts how often a field was written
    again because the vendor kept another value (two rounds at most, then it is theirs); one that
    was not is absent.
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
        """Write as JSON's types; what is empty is left out."""
        return _filled(
            {
                "raw": encode_map(_said(self.raw)),
                "values": encode_map(self.values),
                "wrote": encode_map(self.wrote),
                "rounds": self.rounds,
                "status": self.status,
                "changed_at": maybe_micros(self.changed_at),
                "converted_to": self.converted_to,
                "deleted": self.deleted,
                "ours": self.ours,
                "double": self.double,
                "wrote_at": maybe_micros(self.wrote_at),
                "settled": self.settled,
                "track": self.track,
            }
        )

    @classmethod
    def of(cls, data: Mapping[str, Any], heard: int = 0) -> SeenState:
        """Read back what `to_json` wrote; an empty mapping is a record never seen."""
        get = data.get
        return cls(
            raw=decode_map(get("raw") or {}),
            values=decode_map(get("values") or {}),
            wrote=decode_map(get("wrote") or {}),
            rounds={name: many for name, many in (get("rounds") or {}).items() if many},
            status=get("status") or "",
            changed_at=maybe_moment(get("changed_at")),
            converted_to=get("converted_to") or "",
            deleted=bool(get("deleted")),
            ours=bool(get("ours")),
            double=bool(get("double")),
            wrote_at=maybe_moment(get("wrote_at")),
            heard=heard or get("heard") or 0,
            settled=get("settled") or 0,
            track=get("track") or "",
        )


def _said(raw: Mapping[str, Value]) -> Mapping[str, Value]:
    """A record's own values without the empty ones, which say the same when they are not there.

    A record that holds nothing at all keeps them: it was seen.
    """
    some = {name: value for name, value in raw.items() if value is not None}
    return some or raw
