"""An agreement as one page that both sides would sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmbridge.agreement import Agreement
from crmbridge.agreement.decay import Decay, Exponential, Linear, Step, Window
from crmbridge.agreement.recycle import RecycleRow
from crmbridge.agreement.signing import standing
from crmbridge.report.agreement_diff import flat
from crmbridge.report.criteria import rule_words, tree
from crmbridge.report.text import visible

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
        *_part("2. How well a lead fits", _fit(agreement)),
        *_part("3. What a touch is worth", _engagement(agreement)),
        *_part("4. Content that shows serious interest", _content(agreement)),
        *_part("5. Grade and rating", _grid(agreement)),
        *_part("6. Who asks for sales themselves", _hands(agreement)),
        *_part("7. When crmbridge takes a lead back", _stale(agreement)),
        *_part("8. Why leads come back, and how they go again", _recycle(agreement)),
        *_part("9. Also agreed", _others(agreement)),
        *_part("10. Examples that both sides checked", _examples(agreement)),
        *_part("Signed", _signatures(agreement, hashed)),
    ]


def _part(title: str, lines: Iterator[str]) -> list[str]:
    found = list(lines)
    return ["", title, *(f"  {visible(one)}" for one in found)] if found else []


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines with aligned columns, the first row being the head."""
    wide = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(size) for cell, size in zip(row, wide, strict=True)).rstrip()


def _head(agreement: Agreement, status: str, hashed: str) -> Iterator[str]:
    yield f"Agreement of marketing and sales: {agreement.company}, {agreement.name}"
    yield (
        f"version {agreement.version}, from {agreement.effective_from} 00:00 {agreement.zone}; "
        f"{STATUS[status]}"
    )
    yield f"hash {hashed}"
    if agreement.motion == "expansion":
        yield "for expansion: people with an open deal may be handed over"


def _fit(agreement: Agreement) -> Iterator[str]:
    model = agreement.fit
    if model is None:
        return
    rows = [("group", "points", "when", "")]
    for name, group in model.groups.items():
        for number, rule in enumerate(group.rules):
            limits = f"from {group.min} to {group.max} in all" if not number else ""
            words = rule_words(rule.field, rule.op, rule.value)
            rows.append((name if not number else "", f"{rule.points:+}", words, limits))
    yield from columns(rows)
    letters = [f"{name} from {least}" if least is not None else f"else {name}"
               for name, least in model.letters]  # fmt: skip
    yield f"The sum, from 0 to 100, gives a letter: {', '.join(letters)}."
    worst = model.letters[-1][0]
    yield (
        f"Of whom less than {model.unknown_completeness * 100:.0f} % is known, {worst} is shown as "
        f"{worst}? and counts as {model.unknown_letter}."
    )


def _engagement(agreement: Agreement) -> Iterator[str]:
    rules = agreement.engagement
    rows = [("touch", "of", "points", "stage", "group", "newest that count")]
    for rule in rules.rules:
        most = "all" if rule.max_per_asset is None else f"{rule.max_per_asset} of each"
        rows.append((rule.kind, rule.asset, f"{rule.points:+}", rule.stage or "", rule.group, most))
    if len(rows) > 1:
        yield from columns(rows)
    for name, group in rules.groups.items():
        decay = decay_words(group.decay or rules.decay)
        day = f", at most {group.max_per_day} touches a day" if group.max_per_day else ""
        yield f"group {name}: from {group.min} to {group.max} in all{day}; {decay}"
    yield f"All others: {decay_words(rules.decay)}. The sum stays from 0 to 100."


def decay_words(decay: Decay) -> str:
    """Return how points fade, in words."""
    match decay:
        case Exponential():
            hold = f" after {decay.hold_days} days" if decay.hold_days else ""
            return f"worth half every {decay.half_life_days} days{hold}"
        case Step():
            return f"loses {decay.loss * 100:.0f} % every {decay.step_days} days"
        case Window():
            return f"worth all for {decay.days} days, then nothing"
        case Linear():
            return f"falls evenly to nothing in {decay.days} days"
    return "keeps its worth"


def _content(agreement: Agreement) -> Iterator[str]:
    if not agreement.content:
        return
    rows = [("content", "buying stage", "points", "signal", "agreed by")]
    for one in agreement.content:
        sign = one.signal
        least = f", {sign.min_sections} sections or more" if sign and sign.min_sections else ""
        signal = f"{sign.rating} for {sign.ttl_days} days{least}" if sign else ""
        by = f"{one.approved_by.marketing} / {one.approved_by.sales}"
        rows.append((one.title, one.stage, f"{one.points:+}", signal, by))
    yield from columns(rows)


def _grid(agreement: Agreement) -> Iterator[str]:
    grid = agreement.grid
    digits = [
        f"{name} ({'less' if least is None else f'from {least}'})" for name, least in grid.digits
    ]
    yield from columns(
        [("fit", *digits), *((letter, *row) for letter, row in grid.ratings.items())]
    )


def _hands(agreement: Agreement) -> Iterator[str]:
    for one in agreement.hand_raise:
        yield f"- {one.kind} {one.asset}"


def _stale(agreement: Agreement) -> Iterator[str]:
    yield f"untouched: {agreement.stale.untouched}"
    yield f"idle: {agreement.stale.idle_days} days"
    if agreement.sla is not None:
        first = agreement.sla.first_touch
        yield (
            f"first touch, in business hours: {first.hand_raise} for who asked for us, "
            f"{first.hot} hot, {first.warm} others"
        )
        yield f"accepted or given back: {agreement.sla.answer} business hours"


def _recycle(agreement: Agreement) -> Iterator[str]:
    head = ("reason", "then", "track", "rests", "bar", "trips", "rep", "may be sent")
    rows = [head, *(_row(name, row) for name, row in agreement.recycle.reasons.items())]
    yield from columns(rows)
    table = agreement.recycle
    yield (
        f"Rests are company days; after a lost deal at least {table.closed_lost_min_days}, never "
        f"more than {table.cool_off_cap_days}."
    )


THEN = {"returns": "comes back", "fix_data": "is repaired", "out": "is out"}


def _row(reason: str, row: RecycleRow) -> tuple[str, ...]:
    days = "" if row.cool_off_days is None else f"{row.cool_off_days} days"
    bar = "" if row.bar is None else str(row.bar)
    trips = str(row.max_loops) if row.class_ == "returns" else ""
    sent = row.contact.replace("_", " ")
    return (reason, THEN[row.class_], row.track or "", days, bar, trips, row.rep, sent)


SHOWN = frozenset(
    {
        "company",
        "name",
        "version",
        "effective_from",
        "zone",
        "motion",
        "signed",
        "withdrawn",
        "test",
    }
    | {"definition", "fit", "engagement", "content", "grid", "hand_raise", "stale", "recycle"}
)


def _others(agreement: Agreement) -> Iterator[str]:
    """Whatever else the file says: nobody signs what the page does not show."""
    rest = agreement.model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude=set(SHOWN | {"tests"})
    )
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
