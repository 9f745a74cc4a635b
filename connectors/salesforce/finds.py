"""Looks records up by a field or an id, past the feed of changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmbridge.connector import LookUp
from crmbridge.errors import CrmBridgeError, Refused
from crmbridge.kit.feed.look import find_many
from crmbridge.kit.fields import chunks
from crmbridge.kit.paths import Plan
from crmbridge.model.record import Record
from crmbridge.net.portions import by_halves

from . import soql
from .client import QUERIES_PER_COMPOSITE, RETRIEVE, Client
from .reads import Reader
from .schemas import Schemas
from .values import read_record


class Finder:
    """Looks live records up in one org."""

    def __init__(self, client: Client, schemas: Schemas, reader: Reader) -> None:
        self._client = client
        self._schemas = schemas
        self._reader = reader

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return the live records whose field equals one of the values."""
        wanted = tuple(dict.fromkeys(values))
        if by.lower() == "id":
            wanted = tuple({soql.long_id(v): None for v in wanted if soql.is_id(v)})
        elif by not in self._schemas.get(obj).fields:
            raise Refused(
                f"Salesforce {obj} has no field {by[:80]!r} to look up", code="INVALID_FIELD"
            )
        plan, rows = self._schemas.asked(
            lambda: self._schemas.plan(obj, fields), lambda plan: self._rows(plan, by, wanted)
        )
        return [read_record(obj, row, plan.kinds) for row in rows]

    def find_many(self, looks: Sequence[LookUp]) -> list[list[Record]]:
        """Look up several objects, five queries a call; by itself what does not fit or goes wrong.

        A query holds up to 200 values: 1,000 people are looked up in two objects by two calls.
        """
        return find_many(looks, _parts, QUERIES_PER_COMPOSITE, self._together, self._alone)

    def _alone(self, look: LookUp) -> list[Record]:
        return self.find(look.obj, look.by, look.values, look.fields)

    def _together(self, looks: Sequence[LookUp]) -> dict[int, list[Record]]:
        """The records of those look-ups that one call answered whole, by their place."""
        asked: dict[int, tuple[Plan, str]] = {}
        for number, look in enumerate(looks):
            if look.values and look.by in self._schemas.get(look.obj).fields:
                plan = self._schemas.plan(look.obj, look.fields)
                conditions = list(soql.chunks_in(look.by, look.values))
                if len(conditions) == 1:
                    only_live = f"{conditions[0]} AND IsDeleted = false"
                    asked[number] = plan, soql.select(plan.obj, plan.columns, only_live)
        if len(asked) < 2:
            return {}
        answers = self._client.queries([query for _, query in asked.values()])
        return {
            number: [read_record(looks[number].obj, row, plan.kinds) for row in answer.rows]
            for (number, (plan, _)), answer in zip(asked.items(), answers, strict=True)
            if not isinstance(answer, CrmBridgeError) and not answer.next
        }

    def _rows(self, plan: Plan, by: str, values: Sequence[str]) -> list[Mapping[str, Any]]:
        paths = any("." in column for column in plan.columns)
        if by.lower() != "id" or paths:
            column = "Id" if by.lower() == "id" else by
            return by_halves(
                values,
                lambda some: list(
                    self._reader.matching(plan.obj, plan.columns, column, some, deleted=False)
                ),
            )
        found = [
            by_halves(chunk, lambda some: self._client.retrieve(plan.obj, some, plan.columns))
            for chunk in chunks(values, RETRIEVE)
        ]
        return [row for rows in found for row in rows if row.get("IsDeleted") is not True]


def _parts(look: LookUp) -> list[Sequence[str]]:
    """The values of a look-up in as many parts as it takes queries.

    Ids stay together: they are retrieved, 2,000 a call.
    """
    values = list(dict.fromkeys(look.values))
    some = [] if look.by.lower() == "id" else list(soql.portions(values))
    return [*some] or [values]
