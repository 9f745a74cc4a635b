"""Which fields the other tables of a system name: touches, activities, deals, reps, tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.mapping.check.people import (
    KEY,
    deal_use,
    filter_uses,
    person_uses,
    reason_uses,
)
from crmbridge.mapping.check.use import ANY, COUNT, NUMBER, PERSON, TIME, TRUTH, USER, WORDS, Use
from crmbridge.mapping.schema import (
    ActivityMap,
    DealMap,
    PersonMap,
    RepMap,
    RoleMap,
    Scalar,
    SystemMap,
    TaskMap,
    TouchMap,
)

DEAL_LINES = {
    **dict.fromkeys(("name", "stage", "type", "pipeline", "source"), ANY),
    **dict.fromkeys(("owner", "account", "campaign"), PERSON),
    "changed_by": USER,
    "probability": NUMBER,
    "forecast": TIME,
}
"""What a deal says beside state and money, and the types of fields that will do."""
THING_LINES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "product": {
        **dict.fromkeys(("name", "code"), ANY),
        "currency": WORDS,
        **dict.fromkeys(("quantity", "amount"), NUMBER),
        "deal": PERSON,
    },
    "campaign": {
        **dict.fromkeys(("name", "channel"), ANY),
        "currency": WORDS,
        **dict.fromkeys(("starts", "ends"), TIME),
        "parent": PERSON,
        "cost": NUMBER,
    },
    "member": {
        **dict.fromkeys(("at", "responded_at"), TIME),
        "campaign": PERSON,
        "status": ANY,
        "responded": TRUTH,
    },
    "firm": {
        **dict.fromkeys(("name", "domain", "industry"), ANY),
        **dict.fromkeys(("parent", "owner"), PERSON),
    },
}
"""The same of products, campaigns, their members and firms."""
SUBJECT = 40
"""Characters of a task's subject at least."""
SINGLE = (
    "take this line out where the account has one currency: amounts are in the mapping's; else "
    "give us leave to see the field"
)


def people_tables(side: str, spec: SystemMap) -> Iterator[tuple[str, PersonMap]]:
    """Yield the tables of people by name."""
    yield f"{side}.lead", spec.lead
    if spec.contact:
        yield f"{side}.contact", spec.contact


def objects_of(side: str, spec: SystemMap) -> dict[str, str]:
    """The vendor's objects that a side needs, each with the table that names it first."""
    named = [(table, person.object) for table, person in people_tables(side, spec)]
    tables: dict[str, Any] = {
        "deal": spec.deal,
        "role": spec.role,
        "influence": spec.influence,
        "rep": spec.rep,
    }
    tables |= {"queue": spec.queue, **things(spec)}
    named += [(f"{side}.{table}", one.object) for table, one in tables.items() if one]
    named += [(f"{side}.touch.{name}", one.object) for name, one in spec.touch.items()]
    named += [(f"{side}.activity.{name}", one.object) for name, one in spec.activity.items()]
    named += [(f"{side}.task", spec.task.object)] if spec.task else []
    return {obj: table for table, obj in reversed(named)}


def uses(side: str, spec: SystemMap) -> Iterator[Use]:
    """Yield every place of one side's mapping that names a field."""
    for table, person in people_tables(side, spec):
        yield from person_uses(table, person)
    for name, touch in spec.touch.items():
        yield from _touch(f"{side}.touch.{name}", touch)
    for name, activity in spec.activity.items():
        yield from _activity(f"{side}.activity.{name}", activity)
    if spec.deal:
        yield from _deal(f"{side}.deal", spec.deal)
    if spec.role:
        yield from _role(f"{side}.role", spec.role)
    if spec.influence:
        lines = {"deal": PERSON, "person": PERSON, "model": ANY}
        yield from named(f"{side}.influence", spec.influence, lines)
    yield from _owners(side, spec)
    for name, thing in things(spec).items():
        yield from _thing(f"{side}.{name}", name, thing)
    if spec.task:
        yield from _task(f"{side}.task", spec.task)


def _owners(side: str, spec: SystemMap) -> Iterator[Use]:
    if spec.rep:
        yield from _rep(f"{side}.rep", spec.rep)
    if spec.queue:
        yield from named(f"{side}.queue", spec.queue, {"name": WORDS})
        yield from filter_uses(f"{side}.queue", spec.queue.object, spec.queue.when)


def things(spec: SystemMap) -> dict[str, Any]:
    """The tables of what stands around deals and people that a side has, by name."""
    found = {name: getattr(spec, name) for name in THING_LINES}
    return {name: one for name, one in found.items() if one}


def _thing(table: str, name: str, spec: Any) -> Iterator[Use]:
    for person in getattr(spec, "people", ()):
        line = f"people.{person}"
        yield Use(table=table, line=line, obj=spec.object, field=person, kinds=PERSON)
    yield from named(table, spec, THING_LINES[name])


