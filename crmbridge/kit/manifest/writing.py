"""Writes rows as a manifest says: a look for our key, a create or an update, and then the verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crmbridge.errors import ConnectorError, NotSupported, RefusalCause, Refused
from crmbridge.kit import words
from crmbridge.kit.keys import Name, by_place, keyed, known_as
from crmbridge.kit.manifest import template, where
from crmbridge.kit.manifest.account import Account
from crmbridge.kit.manifest.reading import Reader
from crmbridge.kit.manifest.shape import CallShape, CreateShape
from crmbridge.kit.manifest.thing import Thing
from crmbridge.kit.manifest.verbs import Verbs
from crmbridge.kit.writing import Writing
from crmbridge.model.record import Outcome, Row, Written

Body = dict[str, Any]
Prepare = Callable[[Account, str, Sequence[Row], list[Body]], list[Body]]
"""A hook: returns what is sent of some rows, and may make calls of its own before."""


class Rows(Writing):
    """The rows of one call of `write`; `batch` of them go into one call at most."""

    def __init__(
        self, thing: Thing, reader: Reader, rows: Sequence[Row], batch: int, prepare: Prepare | None
    ) -> None:
        super().__init__(thing.name, rows)
        self._thing, self._reader, self._hook = thing, reader, prepare
        self._account = thing.account
        self._verbs = Verbs(thing, reader)
        self.batch = batch  # type: ignore[misc]

    def body(self, row: Row) -> Body:
        """Return the fields of a row as the vendor takes them; see `Writing.body`."""
        body: Body = {}
        for name, value in row.values.items():
            column = self._thing.column(name)
            if name in self._thing.spec.verbs:
                self._verbs.check(name, value)
            elif not self._thing.may_write(name, column):
                raise self._refused(name, "READ_ONLY", "is only read")
            elif not column.by_hook:
                body = where.merged(body, self._put(name, row))
        if not row.id:
            key = self._thing.key
            keyed(row)
            if key:
                body = where.merged(body, self._put(key, replace(row, values={key: row.key})))
        return body

    def _put(self, name: str, row: Row) -> Body:
        column = self._thing.column(name)
        try:
            held = self._account.codecs.write(column, row.values[name])
        except ValueError as error:
            raise self._refused(name, "BAD_VALUE", f"cannot hold this: {error}") from None
        if column.put is None:
            return where.nest(column.at or name, held)
        made: Body = template.fill(column.put, {"value": held})
        return made

    def _refused(self, field: str, code: str, why: str) -> Refused:
        said = f"{self._account.title}: {self.obj} {field} {why}"
        return Refused(said, code=code, field=field, cause=RefusalCause.FIELD)

    def names(self, row: Row) -> Iterable[Name]:
        """Return the names under which the vendor may know a row's record."""
        return known_as(row)

    def spoils(self, error: Refused) -> bool:
        """Whether the vendor refused a call of several rows, of which one may be to blame."""
        return error.code != "bad_call" and error.cause is not RefusalCause.RIGHTS

    def alone(self, row: Row, error: Refused) -> Written:
        """Return the result of a row that was refused alone; one without its record is gone."""
        if row.id and "id" in self._thing.spec.find:
            try:
                if not self._reader.find(self.obj, "id", [row.id], ()):
                    return words.gone(row, error.code, "the record was deleted")
            except ConnectorError as other:
                return words.failed(row, other)
        return words.failed(row, self._named(error))

    def _named(self, error: Refused) -> Refused:
        """Name the field at fault as the mapping does, where the vendor told its label."""
        if not error.field:
            return error
        columns = self._thing.columns()
        named = {one.label or name: name for name, one in columns.items()}
        error.field = error.field if error.field in columns else named.get(error.field, "")
        return error

    def call(self, numbers: Sequence[int]) -> None:
        """Send some rows in one call, after a look for those that have no id."""
        if self.rows[numbers[0]].id:
            self._update(list(numbers), {n: self.rows[n].id for n in numbers})
            return
        if self._thing.spec.create is None or not self._thing.key:
            raise NotSupported(f"{self._account.title}: {self.obj} are not made by us")
        found = self._found(numbers)
        there = [n for n in numbers if n in found]
        if there:
            self._update(there, {n: found[n] for n in there})
        new = [n for n in numbers if n not in found and n not in self.results]
        if new:
            self._create(self._thing.spec.create, new)

    def _found(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the ids of the rows whose key a record has; several records are for a person."""
        key = self._thing.key
        keys = [self.rows[n].key for n in numbers]
        held: dict[str, list[str]] = {}
        for record in self._reader.find(self.obj, key, keys, [key]):
            held.setdefault(str(record.values.get(key)), []).append(record.id)
        found: dict[int, str] = {}
        for number in numbers:
            ids = held.get(self.rows[number].key, [])
            if len(ids) > 1:
                why = f"{len(ids)} records have our key; leave it in one of them"
                self.results[number] = words.ambiguous(self.rows[number], "KEY_TWICE", why)
            elif ids:
                found[number] = ids[0]
        return found

    def _sent(self, rows: Sequence[Row], numbers: Sequence[int]) -> list[Body]:
        bodies = [dict(self.bodies[n]) for n in numbers]
        if self._hook is None:
            return bodies
        return self._hook(self._account, self.obj, rows, bodies)

    def _create(self, spec: CreateShape, numbers: Sequence[int]) -> None:
        bodies = self._sent([self.rows[n] for n in numbers], numbers)
        names = {**self._thing.names, "rows": bodies, "values": bodies[0]}
        data = self._account.ask(spec, names, reads=False)
        rows = [self.rows[n] for n in numbers]
        told = by_place(rows, _ids(spec, data), self._made)
        self.results |= dict(zip(numbers, told, strict=True))
        self._step(numbers)

    def _made(self, row: Row, ident: object) -> Written:
        if isinstance(ident, bool) or not isinstance(ident, int | str) or ident == "":
            return words.unknown(row, "the answer has no id of the record")
        return words.done(self.obj, row, str(ident), created=True)

    def _update(self, numbers: Sequence[int], ids: Mapping[int, str]) -> None:
        spec = self._thing.spec.update
        if spec is None:
            raise NotSupported(f"{self._account.title}: {self.obj} are not changed by us")
        early = self._verbs.early({n: (self.rows[n], ids[n]) for n in numbers})
        self.results |= self._verbs.bring(early)
        left = [n for n in numbers if n not in self.results]
        bodies = self._sent([replace(self.rows[n], id=ids[n]) for n in left], left)
        sent = [(ids[n], body) for n, body in zip(left, bodies, strict=True) if body]
        if sent:
            self._send_update(spec, sent)
        for number in left:
            self.results[number] = Written(
                op=self.rows[number].op, outcome=Outcome.DONE, id=ids[number]
            )
        self._step([n for n in left if n not in early])

    def _send_update(self, spec: CallShape, sent: Sequence[tuple[str, Body]]) -> None:
        ident = self._account.codecs.ident
        pairs = [part for own, body in sent for part in ([ident(own)], body)]
        names = {"pairs": pairs, "id": ident(sent[0][0]), "values": sent[0][1]}
        self._account.ask(spec, {**self._thing.names, **names}, reads=False)

    def _step(self, numbers: Sequence[int]) -> None:
        """Call the verbs of rows that are written; what fails there is that field's."""
        done = [n for n in numbers if self.results[n].outcome is Outcome.DONE]
        told = self._verbs.bring({n: (self.rows[n], self.results[n].id) for n in done})
        for number, result in told.items():
            self.results[number] = words.worse(self.results[number], result)


def _ids(spec: CreateShape, data: object) -> list[Any]:
    found = where.value(data, spec.ids)
    return found if isinstance(found, list) else [found]


def write(
    thing: Thing, reader: Reader, rows: Sequence[Row], batch: int, prepare: Prepare | None
) -> list[Written]:
    """Write rows of one object; one result a row, in order. See `Connector.write`."""
    if not rows:
        return []
    if not thing.spec.writes:
        raise NotSupported(f"{thing.account.title}: {thing.name} are only read")
    sending = Rows(thing, reader, rows, batch, prepare)
    sending.run()
    return [sending.results[n] for n in range(len(rows))]
