"""Leads that come back: given back, left lying, out, in again, and what is decided of each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from crmbridge.model.payload.base import Payload, Step
from crmbridge.model.payload.form import Absent, Form, Key, Perhaps, Stamp, Texts, entry
from crmbridge.model.state import Happened, Return


@entry
class GivenBack(Step):
    """Sales gives a lead back; `kind` tells a reason that came later, when the trip was over.

    `text` is the vendor's own word for a reason that the mapping lacks. `noted` says whether
    sales wrote a note, `None` where the mapping names no field for one. `out`: the agreement in
    force put the reason into class *out*; `back`: it sends a lead that was handed on back to the
    team that did so.
    """

    reason: Annotated[str, Absent("")]
    out: Annotated[bool, Absent(False)]
    text: Annotated[str, Absent("")]
    noted: bool | None = None
    kind: str = ""
    back: bool = False

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(
            at=at,
            type=self.type,
            reason=self.reason,
            kind=self.kind,
            out=self.out,
            back=self.back,
        )


@entry
class Rejected(GivenBack):
    """… before it accepted it."""

    type = "rejected"


@entry
class Returned(GivenBack):
    """… after it had accepted it."""

    type = "returned"


@entry
class _Ended(Step):
    reason: Annotated[str, Absent("")]

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(at=at, type=self.type, reason=self.reason)


@entry
class _TakenBack(_Ended):
    back: bool = False
    """The agreement in force sends a lead that was handed on back to the team that did so."""

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(at=at, type=self.type, reason=self.reason, back=self.back)


@entry
class Stale(_TakenBack):
    """Nobody worked the lead until `deadline`; `reason` says which of the two limits that was."""

    type = "stale"
    deadline: Annotated[Stamp, Absent(None)]
    last_activity: Annotated[Stamp, Absent(None)]


@entry
class Recalled(_TakenBack):
    """A trip ends that nobody at sales ended by a word: the record is gone, or nobody has it."""

    type = "recalled"


@entry
class Disqualified(_Ended):
    """The lead is out."""

    type = "disqualified"


@entry
class Reinstated(Step):
    """A person takes back that a lead is out."""

    type = "reinstated"
    by: str
    why: str


@entry
class Routed(Payload):
    """What follows from the end of a trip; `before` is the reason that another one replaces."""

    type = "routed"
    back: Annotated[Return, Key("return"), Form(Return.row, Return.of)]
    reason: Perhaps[str]
    cycle: Perhaps[int]
    contact: Perhaps[str]
    before: str | None = None
    warning: str = ""


@entry
class DataFixed(Payload):
    """What was wrong with a lead is repaired: `words` changed, or a person resolved `held`."""

    type = "data_fixed"
    words: Annotated[Texts, Absent(())]
    held: str | None = None