def named(table: str, spec: Any, lines: Mapping[str, frozenset[str]]) -> Iterator[Use]:
    """Yield the fields that a table names in some of its lines, each with the types that do."""
    for line, kinds in lines.items():
        if name := getattr(spec, line):
            other = SINGLE if line == "currency" else ""
            yield Use(
                table=table, line=line, obj=spec.object, field=name, kinds=kinds, otherwise=other
            )


def _touch(table: str, spec: TouchMap) -> Iterator[Use]:
    yield Use(table=table, line="at", obj=spec.object, field=spec.at, kinds=TIME)
    for name in spec.people:
        yield Use(table=table, line=f"people.{name}", obj=spec.object, field=name, kinds=PERSON)
    for line in ("email", "asset", "channel"):
        if name := getattr(spec, line):
            yield Use(table=table, line=line, obj=spec.object, field=name)
    yield from named(table, spec, {"value": COUNT, "campaign": PERSON})
    yield from filter_uses(table, spec.object, spec.when)


def _activity(table: str, spec: ActivityMap) -> Iterator[Use]:
    for name in spec.at:
        yield Use(table=table, line="at", obj=spec.object, field=name, kinds=TIME)
    for name in spec.people:
        yield Use(table=table, line=f"people.{name}", obj=spec.object, field=name, kinds=PERSON)
    yield from named(table, spec, {"outcome": ANY})
    for value in spec.outcomes if spec.outcome else ():
        yield Use(
            table=table,
            line=f"outcomes.{value}",
            obj=spec.object,
            field=spec.outcome,
            named=(value,),
            beside=True,
        )
    yield from filter_uses(table, spec.object, spec.when)


def _deal(table: str, spec: DealMap) -> Iterator[Use]:
    obj = spec.object
    yield Use(table=table, line="amount", obj=obj, field=spec.amount, kinds=NUMBER, fatal=True)
    yield Use(table=table, line="is_won", obj=obj, field=spec.is_won, kinds=TRUTH, fatal=True)
    yield Use(table=table, line="is_closed", obj=obj, field=spec.is_closed, kinds=TRUTH, fatal=True)
    if spec.currency:
        yield Use(
            table=table,
            line="currency",
            obj=obj,
            field=spec.currency,
            kinds=WORDS,
            otherwise=SINGLE,
        )
    for line in ("created", "closed", "closed_at"):
        if name := getattr(spec, line):
            yield Use(table=table, line=line, obj=obj, field=name, kinds=TIME)
    for name in spec.people:
        yield Use(table=table, line=f"people.{name}", obj=obj, field=name, kinds=PERSON, fatal=True)
    yield from named(table, spec, DEAL_LINES)
    yield from filter_uses(table, obj, spec.when)
    yield from reason_uses(f"{table}.reason", obj, spec.reason)
    for word, entry in spec.fields.items():
        yield deal_use(table, obj, word, entry)


def _role(table: str, spec: RoleMap) -> Iterator[Use]:
    for line in ("deal", "person"):
        name = getattr(spec, line)
        yield Use(table=table, line=line, obj=spec.object, field=name, kinds=PERSON, fatal=True)
    if spec.role:
        yield Use(table=table, line="role", obj=spec.object, field=spec.role)
    yield from named(table, spec, {"primary": TRUTH})


def _rep(table: str, spec: RepMap) -> Iterator[Use]:
    yield Use(table=table, line="email", obj=spec.object, field=spec.email, kinds=WORDS)
    if spec.name:
        yield Use(table=table, line="name", obj=spec.object, field=spec.name)
    if spec.handle:
        yield Use(table=table, line="handle", obj=spec.object, field=spec.handle, kinds=ANY)
    if spec.active:
        yield Use(table=table, line="active", obj=spec.object, field=spec.active, kinds=TRUTH)
    yield from filter_uses(table, spec.object, spec.when)


def _task(table: str, spec: TaskMap) -> Iterator[Use]:
    obj = spec.object

    def out(line: str, field: str, longest: int = 0) -> Use:
        return Use(table=table, line=line, obj=obj, field=field, writes=True, longest=longest)

    yield Use(
        table=table,
        line="key",
        obj=obj,
        field=spec.key,
        unique=True,
        writes=True,
        longest=KEY,
        fatal=True,
    )
    yield out("person", spec.person)
    yield out("owner", spec.owner)
    yield out("subject", spec.subject, SUBJECT)
    if spec.body:
        yield out("body", spec.body, 1_500)
    for name, value in spec.values.items():
        yield _value(table, obj, name, value)


def _value(table: str, obj: str, name: str, value: Scalar) -> Use:
    named = (value,) if isinstance(value, str) else ()
    exact = () if isinstance(value, str) else (value,)
    return Use(
        table=table,
        line=f"values.{name}",
        obj=obj,
        field=name,
        writes=True,
        named=named,
        sent=True,
        exact=exact,
    )
