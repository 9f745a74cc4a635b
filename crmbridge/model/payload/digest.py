"""The weekly digest: what a person was told of a week, for the next digests to go by."""

from __future__ import annotations

from typing import Annotated

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import Form, Part, Texts, entry, many


@entry
class DigestItem(Part):
    """An item of a digest: its key, what it is about, how large it is, and whether it was said."""

    key: str
    kind: str
    value: int
    said: bool = False


@entry
class DigestSent(Payload):
    """Somebody was sent the digest of a week; `who` is a rep's id, or a mark of who is no rep.

    `items` are all there were, in their order; `more` says how many were only counted. `missed`
    are weeks before of which they were sent none.
    """

    type = "digest_sent"
    who: str
    audience: str
    week: str
    items: Annotated[tuple[DigestItem, ...], many(Form(DigestItem.to_json, DigestItem.of))] = ()
    more: int = 0
    missed: Texts = ()
    ways: Texts = ()
