"""What sales does with a lead that it has: taken, touched, accepted, qualified."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from crmbridge.model.payload.base import OfSales, Payload, Step
from crmbridge.model.payload.form import Absent, Form, Instant, Record, Stamp, Texts, entry, many
from crmbridge.model.state import Happened


@entry
class Handed(OfSales):
    """Sales has the lead: `pushed` by us, or by an `override` of a person of sales."""

    type = "handed"
    kind: Annotated[str, Absent("")]
    rep: str | None = None
    definition: str | None = None

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(at=at, type=self.type, kind=self.kind, org=self.system)


@entry
class HandOnDue(Payload):
    """A team of sales is done with a lead, which waits for the next one: one of the teams `to`.

    `back`: the team that has it gave it back for `reason`, to the one that handed it on. `leg` is
    how many times the lead was handed on in its cycle before. `rep` is who should get it there,
    empty for nobody in particular; `giver` is who is done with it.
    """

    type = "hand_on_due"
    to: Texts
    cycle: int
    leg: int
    back: Annotated[bool, Absent(False)] = False
    reason: str = ""
    rep: str = ""
    giver: str = ""


@entry
class HandOnOff(Payload):
    """The lead is to be handed on no more; `why` in words."""

    type = "hand_on_off"
    why: str


@entry
class HandedOn(Step):
    """Another team of sales has the lead, in the same cycle.

    `pushed` by us, `back` to the team that had handed it on, or by an `override` of a person of
    sales. `before` are the teams that handed it on and may have it back, the first team first,
    each as team and rep.
    """

    type = "handed_on"
    kind: Annotated[str, Absent("")]
    team: str
    rep: str = ""
    before: Annotated[tuple[Texts, ...], many(many(Form()))] = ()

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(at=at, type=self.type, kind=self.kind, team=self.team, rep=self.rep)


@entry
class TakenOver(OfSales):
    """What a record, or a deal, showed of a lead when it was first looked at (R1.17).

    `stage` is a stage of ours. With an `outcome` a trip lies behind the lead, which ended for
    `reason`; `out`: the agreement in force put that into class *out*. `owner` is our rep, or the
    vendor's user as text. It is of the instant of the look.
    """

    type = "taken_over"
    ref: Record
    stage: str
    owner: Annotated[str, Absent("")] = ""
    outcome: Annotated[str, Absent("")] = ""
    reason: Annotated[str, Absent("")] = ""
    out: Annotated[bool, Absent(False)] = False

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(
            at=at,
            type="adopted",
            reason=self.reason,
            out=self.out,
            stage=self.stage,
            outcome=self.outcome,
            system=str(self.ref),
            org=self.system,
        )


@entry
class ActivitySeen(Payload):
    """Sales did something with a lead; with `precision` day, `latest` is until when it counts.

    `kind` is what it was, in the mapping's words, and `outcome` what came of it. Another outcome of
    the same activity is an entry again, which counts for no clock.
    """

    type = "activity"
    id: str
    precision: str = ""
    latest: Instant | None = None
    kind: str = ""
    outcome: str = ""
    changed_at: Stamp = None


@entry
class SalesTouched(Step):
    """The first touch by sales of a trip; `since` where only its day is known."""

    type = "sales_touch"
    since: Instant | None = None


@entry
class Accepted(OfSales):
    """A rep takes the lead on."""

    type = "accepted"


@entry
class Qualified(OfSales):
    """A rep finds a case in it."""

    type = "qualified"
