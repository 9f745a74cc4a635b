"""What people did with our marketing: touches, and the first of a cycle."""

from __future__ import annotations

from typing import Annotated

from crmbridge.model.payload.base import Payload, Step
from crmbridge.model.payload.form import Absent, Record, Texts, entry


@entry
class TouchSeen(Payload):
    """A touch; `identity` is the address's hash of a person who has no lead yet, else empty."""

    type = "touch"
    id: str
    kind: str
    asset: str
    channel: str
    value: Annotated[int, Absent(0)]
    identity: Annotated[str, Absent("")]
    campaign: Record | None = None


@entry
class TouchGone(Payload):
    """The vendor's record of a touch was deleted."""

    type = "touch_gone"
    id: str


@entry
class Adopted(Payload):
    """Touches that came before their person was known, by id."""

    type = "adopted"
    touches: Texts


@entry
class Engaged(Step):
    """The first touch of a cycle."""

    type = "engaged"


@entry
class Rated(Payload):
    """Somebody followed a link and said what they think of a piece of content, once a `link`.

    `content` is the piece as the catalogue calls it. `side` is prospect or sales, `rater` the lead
    or the rep. `stars` are from 1 to 5. `comment` is their own text: personal data.
    """

    type = "rated"
    content: str
    side: str
    rater: str
    stars: int
    link: str
    comment: str = ""
