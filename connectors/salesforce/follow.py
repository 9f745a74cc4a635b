"""Finds out what became of records that no longer take a write: converted, merged, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crmbridge.errors import ConnectorError
from crmbridge.kit.feed.chain import end_of, followed
from crmbridge.kit.words import later
from crmbridge.model.record import Outcome, Row, Written
from crmbridge.net.shape import readable

from . import soql
from .outcomes import CONVERTED
from .reads import Reader
from .schemas import Schemas

_TELLS = ("IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId")
Lost = Sequence[tuple[Row, Written]]
Rows = dict[str, Mapping[str, Any]]


class Follower:
    """Looks lost records up, all of a write in one query where they are of one kind."""

    def __init__(self, reader: Reader, schemas: Schemas, key_field: str) -> None:
        self._reader = reader
        self._schemas = schemas
        self._key_field = key_field

    def follow(self, obj: str, lost: Lost) -> list[Written]:
        """Return better results for refused rows; the rows may be sent again if this fails."""
        try:
            with readable("Salesforce", obj):
                known = self._known(obj, lost)
                return [self._result(obj, row, result, known) for row, result in lost]
        except ConnectorError as error:
            why = f"where the record went could not be asked: {error}"
            return [later(row, result.code, why) for row, result in lost]

    def _known(self, obj: str, lost: Lost) -> Rows:
        """Return the rows of lost records by id, and by key where no id was known."""
        keys = [row.key for row, _ in lost if not row.id]
        known = self._ask(obj, self._key_field, keys) if keys else {}
        by_key = {str(row[self._key_field]).lower(): row for row in known.values()}
        ids = [soql.long_id(row.id) for row, _ in lost if row.id]
        return followed(ids, known, lambda some: self._ask(obj, "Id", some), _master) | by_key

    def _ask(self, obj: str, by: str, values: Sequence[str]) -> Rows:
        fields = self._schemas.get(obj).fields
        told = [name for name in _TELLS if name in fields]
        columns = list(dict.fromkeys(["Id", by, *told]))
        rows = self._reader.matching(obj, columns, by, values, deleted=True)
        return {soql.long_id(str(row["Id"])): row for row in rows}

    def _result(self, obj: str, row: Row, result: Written, known: Rows) -> Written:
        first = soql.long_id(row.id) if row.id else row.key.lower()
        end = end_of(first, known, _merged_into)
        ident, here = end
        if here is None or here.get("IsDeleted"):
            return replace(result, outcome=Outcome.GONE)
        if here.get("IsConverted"):
            return _converted(result, here)
        if ident != first:
            return replace(result, outcome=Outcome.MOVED, moved_to=(obj, ident))
        return result


def _master(row: Mapping[str, Any]) -> str:
    master = row.get("MasterRecordId")
    return soql.long_id(str(master)) if master else ""


def _merged_into(row: Mapping[str, Any]) -> str:
    return _master(row) if row.get("IsDeleted") else ""


def _converted(result: Written, row: Mapping[str, Any]) -> Written:
    contact = row.get("ConvertedContactId")
    if not contact:
        return replace(result, code=CONVERTED, message="converted, and its contact is not visible")
    moved = ("Contact", soql.long_id(str(contact)))
    return replace(result, outcome=Outcome.MOVED, code=CONVERTED, moved_to=moved)
