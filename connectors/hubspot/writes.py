"""Writing HubSpot's records: batches of 100 with a trace id a row, and one result for each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from connectors.hubspot import verdicts
from connectors.hubspot.associations import Links
from connectors.hubspot.client import Client, Spoilt
from connectors.hubspot.kinds import LINK, OFFER
from connectors.hubspot.lifecycle import Lifecycle
from connectors.hubspot.reads import Reader, changed
from connectors.hubspot.values import properties
from crmbridge.errors import AuthFailed, ConnectorError, NotSupported, Refused
from crmbridge.kit import words
from crmbridge.kit.fields import items, mapping
from crmbridge.kit.keys import Name, keyed, known_as
from crmbridge.kit.writing import Kinds, Writing
from crmbridge.model.record import Outcome, Row, Written
from crmbridge.net.call import Answer


class Batches(Writing):
    """One call of `write`, with the options of a company."""

    batch: ClassVar[int] = OFFER.info.limits.write_batch
    stops: ClassVar[Kinds] = (ConnectorError,)
    raises: ClassVar[Kinds] = (AuthFailed, NotSupported)

    def __init__(
        self,
        client: Client,
        reader: Reader,
        options: Mapping[str, Any],
        obj: str,
        rows: Sequence[Row],
    ) -> None:
        super().__init__(obj, rows)
        self._client, self._reader, self._key = client, reader, options["key_field"]
        priority = self._priority = options["write_priority"]
        backward = options["lifecycle_backward"]
        self._stages = Lifecycle(client, obj, backward=backward, priority=priority)
        self._links = Links(client, obj, priority)

    def body(self, row: Row) -> dict[str, Any]:
        """Return an input; a record that is known by its id gets what its row says, and no more."""
        ties = [name for name in row.values if name.startswith(LINK)]
        sent = properties(row.values, skip=ties)
        if row.id:
            return {"id": row.id, "properties": sent, "objectWriteTraceId": row.op}
        key = self._key
        named = {"id": keyed(row), "idProperty": key}
        return {**named, "properties": {**sent, key: row.key}, "objectWriteTraceId": row.op}

    def names(self, row: Row) -> Sequence[Name]:
        """Return the names under which HubSpot may know a row's record.

        It refuses a whole batch with a record twice in it (hubspot.md 1.5).
        """
        return known_as(row, "email")

    def call(self, numbers: Sequence[int]) -> None:
        """Send a batch, and match the parts of its answer to rows: never by their place."""
        inputs, by_id = [self.bodies[n] for n in numbers], bool(self.rows[numbers[0]].id)
        told = self._client.write(self.obj, inputs, by_id=by_id, priority=self._priority)
        self._settle(numbers, told)

    def spoils(self, error: Refused) -> bool:
        """Whether a batch failed for what is in it: a row, no JSON can carry it, too many bytes."""
        return isinstance(error, Spoilt) or error.code in {"bad_call", "http_413"}

    def alone(self, row: Row, error: Refused) -> Written:
        """Return the result of a row that HubSpot refused by itself."""
        if isinstance(error, Spoilt):
            return verdicts.of_row(self.obj, row, error.error)
        return words.failed(row, error)

    def parts(self, numbers: Sequence[int], error: Refused) -> Iterable[Sequence[int]]:
        """Refuse all rows with a property that there is not, else halve them (hubspot.md 6.4)."""
        guilty = [n for n in numbers if error.field in self.bodies[n]["properties"]]
        if error.code not in verdicts.NO_SUCH_FIELD or not guilty:
            return super().parts(numbers, error)
        why = "HubSpot has no such writable property"
        self.give(guilty, lambda row: words.refused(row, error.code, why, error.field))
        left = [n for n in numbers if n not in guilty]
        return [left] if left else []

    def _settle(self, numbers: Sequence[int], answer: Answer) -> None:
        data = mapping(answer.data)
        self.match(
            numbers,
            _traced,
            ((self._told(one), partial(self._done, one)) for one in items(data.get("results"))),
            ((_blamed(one), partial(self._refused, one)) for one in items(data.get("errors"))),
            verdicts.missing,
        )

    def _refused(self, error: Mapping[str, Any], row: Row) -> Written:
        return verdicts.of_row(self.obj, row, error)

    def _told(self, result: Mapping[str, Any]) -> list[Name]:
        key = mapping(result.get("properties")).get(self._key)
        own = ("trace", str(result.get("objectWriteTraceId")))
        return [own, ("id", str(result.get("id"))), ("key", str(key))]

    def _done(self, result: Mapping[str, Any], row: Row) -> Written:
        own = str(result.get("id") or "")
        if not own.isdigit():
            return verdicts.missing(row)
        made = words.done(self.obj, row, own, created=result.get("new") is True)
        return replace(made, changed_at=changed(result.get("updatedAt")))

    def settled(self, numbers: Sequence[int]) -> None:
        """Look for survivors of what is gone; check stages and link what is done."""
        super().settled(numbers)
        find = partial(self._reader.find, self.obj, "id", fields=())
        self.find_survivors(find, numbers, verdicts.NOT_FOUND)
        done = [n for n in numbers if self.results[n].outcome is Outcome.DONE]
        self._stages.check(self.rows, self.results, done)
        self._links.settle(self.rows, self.results, done)


def _traced(row: Row) -> list[Name]:
    """Return the names by which an answer tells of a row: its trace id, else its id or key."""
    return [("trace", row.op), ("id" if row.id else "key", row.id or row.key)]


def _blamed(error: Mapping[str, Any]) -> list[Name]:
    """Return the names of the rows that an error is about."""
    context = mapping(error.get("context"))
    found: list[Name] = []
    for kind, told in (("trace", "objectWriteTraceId"), ("id", "ids"), ("key", "ids")):
        value = context.get(told) or error.get(told)
        found += [(kind, str(one)) for one in (value if isinstance(value, list) else [value])]
    return found
