"""Lines that a mapping cannot do without, and lines that take another's effect away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crmbridge.mapping.check.finding import Finding
from crmbridge.mapping.check.tables import people_tables
from crmbridge.mapping.schema import DealMap, PersonMap, Scalar, SystemMap
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.words import is_fact
from crmbridge.model.lead import StatusType
from crmbridge.model.side import MARKETING, SALES

CONSENT = "fields.opted_out"
ENDED = (StatusType.WON, StatusType.LOST)


def line_findings(mapping: MappingFile, side: str) -> Iterator[Finding]:
    """Yield what one side's tables lack or undo, whatever its vendor has."""
    spec = mapping.system(side)
    yield from _consent(mapping, side)
    yield from _results(mapping, side)
    for table, person in people_tables(side, spec):
        yield from _person(table, person)
    yield from _reps(side, spec)
    yield from _happened(side, spec)
    if spec.deal:
        yield from _deal(f"{side}.deal", spec.deal, spec)
    if mapping.side_of(side) is SALES:
        yield from _sales(side, spec)


def _found(
    table: str, line: str, obj: str, what: str, advice: str, *, fatal: bool = False
) -> Finding:
    return Finding(
        where=f"mapping.toml {table}",
        line=line,
        obj=obj,
        field="",
        what=what,
        advice=advice,
        fatal=fatal,
    )


def _consent(mapping: MappingFile, side: str) -> Iterator[Finding]:
    """Opt-outs are heard and written wherever people are, or they are broken."""
    everybody = [one for _, spec in mapping.systems() for one in spec.people]
    deaf = not any(one.fields["opted_out"].reads for one in everybody if "opted_out" in one.fields)
    for table, person in people_tables(side, mapping.system(side)):
        entry, obj = person.fields.get("opted_out"), person.object
        if entry is None:
            yield _found(
                table,
                CONSENT,
                obj,
                "there is no line for opt-outs: here they are neither heard nor written",
                "name the vendor's field for them",
                fatal=True,
            )
        elif not entry.reads:
            where = "anywhere" if deaf else "here"
            what = f"opt-outs only go out, so that none is heard {where}"
            yield _found(table, CONSENT, obj, what, 'make it way = "both"', fatal=deaf)
        elif not entry.writes:
            what = "opt-outs only come in, so that none from elsewhere is written here"
            yield _found(table, CONSENT, obj, what, 'make it way = "both"')


def _results(mapping: MappingFile, side: str) -> Iterator[Finding]:
    """Results are written to the home of marketing alone, so that no two tell them otherwise."""
    home = mapping.home(MARKETING)
    if side == home or mapping.side_of(side) is not MARKETING:
        return
    for table, person in people_tables(side, mapping.system(side)):
        for word, entry in person.fields.items():
            if entry.writes and not is_fact(word):
                what = f"{word} is written to {home} alone, the home of marketing"
                advice = "take the line out, or write home = true here"
                yield _found(table, f"fields.{word}", person.object, what, advice, fatal=True)


def _person(table: str, person: PersonMap) -> Iterator[Finding]:
    obj, email = person.object, person.fields.get("email")
    if email is None or not email.reads:
        yield _found(
            table,
            "fields.email",
            obj,
            "no address is read, so nobody here is known by theirs",
            'name the field with the address, way = "in" or "both"',
        )
    if not person.key and any(one.writes for one in person.fields.values()):
        yield _found(
            table,
            "key",
            obj,
            "there is no key, and without it a record could be written twice",
            "name the vendor's unique field for our id",
            fatal=True,
        )
    yield from _empty(table, obj, person.when, fatal=True)
    yield from _status(table, person)


