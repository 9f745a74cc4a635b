"""What sales does with a lead that it has: taken, touched, accepted, qualified."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from crmbridge.model.payload.base import Payload, Step
from crmbridge.model.payload.form import Absent, Instant, Record, Stamp, entry
from crmbridge.model.state import Happened


@entry
class Handed(Step):
    """Sales has the lead: `pushed` by us, or by an `override` of a person of sales."""

    type = "handed"
    kind: Annotated[str, Absent("")]
    rep: str | None = None
    definition: str | None = None

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(at=at, type=self.type, kind=self.kind)


@entry
class TakenOver(Step):
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
class Accepted(Step):
    """A rep takes the lead on."""

    type = "accepted"


@entry
class Qualified(Step):
    """A rep finds a case in it."""

    type = "qualified"
