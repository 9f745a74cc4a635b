"""Writes rows to a database: each row by itself inside a transaction a batch, never a DELETE.

Nobody knows the outcome of a batch whose COMMIT was sent and not answered: it is read back. All
that breaks before leaves the batch unwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, TableClause, exc, func, insert, select, update
from sqlalchemy.engine import RootTransaction

from crmbridge.errors import AuthFailed, Refused, Throttled
from crmbridge.kit.words import done, later, refused, unknown
from crmbridge.model.record import Outcome, Row, Value, Written
from crmbridge.net.words import head

from .opened import Opened, bound, ident_of, raw_ident
from .options import LIMITS
from .stamps import spelled
from .values import Odd, checked, text_of
from .words import ambiguous, code_of, column_at_fault, gone, told

SAID = "the database refuses the row"
BLANK = "2000-01-01 00:00:00.000000"
"""How SQLite's own functions spell an instant."""


class Refusal(Exception):
    """A row that the table never takes, with the column at fault."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(message)
        self.code, self.field = code, field


class Writer:
    """Writes rows of one table over connections that may write; `now` says what time it is."""

    def __init__(self, engine: Engine, opened: Opened, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._opened = opened
        self._now = now

    def write(self, rows: Sequence[Row]) -> list[Written]:
        """Write rows in batches; what comes behind a batch that broke is for later."""
        results: list[Written] = []
        for at in range(0, len(rows), LIMITS.write_batch):
            chunk = rows[at : at + LIMITS.write_batch]
            found, broken = self._batch(chunk)
            results += found
            if broken:
                rest = rows[at + len(chunk) :]
                return [*results, *(later(row, "DOWN", "the batch before broke") for row in rest)]
        return results

    def _batch(self, rows: Sequence[Row]) -> tuple[list[Written], bool]:
        """Write one batch; also whether the database is to be left alone now."""
        try:
            with self._engine.connect() as connection:
                transaction = connection.begin()
                stamp = self._stamp(connection)
                results = [self._row(connection, row, stamp) for row in rows]
                return self._ended(transaction, rows, results)
        except exc.SQLAlchemyError as error:
            return self._not_written(rows, error), True

    @staticmethod
    def _ended(
        transaction: RootTransaction, rows: Sequence[Row], results: list[Written]
    ) -> tuple[list[Written], bool]:
        try:
            transaction.commit()
        except exc.SQLAlchemyError as error:
            why = f"the answer to COMMIT did not come ({type(error).__name__})"
            sure = (Outcome.REFUSED, Outcome.GONE, Outcome.AMBIGUOUS)
            return [
                one if one.outcome in sure else unknown(row, why)
                for row, one in zip(rows, results, strict=True)
            ], True
        return results, False

    def _not_written(self, rows: Sequence[Row], error: exc.SQLAlchemyError) -> list[Written]:
        ours = told(error, self._opened.spec.obj)
        if isinstance(ours, AuthFailed | Refused):
            code = getattr(ours, "code", "") or "AUTH"
            return [refused(row, code, str(ours)) for row in rows]
        wait = ours.retry_after if isinstance(ours, Throttled) else 0.0
        return [later(row, code_of(error) or "DOWN", str(ours), wait) for row in rows]

    def _stamp(self, connection: Connection) -> Mapping[str, Any]:
        """The present instant for the stamp's column, spelled as the newest row has it.

        Without it nobody who follows the table would see what we wrote.
        """
        spec = self._opened.spec
        if not spec.stamp:
            return {}
        newest = select(func.max(self._opened.columns[spec.stamp])).select_from(self._opened.table)
        like = connection.execute(newest).scalar()
        if like is None:
            like = self._blank_stamp()
        return {spec.stamp: spelled(self._now(), like, spec, floor=False)}

    def _blank_stamp(self) -> Any:
        """A stamp for a table without any, as its database spells it."""
        if self._engine.dialect.name == "sqlite":
            return BLANK
        spec = self._opened.spec
        if self._opened.kinds[spec.stamp] == "date":
            return date(2000, 1, 1)
        aware = datetime(2000, 1, 1, tzinfo=UTC)
        return aware.replace(tzinfo=None) if spec.stamp in self._opened.naive else aware

    def _row(self, connection: Connection, row: Row, stamp: Mapping[str, Any]) -> Written:
        """Write one row behind a savepoint, so that it alone is taken back where it is refused."""
        try:
            values = {**stamp, **self._typed(row.values)}
            with connection.begin_nested():
                return self._written(connection, row, values)
        except Refusal as error:
            return refused(row, error.code, str(error), error.field)
        except exc.IntegrityError as error:
            return self._broke_a_rule(row, error)
        except (exc.DataError, exc.ProgrammingError) as error:
            if isinstance(told(error, self._opened.spec.obj), AuthFailed | Refused):
                raise  # it is of the table, and not of the row
            code = code_of(error) or "BAD_VALUE"
            return refused(row, code, f"{SAID}: a value does not fit", column_at_fault(error))

    def _broke_a_rule(self, row: Row, error: exc.IntegrityError) -> Written:
        """A rule of the table; our own key that another row took meanwhile is a race."""
        field, code = column_at_fault(error), code_of(error) or "CONSTRAINT"
        if not row.id and field and field in (self._opened.spec.ours, self._opened.spec.key):
            return later(row, code, "another row with our key was made meanwhile")
        name = getattr(getattr(getattr(error, "orig", None), "diag", None), "constraint_name", "")
        rule = head(f" {name}") if name else ""
        return refused(row, code, f"{SAID}: it breaks a rule of the table{rule}", field)

    def _typed(self, values: Mapping[str, Value]) -> dict[str, Any]:
        return {name: self._bound(name, value) for name, value in values.items()}

    def _bound(self, name: str, value: Value) -> Any:
        """A value as the driver takes it."""
        opened, spec = self._opened, self._opened.spec
        kind = typed_kind(opened, name)
        try:
            found = checked(kind, value, spec)
        except Odd as error:
            raise Refusal("BAD_VALUE", f"{name}: {error}", name) from None
        length = next((one.length for one in opened.fields if one.name == name), 0)
        if isinstance(found, str) and 0 < length < len(found):
            raise Refusal("TOO_LONG", f"{name}: {len(found)} letters, and it holds {length}", name)
        if kind == "ref" and name in opened.numbers and isinstance(found, str):
            if not found.lstrip("-").isdigit():
                raise Refusal("BAD_VALUE", f"{name}: no id of another row", name)
            return int(found)
        if self._engine.dialect.name == "sqlite":
            return _for_sqlite(found, opened)
        if isinstance(found, datetime) and name in opened.naive:
            return found.astimezone(spec.zone).replace(tzinfo=None)
        if isinstance(found, tuple):
            return list(found) if name in opened.lists else ";".join(found)
        return found

    def _written(self, connection: Connection, row: Row, values: Mapping[str, Any]) -> Written:
        opened, spec = self._opened, self._opened.spec
        if row.id:
            return self._updated(connection, row, spec.key, raw_ident(opened, row.id), values)
        if not spec.ours or spec.ours not in opened.columns:
            raise Refusal(
                "NO_KEY",
                f"tables.{spec.obj} names no column for our key: add ours, a column with a unique "
                "value",
                spec.ours,
            )
        known = select(opened.key).select_from(opened.table)
        known = known.where(opened.columns[spec.ours] == bound(row.key)).limit(2)
        found = connection.execute(known).scalars().all()
        if len(found) > 1:
            return ambiguous(row, spec.ours)
        if found:
            return self._updated(connection, row, spec.key, found[0], values)
        return self._created(connection, row, values)

    def _updated(
        self, connection: Connection, row: Row, by: str, at: Any, values: Mapping[str, Any]
    ) -> Written:
        opened, spec = self._opened, self._opened.spec
        if at is None:
            return gone(row, by)
        alive = self._alive(connection, at)
        if alive != 1:
            return ambiguous(row, by) if alive > 1 else gone(row, by)
        if values:
            changed = update(_target(opened)).where(opened.key == bound(at)).values(values)
            if connection.execute(changed).rowcount == 0:
                return gone(row, by)
        return done(spec.obj, row, ident_of(at))

    def _alive(self, connection: Connection, at: Any) -> int:
        """How many rows have an id, those apart that are marked as deleted."""
        opened, flag = self._opened, self._opened.spec.deleted
        chosen = [opened.columns[flag]] if flag else [opened.key]
        query = select(*chosen).select_from(opened.table).where(opened.key == bound(at)).limit(2)
        rows = connection.execute(query).all()
        return sum(1 for one in rows if not flag or not checked("bool", one[0], opened.spec))

    def _created(self, connection: Connection, row: Row, values: Mapping[str, Any]) -> Written:
        """Make a row with our key; its id is that key too where the table gives none by itself."""
        opened, spec = self._opened, self._opened.spec
        made = {**values, spec.ours: row.key}
        if spec.key not in made and spec.key not in opened.defaults:
            made[spec.key] = row.key
        connection.execute(insert(_target(opened)).values(made))
        known = select(opened.key).select_from(opened.table)
        ident = connection.execute(
            known.where(opened.columns[spec.ours] == bound(row.key))
        ).scalar()
        return done(spec.obj, row, ident_of(ident), created=True)


def typed_kind(opened: Opened, name: str) -> str:
    """The type of a column that is to be written; raises `Refusal` for one that is not there."""
    kind = opened.kinds.get(name)
    if kind is None:
        raise Refusal("NO_COLUMN", f"{opened.spec.obj} has no column {name!r}", name)
    return kind or "text"


def _for_sqlite(value: Value, opened: Opened) -> Any:
    """SQLite knows texts and numbers: an instant as its own functions write it."""
    if isinstance(value, datetime):
        return spelled(value, BLANK, opened.spec, floor=False)
    if value is None or isinstance(value, bool | int | str):
        return value
    return text_of(value, opened.spec)


def _target(opened: Opened) -> TableClause:
    assert isinstance(opened.table, TableClause)  # noqa: S101  # of a database it always is
    return opened.table