def _status(table: str, person: PersonMap) -> Iterator[Finding]:
    spec = person.status
    if spec is None:
        return
    sets = (("handoff", "hand-off", person.handoff), ("hand_on", "hand-on", person.hand_on))
    for key, what, values in sets:
        set_to = values.get(spec.field)
        kind = spec.types.get(set_to) if isinstance(set_to, str) else None
        if kind in ENDED:
            yield _found(
                table,
                f"{key}.{spec.field}",
                person.object,
                f"a {what} sets the status {set_to!r}, which means {kind}: it ends what it begins",
                "set a status of type open",
                fatal=True,
            )
    if StatusType.OPEN not in spec.types.values():
        yield _found(
            table,
            "status.types",
            person.object,
            "no status has the type open",
            "give it to the status of a lead that nobody has taken up",
        )


def _empty(
    table: str, obj: str, when: Mapping[str, list[Scalar] | Scalar], *, fatal: bool = False
) -> Iterator[Finding]:
    for name, wanted in when.items():
        if wanted == []:
            what = "an empty list lets no record through"
            advice = "name the values that do, or take the filter out"
            yield _found(table, f"when.{name}", obj, what, advice, fatal=fatal)


def _reps(side: str, spec: SystemMap) -> Iterator[Finding]:
    if spec.rep:
        yield from _empty(f"{side}.rep", spec.rep.object, spec.rep.when)
    if spec.queue:
        yield from _empty(f"{side}.queue", spec.queue.object, spec.queue.when)


def _happened(side: str, spec: SystemMap) -> Iterator[Finding]:
    nobody = "no line says whose these are, so that none counts"
    for name, touch in spec.touch.items():
        table = f"{side}.touch.{name}"
        if not touch.people and not touch.email:
            advice = "name a field with a person's id under people, or one with an address as email"
            yield _found(table, "people", touch.object, nobody, advice)
        yield from _empty(table, touch.object, touch.when)
    if spec.member and not spec.member.people:
        advice = "name a field with a person's id, and the object that it leads to"
        yield _found(f"{side}.member", "people", spec.member.object, nobody, advice)
    for name, activity in spec.activity.items():
        table = f"{side}.activity.{name}"
        if not any(activity.people.values()):
            advice = "name a field with a person's id, and the objects that it leads to"
            yield _found(table, "people", activity.object, nobody, advice)
        if not activity.at:
            what = "no field says when these were, so that none counts"
            yield _found(table, "at", activity.object, what, "name a field with a time")
        yield from _empty(table, activity.object, activity.when)


def _deal(table: str, deal: DealMap, spec: SystemMap) -> Iterator[Finding]:
    brought = any(one.converted and one.converted.deal for one in spec.people)
    if not (spec.role or deal.people or brought):
        yield _found(
            table,
            "people",
            deal.object,
            "nothing says who is on a deal, so that no lead earns anything",
            "add a table for roles, people here, or the deal of a conversion",
            fatal=True,
        )
    if deal.is_won == deal.is_closed:
        what = f"is_won and is_closed are both {deal.is_won!r}: every closed deal would be won"
        yield _found(table, "is_won", deal.object, what, "name two fields", fatal=True)
    elif _about_closing(deal.is_won) and "won" in deal.is_closed.casefold():
        what = f"is_won is {deal.is_won!r} and is_closed {deal.is_closed!r}"
        advice = "change them round: a lost deal would be won"
        yield _found(table, "is_won", deal.object, what, advice, fatal=True)


def _about_closing(name: str) -> bool:
    """Whether a field's name speaks of closing and not of winning."""
    return "closed" in name.casefold() and "won" not in name.casefold()


def _sales(side: str, spec: SystemMap) -> Iterator[Finding]:
    obj = spec.lead.object
    if not spec.lead.owner:
        what = "no field says whose a lead is, so that no rep is given one"
        yield _found(f"{side}.lead", "owner", obj, what, "name the field with the owner")
    if spec.lead.status is None:
        what = "no field says what sales does with a lead, so that none comes back by its status"
        yield _found(f"{side}.lead", "status", obj, what, "add a table for it")
    if spec.rep is None:
        what = "no table of users, so that no rep is found and none is given a lead"
        yield _found(side, "rep", "", what, "add one")
