"""Tries a connector on a real account: reads a little, says what a write would do, writes and
puts back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC

from crmbridge.connector import Connector, Finds
from crmbridge.errors import NotSupported, Refused
from crmbridge.model.record import Field, Outcome, Record, Row, Value, Written
from crmbridge.policy.fit.fit import fit
from crmbridge.policy.fit.same import same


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a write would send for one field: how it was changed, or why it cannot be sent."""

    name: str
    type: str
    value: Value = None
    said: str = ""
    sent: bool = True

    def __repr__(self) -> str:
        return f"Planned({self.name}, sent={self.sent})"  # the value may be personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Echoed:
    """What a field held after a value was written to it: `exact`, the `same` to people, or else."""

    name: str
    exact: bool
    same: bool
    back: bool

    @property
    def told(self) -> str:
        """What became of the value, in words without it."""
        kept = "kept as it was sent"
        if not self.same:
            kept = "CHANGED: the vendor holds something else, and would be written to again"
        elif not self.exact:
            kept = "kept in the vendor's own form, which is the same to people"
        back = "NOT PUT BACK: the record holds what was sent; correct it by hand"
        return kept if self.back else f"{kept}; {back}"


def some(
    connector: Connector, obj: str, fields: Sequence[str], limit: int
) -> tuple[list[Record], bool]:
    """Read the first records of an object, and whether there are more.

    Without fields all that the vendor describes are read. Raises what `read` and `describe` do.
    """
    names = list(fields) or [one.name for one in connector.describe(obj)]
    found: list[Record] = []
    for page in connector.read(obj, names, None):
        found += page.records
        if len(found) > limit or (found and len(found) >= limit and page.more):
            return found[:limit], True
    return found, False


def planned(connector: Connector, obj: str, values: Mapping[str, str]) -> list[Planned]:
    """Say what a write of these values would send; only the object's description is asked for."""
    known = {one.name: one for one in connector.describe(obj)}
    return [_planned(name, text, known.get(name)) for name, text in values.items()]


def _planned(name: str, text: str, field: Field | None) -> Planned:
    fitted = fit(text, field, UTC)
    kind = field.type if field else ""
    if fitted.why:
        return Planned(name=name, type=kind, said=f"not sent: {fitted.why.value}", sent=False)
    return Planned(name=name, type=kind, value=fitted.value, said=fitted.note or "sent as it is")


def echo(connector: Connector, obj: str, ident: str, values: Mapping[str, str]) -> list[Echoed]:
    """Write values to a record, read them back, and put back what was there before.

    Raises `NotSupported` where the connector looks nothing up, `Refused` where there is no such
    record, or where nothing can be sent or was taken.
    """
    if not isinstance(connector, Finds):
        raise NotSupported(f"{connector.info.title} looks no records up, so nothing can be echoed")
    plans = planned(connector, obj, values)
    unfit = [f"{one.name} ({one.said})" for one in plans if not one.sent]
    if unfit:
        raise Refused(f"these fields cannot be written: {', '.join(unfit)}; leave them out")
    sent = {one.name: one.value for one in plans}
    before = _held(connector, obj, ident, list(sent))
    _write(connector, obj, ident, sent)
    after = _held(connector, obj, ident, list(sent))
    old = {name: before.get(name) for name in sent}
    _put_back(connector, obj, ident, old)
    last = _held(connector, obj, ident, list(sent))
    return list(_compared(sent, after, old, last))


def _put_back(connector: Connector, obj: str, ident: str, old: Mapping[str, Value]) -> None:
    """Write what was there before: all at once, or field by field where some are refused."""
    try:
        _write(connector, obj, ident, old)
    except Refused:
        for name, value in old.items():
            with suppress(Refused):  # what the record then holds is looked at, and told
                _write(connector, obj, ident, {name: value})


def _compared(
    sent: Mapping[str, Value],
    after: Mapping[str, Value],
    old: Mapping[str, Value],
    last: Mapping[str, Value],
) -> Iterator[Echoed]:
    for name, value in sent.items():
        held = after.get(name)
        yield Echoed(
            name=name,
            exact=held == value and type(held) is type(value),
            same=same(held, value, UTC),
            back=same(last.get(name), old[name], UTC),
        )


def _held(connector: Finds, obj: str, ident: str, fields: Sequence[str]) -> Mapping[str, Value]:
    found = connector.find(obj, "id", [ident], fields)
    if len(found) != 1:
        raise Refused(f"there is no live record of {obj} with this id: give the id of one of yours")
    return found[0].values


def _write(connector: Connector, obj: str, ident: str, values: Mapping[str, Value]) -> Written:
    row = Row(op=str(uuid.uuid4()), key="", values=dict(values), id=ident)
    (told,) = connector.write(obj, [row])
    if told.outcome is not Outcome.DONE or told.without:
        named = told.field or ", ".join(told.without)
        why = f"{told.code} {told.message}".rstrip()
        raise Refused(
            f"the record was not written ({told.outcome.value}): {why}",
            code=told.code,
            field=named,
            cause=told.cause,
        )
    return told
