"""Writing HubSpot's records: batches of 100 with a trace id a row, and one result for each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.hubspot import lifecycle, links, verdicts
from connectors.hubspot.client import WHOLE_REFUSED, Client, reason
from connectors.hubspot.consent import Consents
from connectors.hubspot.kinds import LINK
from connectors.hubspot.reads import Reader
from connectors.hubspot.values import instant, items, mapping, properties
from crmbridge.errors import (
    AuthFailed,
    ConnectorError,
    NotSupported,
    Refused,
)
from crmbridge.model.record import Outcome, Row, Written
from crmbridge.net.call import Answer

WRITE_BATCH = 100
"""Inputs a call. Source: hubspot.md 1.2."""
HAND_OVER = 1
"""Priority of writes when the company's config does not say another (DESIGN 9)."""


class Writer:
    """Writes rows of one account.

    `key_field` is the unique property that holds our key. `backward` says that a lifecycle stage
    may go back, which takes two more calls. `priority` is that of DESIGN 9.
    """

    def __init__(
        self, client: Client, reader: Reader, *, key_field: str, backward: bool, priority: int
    ) -> None:
        self.client = client
        self.reader = reader
        self.key_field = key_field
        self.backward = backward
        self.priority = priority

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        """Return one result a row, in order; see `Connector.write`."""
        consents = Consents(self, obj, rows)
        run = _Run(self, obj, consents.rest)
        for wave in waves(consents.rest):
            due = [number for number in wave if number not in consents.idle]
            for by_id in (True, False):
                same = [number for number in due if bool(rows[number].id) == by_id]
                for start in range(0, len(same), WRITE_BATCH):
                    run.batch(same[start : start + WRITE_BATCH])
        consents.settle(run.results, sent=run.sent)
        return [run.results[number] for number in range(len(rows))]


def waves(rows: Sequence[Row]) -> Iterator[list[int]]:
    """Yield the numbers of rows in groups where no record, by id or by key, comes twice.

    HubSpot refuses a whole batch with a record twice in it (hubspot.md 1.5), and gives no order
    inside one.
    """
    last: dict[tuple[str, str], int] = {}
    groups: list[list[int]] = []
    for number, row in enumerate(rows):
        names = identities(row)
        wave = 1 + max((last.get(name, -1) for name in names), default=-1)
        last |= dict.fromkeys(names, wave)
        groups += [[]] if wave == len(groups) else []
        groups[wave].append(number)
    yield from groups


def identities(row: Row) -> list[tuple[str, str]]:
    """Return the names under which HubSpot may know a row's record."""
    named = [("id", row.id), ("key", row.key), ("email", str(row.values.get("email") or ""))]
    return [(kind, value.strip().lower()) for kind, value in named if value]


