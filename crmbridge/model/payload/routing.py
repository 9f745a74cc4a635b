"""Who gets a lead: the line, assignments, turns, and who takes no leads for now."""

from __future__ import annotations

from typing import Annotated

from crmbridge.model.payload.base import Payload, Step
from crmbridge.model.payload.form import Absent, MaybeShare, Part, Perhaps, Record, Stamp, entry


@entry
class Waits(Payload):
    """Why a lead in the line has nobody yet."""

    type = "waits"
    reason: str


@entry
class QueueExpired(Step):
    """A lead waited too long, and left the line."""

    type = "queue_expired"
    queued_at: Annotated[Stamp, Absent(None)]
    team: Perhaps[str]


@entry
class Capacity(Part):
    """A rep's and a team's room in the moment before an assignment.

    `limit` is `None` for no limit, `fill` for no fill; `bar` is what the team let through then.
    """

    open: int
    limit: int | None
    fill: MaybeShare
    bar: str


@entry
class Assigned(Payload):
    """A lead is promised to a rep; the CRM's acknowledgement makes it a hand-off (R4.12)."""

    type = "assigned"
    rep: str
    team: str
    cycle: Perhaps[int]
    since: Annotated[Stamp, Absent(None)]
    rev: Perhaps[int]
    definition: str
    how: Perhaps[str]
    """`push`, or `pull` by the rep."""
    v: Annotated[MaybeShare, Absent(None)]
    """The rep's virtual time after it."""
    rating: Perhaps[str]
    grade: Perhaps[str]
    hand_raise: Perhaps[bool]
    capacity: Capacity | None = None
    past: Annotated[bool, Absent(False)] = False
    """Let out of the past: all that makes the lead ready was before crmbridge came."""
    on: str = ""
    """`on` for a lead that another team of sales hands on, `back` for one that it gets back."""
    giver: str = ""
    """The rep who hands it on, or gives it back; empty for nobody."""
    system: str = ""
    """The system of sales that it goes to; empty for `[sales]`."""
    rule: str = ""
    """The rule of the mapping that says so; empty where none does."""


@entry
class Unassigned(Payload):
    """A promise is taken back; `v` is the rep's virtual time after it, if we know them."""

    type = "unassigned"
    why: Annotated[str, Absent("")]
    rep: Annotated[str, Absent("")]
    v: Annotated[MaybeShare, Absent(None)]


@entry
class Refunded(Payload):
    """A rep has a turn back: the lead was nothing to work on (R4.9)."""

    type = "refunded"
    rep: Annotated[str, Absent("")]
    v: Annotated[MaybeShare, Absent(None)]
    reason: Annotated[str, Absent("")]


@entry
class Paused(Payload):
    """Who takes no leads, as `rep:<id>` or `team:<id>`; `until` is `None` until resumed.

    `why` is what the person who said so gave as a reason, empty for none.
    """

    type = "paused"
    what: str
    by: str
    until: Stamp
    why: Annotated[str, Absent("")] = ""


@entry
class Resumed(Payload):
    """A pause is over."""

    type = "resumed"
    what: str
    by: str


@entry
class UserSeen(Payload):
    """A vendor's user or queue; `email` is the hash of the address, empty for none.

    `handle` is the hash of what else the user is named by, where the mapping names a field for it.
    """

    type = "user"
    ref: Record
    email: str
    name: str
    active: bool
    handle: Annotated[str, Absent("")] = ""
