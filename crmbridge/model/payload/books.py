"""The books of credit: what was posted of a deal, and what marketing cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import Day, Form, Part, Record, Texts, entry, many

_DAY = Form(date.isoformat, date.fromisoformat)
Plain = Annotated[Mapping[str, Any], Form(dict)]
"""A table of JSON's types."""


@entry
class CreditedTouch(Part):
    """A touch that a posting names, as reports show it; `id` is empty for no touch at all.

    `channel` of no touch says why no touch is credited.
    """

    id: str
    lead: str = ""
    channel: str = ""
    campaign: str = ""
    asset: str = ""


@entry
class CreditLine(Part):
    """What a posting adds by one model: pairs of a touch's place in `Posted.touches` and units."""

    model: str
    currency: str
    version: str = ""
    adds: Annotated[tuple[tuple[int, int], ...], many(Form(list, tuple))] = ()


@entry
class ClassMoved(Part):
    """What a posting adds to a class by one definition: how many deals, and their units."""

    definition: str
    kind: str
    currency: str
    deals: int
    minor: int


@entry
class Posted(Payload):
    """A posting of a deal's credit (R6.18): it is never changed, a correction is another posting.

    `measure` is revenue or pipeline. `day` is the company's day of the win or the creation,
    `posted` the one on which the posting stands in the books. `minor` is the deal's amount from now
    on in `currency`, `own_minor` that in the deal's own; both 0 for a deal that does not count.
    `rate` is ok, stale_rate or no_rate. `classes` are sourced, influenced or none by definition,
    empty for a deal that does not count. `people` are the leads whose touches were looked at.
    `own_lines` is the whole split in the deal's own currency, where that is another.
    `facts` is what it followed from, for the next posting to tell what changed.
    """

    type = "posted"
    deal: Record
    measure: str
    cause: str
    day: Day
    posted: Annotated[date, _DAY]
    minor: int
    currency: str
    own_minor: int
    own_currency: str
    rate: str = ""
    unpriced: bool = False
    classes: Plain
    moved: Annotated[tuple[ClassMoved, ...], many(Form(ClassMoved.to_json, ClassMoved.of))] = ()
    touches: Annotated[
        tuple[CreditedTouch, ...], many(Form(CreditedTouch.to_json, CreditedTouch.of))
    ] = ()
    lines: Annotated[tuple[CreditLine, ...], many(Form(CreditLine.to_json, CreditLine.of))] = ()
    own_lines: Annotated[tuple[CreditLine, ...], many(Form(CreditLine.to_json, CreditLine.of))] = ()
    people: Texts = ()
    facts: Plain


@entry
class JourneyKept(Payload):
    """The touches that may be credited with a deal, for models that nobody posts by.

    Times are whole seconds since 1970. `why` says why no touch is credited, where none is. Each of
    `touches` has its time, 1 where it makes leads and 2 more for a direct visit, and the places of
    its channel, campaign and content in `names`.
    """

    type = "journey"
    deal: Record
    measure: str
    cutoff: int
    start: int | None = None
    lead_created: int | None = None
    created: int | None = None
    others: Plain
    why: str
    names: Texts = ()
    touches: Annotated[tuple[tuple[int, ...], ...], many(Form(list, tuple))] = ()


@entry
class CostGiven(Payload):
    """What campaigns cost in a month (`2026-03`).

    `costs` are a campaign's name or record, a currency, and its smallest units. What was given of
    the month before does not hold any more. `by` is who imported it.
    """

    type = "cost"
    month: str
    costs: Annotated[tuple[tuple[str, str, int], ...], many(Form(list, tuple))]
    by: str = ""


@entry
class FitMade(Payload):
    """A model was fitted to closed deals; credit by it follows from this fit until the next.

    `fit` is the fit with its hash, in JSON's types.
    """

    type = "fit"
    model: str
    version: str
    made: Annotated[date, _DAY]
    fit: Plain
