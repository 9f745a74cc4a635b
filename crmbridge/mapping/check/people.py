"""Which fields a table of people names, and what it asks of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crmbridge.mapping.check.finding import Finding
from crmbridge.mapping.check.use import ANY, NUMBER, PERSON, TIME, TRUTH, USER, WORDS, Use
from crmbridge.mapping.schema import (
    Conversion,
    DealField,
    FieldMap,
    PersonMap,
    ReasonMap,
    Scalar,
    StatusMap,
)
from crmbridge.mapping.words import CLOSED, NEVER_SENT, RESULTS
from crmbridge.model.lead import FIELDS
from crmbridge.model.record import Field

KEY = 32
"""Characters of a lead's id."""
LONGEST = {
    "stage": 12,
    "own_stage": 40,
    "reason": 40,
    "track": 40,
    "contact": 12,
    "waiting": 40,
    "grade": 4,
    "rating": 4,
    "definition": 18,
    "outcome": 20,
    "trips": 255,
    "won_currency": 3,
    "first_touch": 100,
    "last_touch": 100,
    "pipeline_currency": 3,
    "sourced": 10,
    "first_campaign": 80,
    "headline_campaign": 80,
    "credit_version": 12,
    "owner_email": 80,
    "owner_name": 80,
    "brief": 1_500,
    "rating_link": 255,
}
"""Characters of the longest text that a result is written with; names of a company's own (reasons,
tracks, assets) and addresses are taken at a length that few exceed."""
LARGEST = {
    **dict.fromkeys(("cycle", "loops", "won_deals"), (99, 0)),
    **dict.fromkeys(("engagement", "score_fit"), (100, 0)),
    **dict.fromkeys(("won_amount", "pipeline_amount"), (999_999, 2)),
}
"""The largest number that a result is likely to be, and its digits behind the point."""
SELDOM_EMPTY = frozenset(
    {"stage", "own_stage", "cycle", "engagement", "score_fit", "grade", "rating"}
)
"""Results that every lead has when it is handed over."""
_LINES = {"created": TIME, "account_ref": PERSON, "changed_by": USER}
ADDRESSES = frozenset({"text", "enum", "multi"})
"""Types of a field with further addresses."""
_READS = {"bool": TRUTH, "number": NUMBER, "datetime": TIME}
_WRITES = {
    "bool": TRUTH,
    "number": NUMBER | {"text"},
    "datetime": frozenset({"datetime", "text"}),
    "text": frozenset({"text", "enum", "multi", "ref"}),
}
_MADE = {"boolean": "bool", "not": "bool", "integer": "number", "text": "text"}
"""What a transform makes, going out."""


def person_uses(table: str, person: PersonMap) -> Iterator[Use]:
    """Yield every field that a table of people names."""
    obj = person.object

    def use(line: str, field: str, **more: object) -> Use:
        return Use(table=table, line=line, obj=obj, field=field, **more)  # type: ignore[arg-type]

    if person.key:
        yield use("key", person.key, unique=True, writes=True, longest=KEY, fatal=True)
    if person.owner:
        yield use("owner", person.owner, kinds=WORDS, writes=True)
    named = [(line, getattr(person, line), kinds) for line, kinds in _LINES.items()]
    named += [("more_addresses", name, ADDRESSES) for name in person.more_addresses]
    for line, name, kinds in named:
        if name:
            yield use(line, name, kinds=kinds)
    yield from _of_words(table, person)
    if person.status:
        yield from _of_status(table, obj, person.status)
    if person.converted:
        yield from _of_conversion(table, obj, person.converted)
    sets = (("handoff", person.handoff), ("hand_on", person.hand_on))
    for part, values in (*sets, ("constants", person.constants)):
        for name, value in values.items():
            told = isinstance(value, str) and (value != "clear" or part == "constants")
            sent = (str(value),) if told else ()
            exact = () if isinstance(value, str) else (value,)
            yield use(f"{part}.{name}", name, writes=True, named=sent, sent=True, exact=exact)
    yield from filter_uses(table, obj, person.when, fatal=True)


def filter_uses(
    table: str, obj: str, when: Mapping[str, list[Scalar] | Scalar], *, fatal: bool = False
) -> Iterator[Use]:
    """Yield the fields of a filter; one on a field that is not there lets no record through.

    Where people are filtered that is `fatal`: their opt-outs would be passed over as well.
    """
    for name, wanted in when.items():
        values = tuple(wanted) if isinstance(wanted, list) else (wanted,)
        yield Use(
            table=table,
            line=f"when.{name}",
            obj=obj,
            field=name,
            exact=values,
            fatal=fatal,
            otherwise="give us leave to see the field, or take the filter out: no record passes it",
        )


def reason_uses(table: str, obj: str, reason: ReasonMap) -> Iterator[Use]:
    """Yield the fields that say why something was given back or lost."""
    for name in reason.fields:
        yield Use(table=table, line="field", obj=obj, field=name)
    for value in reason.values if len(reason.fields) == 1 else ():
        # of several fields each has values of its own
        yield Use(
            table=table,
            line=f"values.{value}",
            obj=obj,
            field=reason.fields[0],
            named=(value,),
            beside=True,
        )
    if reason.note:
        yield Use(table=table, line="note", obj=obj, field=reason.note, kinds=WORDS)


def _of_conversion(table: str, obj: str, spec: Conversion) -> Iterator[Use]:
    for part, name, kinds in (
        ("flag", spec.flag, TRUTH),
        ("contact", spec.contact, PERSON),
        ("deal", spec.deal, PERSON),
        ("at", spec.at, TIME),
    ):
        if name:
            yield Use(table=table, line=f"converted.{part}", obj=obj, field=name, kinds=kinds)


