"""An agreement as one page that both sides would sign."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from crmbridge.agreement import Agreement
from crmbridge.agreement.recycle import RecycleRow
from crmbridge.agreement.versions.signed import standing
from crmbridge.report.agreement.definition import tree
from crmbridge.report.agreement.diff import flat
from crmbridge.report.agreement.revenue import credit, targets
from crmbridge.report.agreement.scoring import content, engagement, fit, grid
from crmbridge.report.agreement.stages import stages
from crmbridge.report.text import columns, visible

WIDE = 110
"""Characters of a line of the page: what fits on paper laid across."""
STATUS = {
    "draft": "draft: nobody has signed it",
    "proposed": "proposed: one side has signed it",
    "approved": "approved, and waits for its day",
    "effective": "in force",
    "superseded": "superseded by a later version",
    "withdrawn": "withdrawn",
}


def page(agreement: Agreement, status: str, hashed: str) -> list[str]:
    """Return the lines of the page: what is agreed, and the signatures under it."""
    return [
        *_head(agreement, status, hashed),
        *_part("1. When a lead is ready for sales", tree(agreement.definition)),
        *_part("   and when a customer is, who is sold to again", _expansion(agreement)),
        *_part("2. How well a lead fits", fit(agreement)),
        *_part("3. What a touch is worth", engagement(agreement)),
        *_part("4. Content that shows serious interest", content(agreement)),
        *_part("5. Grade and rating", grid(agreement)),
        *_part("6. Who asks for sales themselves", _hands(agreement)),
        *_part("7. How long sales may take", _clocks(agreement)),
        *_part("8. Why leads come back, and how they go again", _recycle(agreement)),
        *_part("9. Who is nurtured before they are ready", _nurture(agreement)),
        *_part("10. Also agreed", _others(agreement)),
        *_part("11. Examples that both sides checked", _examples(agreement)),
        *_part("12. What we call the stages of a lead", stages(agreement)),
        *_part("13. Whose a deal is, and how touches share it", credit(agreement)),
        *_part("14. Which part of the deals shall be marketing's", targets(agreement)),
        *_part("Signed", _signatures(agreement, hashed)),
    ]


def _expansion(agreement: Agreement) -> Iterator[str]:
    """The definition of customers, where there is one."""
    if agreement.expansion is not None:
        yield from tree(agreement.expansion)


def _part(title: str, lines: Iterator[str]) -> list[str]:
    found = list(lines)
    wrapped = [line for one in found for line in _wrapped(f"  {visible(one)}")]
    return ["", title, *wrapped] if found else []


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return wrap(
        line, WIDE, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [line]


def _head(agreement: Agreement, status: str, hashed: str) -> Iterator[str]:
    yield f"Agreement of marketing and sales: {agreement.company}, {agreement.name}"
    yield (
        f"version {agreement.version}, from {agreement.effective_from} 00:00 {agreement.zone}; "
        f"{STATUS[status]}"
    )
    yield f"hash {hashed}"
    if agreement.motion == "expansion":
        yield "for expansion: people with an open deal may be handed over"


def _hands(agreement: Agreement) -> Iterator[str]:
    for one in agreement.hand_raise:
        yield f"- {one.kind} {one.asset}"


def _clocks(agreement: Agreement) -> Iterator[str]:
    yield f"untouched: crmbridge takes the lead back after {agreement.stale.untouched}"
    yield f"idle: accepted, and then nothing for {agreement.stale.idle_days} days: taken back too"
    if agreement.sla is not None:
        first = agreement.sla.first_touch
        yield (
            f"first touch, in business hours: {first.hand_raise} for who asked for us, "
            f"{first.hot} hot, {first.warm} others"
        )
        yield f"accepted or given back: {agreement.sla.answer} business hours"


def _recycle(agreement: Agreement) -> Iterator[str]:
    head = ("reason", "then", "track", "rests", "bar", "trips", "rep", "may be sent", "notes")
    rows = [head, *(_row(name, row) for name, row in agreement.recycle.reasons.items())]
    yield from columns(rows)
    table = agreement.recycle
    yield (
        f"Rests are company days; after a lost deal at least {table.closed_lost_min_days}, never "
        f"more than {table.cool_off_cap_days}."
    )
    yield (
        "Notes: t, the return counts as a trip; f, the rep gets the turn back, because there was "
        "nothing to work on."
    )


def _nurture(agreement: Agreement) -> Iterator[str]:
    """The rules in their order; the first that holds has the lead."""
    for number, rule in enumerate(agreement.nurture, 1):
        past = ", also those of before go-live" if rule.past else ""
        whom = f"who is {' or '.join(rule.stages)}{past}"
        more = ", and" if rule.when else ""
        yield f"{number}. {rule.name}: on the track {rule.track} is {whom}{more}"
        if rule.when is not None:
            yield from (f"   {one}" for one in tree(rule.when))
    if agreement.nurture:
        yield (
            "The first rule that holds has the lead. Nobody is on a track who opted out, is with "
            "sales or out, or came back from sales: part 8 says where those are."
        )


THEN = {"returns": "comes back", "fix_data": "is repaired", "out": "is out"}


def _row(reason: str, row: RecycleRow) -> tuple[str, ...]:
    days = "" if row.cool_off_days is None else f"{row.cool_off_days} days"
    bar = "" if row.bar is None else str(row.bar)
    trips = str(row.max_loops) if row.class_ == "returns" else ""
    sent = row.contact.replace("_", " ")
    notes = ("t" if row.counts_loop else "") + ("f" if row.refund_fairness else "")
    return (reason, THEN[row.class_], row.track or "", days, bar, trips, row.rep, sent, notes)


SHOWN = frozenset(
    {"company", "name", "version", "effective_from", "zone", "motion", "signed", "withdrawn"}
    | {"definition", "fit", "engagement", "content", "grid", "hand_raise", "stale", "sla"}
    | {"recycle", "nurture", "stages", "owners", "fields", "attribution", "rates"}
    | {"target", "targets", "test", "tests"}
)


def _others(agreement: Agreement) -> Iterator[str]:
    for side in ("marketing", "sales"):
        if names := agreement.owners.of(side):
            yield f"may sign for {side}: {', '.join(names)}"
    for name, kind in agreement.fields.items():
        shown = f"one of {', '.join(kind)}, lowest first" if isinstance(kind, tuple) else kind
        yield f"own fact {name}: {shown}"
    for rate in agreement.rates:
        yield f"rate from {rate.from_} on: 1 {rate.currency} is {rate.per_unit} of our currency"
    # whatever else the file says: nobody signs what the page does not show
    rest = agreement.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=set(SHOWN))
    for name, value in flat(rest).items():
        yield f"{name}: {value}"


def _examples(agreement: Agreement) -> Iterator[str]:
    for one in agreement.tests:
        by = f" (by {', '.join(one.failing)})" if one.failing else ""
        yield f"- {one.name}: {'ready' if one.expect == 'ready' else 'not ready'}{by}"


def _signatures(agreement: Agreement, hashed: str) -> Iterator[str]:
    for side in ("marketing", "sales"):
        found = [one for one in standing(agreement, hashed) if one.side == side]
        for one in found:
            yield f"for {side}: {one.name}, on {one.on}"
        if not found:
            yield f"for {side}: ______________________________, on ____________"
