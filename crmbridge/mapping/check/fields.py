"""Holds one use of a field against what the vendor says of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from crmbridge.mapping.check.finding import Finding
from crmbridge.mapping.check.use import Use
from crmbridge.model.nearest import meant
from crmbridge.model.record import Field

GRANT = "create the field, or give us leave to see it"
CONSENT = (
    "give us leave to see this very field: no other may stand in for it, because an opt-out must "
    "not land elsewhere"
)
SHOWN = 12
"""Choices that a finding lists at most."""


def held(use: Use, known: Mapping[str, Field]) -> Iterator[Finding]:
    """Yield what is wrong with one use; `known` are the fields of its object by name."""
    field = known.get(use.field)
    if field is None:
        if not use.beside:
            yield _missing(use, known)
        return
    for what, advice in (
        *_type(use, field),
        *_key(use, field),
        *_leave(use, field),
        *_length(use, field),
        *_digits(use, field),
        *_values(use, field),
        *_filter(use, field),
    ):
        yield finding(use, what, advice)


def finding(use: Use, what: str, advice: str, *, fatal: bool | None = None) -> Finding:
    """A finding about one use."""
    return Finding(
        where=f"mapping.toml {use.table}",
        line=use.line,
        obj=use.obj,
        field=use.field,
        what=what,
        advice=advice,
        fatal=use.fatal if fatal is None else fatal,
    )


def _missing(use: Use, known: Mapping[str, Field]) -> Finding:
    advice = CONSENT if use.consent else meant(use.field, known, use.otherwise or GRANT)
    if use.fatal and use.line.startswith("when."):
        advice = use.otherwise  # a near name would pass over other people, and their opt-outs
    if same := [one for one in known if one.casefold() == use.field.casefold()]:
        advice = f"write it as the vendor does: {same[0]!r}"
    # a currency field that is missing by design is fine; one that is merely mistyped loses money
    slip = use.line == "currency" and bool(get_close_matches(use.field, known, n=1, cutoff=0.8))
    return finding(
        use,
        f"{use.obj} has no field {use.field!r} that we can see",
        advice,
        fatal=use.fatal or slip,
    )


def _type(use: Use, field: Field) -> Iterator[tuple[str, str]]:
    if use.kinds and field.type and field.type not in use.kinds:
        wanted = " or ".join(sorted(use.kinds))
        instant = field.type == "date" and use.writes and "datetime" in use.kinds
        yield (
            f"{field.name!r} holds {field.type}, and {wanted} is needed",
            "it gets the instant's day in the company's zone; for its time make it a field for "
            "date and time"
            if instant
            else "name a field of that type, or put a transform or a table of values between",
        )


def _key(use: Use, field: Field) -> Iterator[tuple[str, str]]:
    if use.unique and not field.unique:
        yield (
            f"{use.obj}.{field.name} is not unique",
            "make it unique (an external id): without it a record could be written twice",
        )


def _leave(use: Use, field: Field) -> Iterator[tuple[str, str]]:
    if use.writes and not field.writable:
        read_in = ', or make the line way = "in"' if use.line.startswith("fields.") else ""
        yield f"{field.name!r} cannot be written", f"give us leave to edit it{read_in}"


def _length(use: Use, field: Field) -> Iterator[tuple[str, str]]:
    if use.writes and field.type == "text" and 0 < field.length < use.longest:
        yield (
            f"{field.name!r} holds {field.length:,} characters, and up to {use.longest:,} are "
            "written",
            "longer ones are cut to fit; make the field longer, or name another one",
        )


def _digits(use: Use, field: Field) -> Iterator[tuple[str, str]]:
    """A number that has more digits than the field, before its point or behind it."""
    if not use.writes or field.type != "number" or not use.largest:
        return
    if field.digits and use.largest >= 10**field.digits:
        yield (
            f"{field.name!r} holds {field.digits} digits, and up to {use.largest:,} is written",
            "larger ones are held; allow more digits, or name another field",
        )
    if field.scale is not None and field.scale < use.decimals:
        yield (
            f"{field.name!r} holds {field.scale} digits behind the point, and {use.decimals} are "
            "written",
            "amounts are rounded to fit; allow more digits, or name another field",
        )


def _values(use: Use, field: Field) -> Iterator[tuple[str, str]]:
    for value in dict.fromkeys(use.named) if field.choices else ():
        if value not in field.choices:
            verb = "allow" if use.sent else "have"
            yield f"{field.name!r} does not {verb} {value!r}", _choices(value, field)
    never = [one for one in use.ours if one not in field.choices] if field.choices else []
    if never:
        said = ", ".join(map(repr, never))
        yield f"{field.name!r} does not allow {said} of ours", "translate each in a table of values"


def _choices(value: str, field: Field) -> str:
    some = ", ".join(field.choices[:SHOWN]) + (", …" if len(field.choices) > SHOWN else "")
    near = get_close_matches(value, field.choices, n=1)
    return (f"did you mean {near[0]!r}? " if near else "") + f"it allows: {some}"


def _filter(use: Use, field: Field) -> Iterator[tuple[str, str]]:
    for value in use.exact:
        if field.type == "bool" and not isinstance(value, bool):
            yield f"{field.name!r} is yes or no, and never {value!r}", "write true or false"
        elif field.type == "number" and (isinstance(value, bool) or not isinstance(value, int)):
            yield f"{field.name!r} is a number, and never {value!r}", "write a number, unquoted"
        elif field.type in ("text", "enum", "ref") and not isinstance(value, str):
            yield f"{field.name!r} is text, and never {value!r}", "write it between quotes"
        elif field.choices and isinstance(value, str) and value not in field.choices:
            yield f"{field.name!r} does not have {value!r}", _choices(value, field)