def _of_status(table: str, obj: str, spec: StatusMap) -> Iterator[Use]:
    field = spec.field
    yield Use(table=table, line="status.field", obj=obj, field=field)
    for part, values in (("types", spec.types), ("reason_of", spec.reason_of)):
        for value in values:
            line = f"status.{part}.{value}"
            yield Use(table=table, line=line, obj=obj, field=field, named=(value,), beside=True)
    yield from reason_uses(f"{table}.status.reason", obj, spec.reason)


def _of_words(table: str, person: PersonMap) -> Iterator[Use]:
    for word, entry in person.fields.items():
        yield _of_word(table, person.object, word, entry)
        yield from _beside(table, person.object, word, entry)
    for name in person.more_opt_outs:
        yield Use(
            table=table,
            line="more_opt_outs",
            obj=person.object,
            field=name,
            kinds=TRUTH | WORDS,
            fatal=True,
            consent=True,
        )


def _beside(table: str, obj: str, word: str, entry: FieldMap) -> Iterator[Use]:
    """The further fields of a line: the one that it is read from, or the rest of its text."""
    if entry.read:
        kind = FIELDS.get(word, "")
        kinds = ANY if entry.via or entry.values else _READS.get(kind, ANY)
        yield Use(table=table, line=f"fields.{word}.read", obj=obj, field=entry.read, kinds=kinds)
    if entry.rest:
        yield Use(
            table=table,
            line=f"fields.{word}.rest",
            obj=obj,
            field=entry.rest,
            kinds=WORDS,
            writes=entry.writes,
            longest=_longest(word, entry),
            sent=entry.writes,
        )


def _of_word(table: str, obj: str, word: str, entry: FieldMap) -> Use:
    consent = word == "opted_out"
    largest, decimals = LARGEST.get(word, (0, 0)) if entry.writes else (0, 0)
    return Use(
        table=table,
        line=f"fields.{word}",
        obj=obj,
        field=entry.field,
        kinds=_kinds(word, entry),
        writes=entry.writes,
        longest=_longest(word, entry),
        largest=largest,
        decimals=decimals,
        named=_named(entry),
        ours=_ours(word, entry),
        sent=entry.writes,
        fatal=consent,
        consent=consent,
    )


def deal_use(table: str, obj: str, word: str, entry: DealField) -> Use:
    """What a line asks that writes a word of ours onto a deal."""
    line = FieldMap(field=entry.field, way="out", values=entry.values)
    return _of_word(table, obj, word, line)


def _kinds(word: str, entry: FieldMap) -> frozenset[str]:
    """The types of vendor's fields that a word can be read from and written to."""
    kind = FIELDS.get(word) or RESULTS.get(word, "")
    found = ANY
    if entry.reads and not (entry.read or entry.via or entry.values):
        found = _READS.get(kind, ANY)
    if entry.writes and not entry.values:
        made = _MADE.get(entry.via) or kind
        out = _WRITES.get(made, ANY)
        if made == "bool" and entry.via:
            out |= WORDS  # whoever names a transform says that the field spells it out
        found = found & out if found and out else found or out
    return found


def _named(entry: FieldMap) -> tuple[str, ...]:
    """The vendor's values that a line names: its table's vendor side, and its default."""
    table = entry.values.values() if entry.way == "out" else entry.values.keys()
    default = (entry.default,) if isinstance(entry.default, str) and entry.writes else ()
    return (*table, *default)


def _ours(word: str, entry: FieldMap) -> tuple[str, ...]:
    """The words of a closed list that no table translates."""
    skip = {*entry.values, *NEVER_SENT}
    return tuple(one for one in CLOSED.get(word, ()) if one not in skip)


def _longest(word: str, entry: FieldMap) -> int:
    if not entry.writes:
        return 0
    default = len(entry.default) if isinstance(entry.default, str) else 0
    table = max(map(len, _named(entry)), default=0)
    if entry.values and entry.way == "out":
        return max(default, table)
    return max(default, table, LONGEST.get(word, 0))


def untyped(table: str, person: PersonMap, known: Mapping[str, Field]) -> Iterator[Finding]:
    """Yield the statuses that the vendor has and the mapping gives no type."""
    spec = person.status
    if spec is None or spec.field not in known:
        return
    for value in known[spec.field].choices:
        if value not in spec.types:
            yield Finding(
                where=f"mapping.toml {table}",
                line="status.types",
                obj=person.object,
                field=spec.field,
                what=f"status {value!r} has no type",
                advice="type it open, ongoing, won, lost or ignore; until then it moves no lead",
            )


def unfilled(table: str, person: PersonMap, known: Mapping[str, Field]) -> Iterator[Finding]:
    """Yield the fields that a new record must have and that nobody fills, or not always."""
    sure = {person.key, person.owner}
    hardly: dict[str, str] = {}
    for word, entry in person.fields.items():
        if entry.writes:
            hardly |= dict.fromkeys((entry.field, entry.rest), word)
            if entry.default is not None or word in SELDOM_EMPTY:
                sure.add(entry.field)
    yield from required(table, person.object, known, sure, hardly)


def required(
    table: str,
    obj: str,
    known: Mapping[str, Field],
    sure: set[str],
    hardly: Mapping[str, str],
) -> Iterator[Finding]:
    """Yield required fields that are not surely filled; `hardly` are those filled at times."""
    for field in known.values():
        if not field.required or field.name in sure:
            continue
        word = hardly.get(field.name, "")
        yield Finding(
            where=f"mapping.toml {table}",
            line=f"fields.{word}" if word else "",
            obj=obj,
            field=field.name,
            what=f"{obj} wants {field.name!r} in every new record, and "
            + ("we may have nothing for it" if word else "nobody fills it"),
            advice="give its line a default"
            if word
            else "add a line for it with a default, or let the vendor have one",
        )