class _Run:
    """One call of `write`: the results so far, and why nothing more is sent, if so."""

    def __init__(self, writer: Writer, obj: str, rows: Sequence[Row]) -> None:
        self.writer = writer
        self.obj = obj
        self.rows = rows
        self.results: dict[int, Written] = {}
        self.sent = False
        self.halted: ConnectorError | None = None
        self._open: set[tuple[str, str]] = set()

    def batch(self, numbers: Sequence[int]) -> None:
        """Write rows in one call, or in more when the vendor refuses them as a whole."""
        ready = [number for number in numbers if self._ready(number)]
        inputs = self._inputs(ready)
        ready = [number for number in ready if number in inputs]
        if ready:
            self._send(ready, inputs)
            self._follow_up(ready)
        for number in numbers:
            if self.results[number].outcome in {Outcome.LATER, Outcome.UNKNOWN}:
                self._open.update(identities(self.rows[number]))

    def _ready(self, number: int) -> bool:
        row = self.rows[number]
        if self.halted is not None:
            self.results[number] = verdicts.of_failure(row, verdicts.rest(self.halted))
        elif self._open.intersection(identities(row)):
            self.results[number] = Written(
                op=row.op,
                outcome=Outcome.LATER,
                code="after_open",
                message="an earlier row of this record is not settled; it must not be overtaken",
            )
        return number not in self.results

    def _inputs(self, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for number in numbers:
            try:
                found[number] = self._input(self.rows[number])
            except ValueError as error:
                self._refuse(number, "bad_value", str(error))
        return found

    def _input(self, row: Row) -> dict[str, Any]:
        ties = [name for name in row.values if name.startswith(LINK)]
        sent = properties(row.values, skip=ties)
        if row.id:
            # a record that is known by its id gets what its row says, and no more
            return {"id": row.id, "properties": sent, "objectWriteTraceId": row.op}
        if not row.key:
            raise ValueError("a row without an id needs a key; records are never created blindly")
        keyed = {**sent, self.writer.key_field: row.key}
        named = {"id": row.key, "idProperty": self.writer.key_field}
        return {**named, "properties": keyed, "objectWriteTraceId": row.op}

    def _send(self, numbers: Sequence[int], inputs: Mapping[int, Mapping[str, Any]]) -> None:
        call = self.writer.client.update if self.rows[numbers[0]].id else self.writer.client.upsert
        try:
            answer = call(self.obj, [inputs[n] for n in numbers], priority=self.writer.priority)
        except ConnectorError as error:
            if _is_of_content(error) and len(numbers) > 1:
                self._split(numbers, inputs, {})
            else:
                self._failed(numbers, error)
            return
        self.sent = True
        if answer.status in WHOLE_REFUSED:
            self._split(numbers, inputs, mapping(answer.data))
        else:
            self._settle(numbers, answer)

    def _failed(self, numbers: Sequence[int], error: ConnectorError) -> None:
        if isinstance(error, AuthFailed | NotSupported) and not self.sent:
            raise error
        if not _is_of_content(error):
            self.sent = True
            self.halted = error
        for number in numbers:
            self.results[number] = verdicts.of_failure(self.rows[number], error)

    def _split(
        self,
        numbers: Sequence[int],
        inputs: Mapping[int, Mapping[str, Any]],
        error: Mapping[str, Any],
    ) -> None:
        """Find the rows that made the vendor refuse all of them (hubspot.md 6.4)."""
        code, name = reason(error)
        if len(numbers) == 1:
            self.results[numbers[0]] = verdicts.of_row(self.obj, self.rows[numbers[0]], error)
            return
        guilty = [n for n in numbers if name in inputs[n]["properties"]]
        if code in verdicts.NO_SUCH_FIELD and guilty:
            for number in guilty:
                self._refuse(number, code, "HubSpot has no such writable property", name)
            parts = [[n for n in numbers if n not in guilty]]
        else:
            half = len(numbers) // 2
            parts = [list(numbers[:half]), list(numbers[half:])]
        for part in parts:
            ready = [number for number in part if self._ready(number)]
            if ready:
                self._send(ready, inputs)

    def _refuse(self, number: int, code: str, message: str, field: str = "") -> None:
        self.results[number] = verdicts.refused(self.rows[number], code, message, field)

    def _settle(self, numbers: Sequence[int], answer: Answer) -> None:
        """Match an answer's parts to rows: by trace id, else by id or key, never by place."""
        data = mapping(answer.data)
        places = self._places(numbers)
        for result in items(data.get("results")):
            number = self._place(places, result)
            if number is not None:
                self.results[number] = self._done(self.rows[number], result)
        stray = []
        for error in items(data.get("errors")):
            blamed = [n for n in self._blamed(places, error) if n not in self.results]
            stray += [] if blamed else [error]
            for number in blamed:
                self.results[number] = verdicts.of_row(self.obj, self.rows[number], error)
        left = [number for number in numbers if number not in self.results]
        if len(left) == len(stray) == 1:
            self.results[left[0]] = verdicts.of_row(self.obj, self.rows[left[0]], stray[0])
        for number in left:
            self.results.setdefault(number, verdicts.missing(self.rows[number]))

    def _places(self, numbers: Sequence[int]) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for number in numbers:
            row = self.rows[number]
            found["trace", row.op] = number
            found["id" if row.id else "key", row.id or row.key] = number
        return found

    def _place(
        self, places: Mapping[tuple[str, str], int], result: Mapping[str, Any]
    ) -> int | None:
        key = mapping(result.get("properties")).get(self.writer.key_field)
        for name in (
            ("trace", str(result.get("objectWriteTraceId"))),
            ("id", str(result.get("id"))),
            ("key", str(key)),
        ):
            if name in places:
                return places[name]
        return None

    def _blamed(
        self, places: Mapping[tuple[str, str], int], error: Mapping[str, Any]
    ) -> Iterator[int]:
        context = mapping(error.get("context"))
        for kind, told in (("trace", "objectWriteTraceId"), ("id", "ids"), ("key", "ids")):
            value = context.get(told) or error.get(told)
            for one in value if isinstance(value, list) else [value]:
                if (kind, str(one)) in places:
                    yield places[kind, str(one)]

    def _done(self, row: Row, result: Mapping[str, Any]) -> Written:
        own = str(result.get("id") or "")
        if not own.isdigit():
            return verdicts.missing(row)
        made = verdicts.done(self.obj, row, own, created=result.get("new") is True)
        return replace(made, changed_at=_stamp(result))

    def _follow_up(self, numbers: Sequence[int]) -> None:
        self._find_survivors([n for n in numbers if self._is(n, Outcome.GONE)])
        done = [n for n in numbers if self._is(n, Outcome.DONE)]
        self._check_stages(done)
        links.settle(self.writer, self.obj, self.rows, self.results, done)

    def _is(self, number: int, outcome: Outcome) -> bool:
        return self.results[number].outcome is outcome

    def _find_survivors(self, numbers: Sequence[int]) -> None:
        """Tell merged from deleted among rows whose id the vendor does not know any more."""
        if not numbers:
            return
        wanted = [self.rows[n].id for n in numbers]
        try:
            found = self.writer.reader.find(self.obj, "id", wanted, ())
        except ConnectorError as error:
            for number in numbers:
                self.results[number] = replace(
                    verdicts.of_failure(self.rows[number], error), outcome=Outcome.LATER
                )
            return
        homes = {old: record.id for record in found for old in (record.id, *record.absorbed)}
        for number in numbers:
            home = homes.get(self.rows[number].id)
            if home is not None:
                self._rehome(number, home)

    def _rehome(self, number: int, home: str) -> None:
        row = self.rows[number]
        if home == row.id:
            self.results[number] = Written(
                op=row.op, outcome=Outcome.LATER, message="the record was restored meanwhile"
            )
            return
        self.results[number] = Written(
            op=row.op,
            outcome=Outcome.MOVED,
            code=verdicts.NOT_FOUND,
            message="the record was merged into another",
            moved_to=(self.obj, home),
        )

    def _check_stages(self, numbers: Sequence[int]) -> None:
        wanted = {
            self.results[n].id: str(self.rows[n].values[lifecycle.STAGE])
            for n in numbers
            if self.rows[n].values.get(lifecycle.STAGE) and self._may_be_kept(n)
        }
        if not wanted:
            return
        kept = lifecycle.settle(self.writer, self.obj, wanted)
        for number in numbers:
            told = kept.get(self.results[number].id)
            if told is not None:
                self.results[number] = replace(self.results[number], **told)

    def _may_be_kept(self, number: int) -> bool:
        # what HubSpot made just now had no stage that it could keep
        return not self.results[number].created and lifecycle.may_be_kept(self.rows[number])


def _is_of_content(error: ConnectorError) -> bool:
    """Whether a batch failed for what is in it: a text no JSON can carry, or too many bytes."""
    return isinstance(error, Refused) and error.code in {"bad_call", "http_413"}


def _stamp(result: Mapping[str, Any]) -> datetime | None:
    """Return the stamp that a written record carries; `None` where it cannot be read."""
    with suppress(ValueError, OverflowError):
        return instant(str(result["updatedAt"])) if result.get("updatedAt") else None
    return None
