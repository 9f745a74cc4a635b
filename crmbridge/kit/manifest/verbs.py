"""Brings records to a value by the vendor's own calls, and looks whether they came there.

Vendors hang work on such calls that a plain write skips, and some drop without a word a step that
a record cannot take from where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmbridge.errors import CrmBridgeError, RefusalCause, Refused
from crmbridge.kit import words
from crmbridge.kit.manifest import template
from crmbridge.kit.manifest.reading import Reader
from crmbridge.kit.manifest.thing import Thing
from crmbridge.model.record import Row, Value, Written

Rows = Mapping[int, tuple[Row, str]]
"""Rows by their number, each with the id of its record."""


class Verbs:
    """The fields of one object that only calls of their own change."""

    def __init__(self, thing: Thing, reader: Reader) -> None:
        self._thing, self._reader = thing, reader

    def check(self, field: str, value: Value) -> None:
        """Raise `Refused` for a value that no call brings a record to."""
        steps = self._thing.spec.verbs[field]
        if value not in steps:
            raise Refused(
                f"{self._thing.account.title}: nothing brings {field} there; there are: "
                f"{', '.join(steps)}",
                code="NO_VERB",
                field=field,
                cause=RefusalCause.FIELD,
            )

    def early(self, rows: Rows) -> Rows:
        """Return the rows that have a step which goes before their other fields."""
        verbs = self._thing.spec.verbs
        return {
            number: one
            for number, one in rows.items()
            if any(name in verbs and verbs[name][str(v)].first for name, v in one[0].values.items())
        }

    def bring(self, rows: Rows) -> dict[int, Written]:
        """Bring the records of rows to what they say; return the results of those that fail."""
        failed: dict[int, Written] = {}
        for field in self._thing.spec.verbs:
            asked = {
                n: one for n, one in rows.items() if field in one[0].values and n not in failed
            }
            if asked:
                failed |= self._field(field, asked)
        return failed

    def _field(self, field: str, rows: Rows) -> dict[int, Written]:
        try:
            left = {n: rows[n] for n in self._behind(field, rows)}
        except CrmBridgeError as error:
            why = error
            return {n: words.failed(row, why) for n, (row, _) in rows.items()}
        failed = self._steps(field, left)
        title = self._thing.account.title
        try:
            still = self._behind(field, {n: one for n, one in left.items() if n not in failed})
        except CrmBridgeError as error:
            said = str(error)
            return failed | {n: words.unknown(row, said) for n, (row, _) in left.items()}
        kept = f"{title} does not take {field} there from where it stands"
        told = {
            n: words.refused(rows[n][0], "STEP_NOT_TAKEN", kept, field, RefusalCause.FIELD)
            for n in still
        }
        return failed | told

    def _behind(self, field: str, rows: Rows) -> list[int]:
        """Return the rows whose records do not hold what they say."""
        if not rows:
            return []
        obj, ids = self._thing.name, [own for _, own in rows.values()]
        found = self._reader.find(obj, "id", ids, [field])
        held = {record.id: record.values.get(field) for record in found}
        return [n for n, (row, own) in rows.items() if held.get(own) != row.values[field]]

    def _steps(self, field: str, rows: Rows) -> dict[int, Written]:
        failed: dict[int, Written] = {}
        for value in dict.fromkeys(str(row.values[field]) for row, _ in rows.values()):
            group = [n for n, (row, _) in rows.items() if str(row.values[field]) == value]
            failed |= self._step(field, value, {n: rows[n] for n in group})
        return failed

    def _step(self, field: str, value: str, rows: Rows) -> dict[int, Written]:
        """Make one call for all rows; one for each where it takes one, or is refused."""
        single = "id" in template.placeholders(self._thing.spec.verbs[field][value].model_dump())
        if single and len(rows) > 1:
            return self._apart(field, value, rows)
        try:
            self._call(field, value, [own for _, own in rows.values()])
        except Refused as error:
            if len(rows) > 1:
                return self._apart(field, value, rows)
            error.field = error.field or field
            return {n: words.failed(row, error) for n, (row, _) in rows.items()}
        except CrmBridgeError as error:
            why = error
            return {n: words.failed(row, why) for n, (row, _) in rows.items()}
        return {}

    def _apart(self, field: str, value: str, rows: Rows) -> dict[int, Written]:
        failed: dict[int, Written] = {}
        for number, one in rows.items():
            failed |= self._step(field, value, {number: one})
        return failed

    def _call(self, field: str, value: str, ids: Sequence[str]) -> None:
        thing = self._thing
        held = [thing.account.codecs.ident(each) for each in ids]
        step = thing.spec.verbs[field][value]
        thing.account.ask(step, {**thing.names, "ids": held, "id": held[0]}, reads=False)
