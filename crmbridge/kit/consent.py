"""Opt-outs that a vendor takes by a call of their own: one a person, ahead of all other quota."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from crmbridge.errors import AuthFailed, ConnectorError, CrmBridgeError, Refused
from crmbridge.kit import words
from crmbridge.kit.writing import Writing
from crmbridge.model.record import Outcome, Record, Row, Value, Written
from crmbridge.net.priority import urgency

URGENT = 0
"""Priority of opt-outs. Source: DESIGN 9."""

_ADDRESS = re.compile(r"[^\s@\ud800-\udfff]+@[^\s@\ud800-\udfff]+")
_NEVER_BACK = "we never take an opt-out back: only the person can, by subscribing again"


def bare(address: str) -> str:
    """Return an address as most vendors compare it: in lower case, without blanks around it."""
    return address.strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOuts:
    """How a vendor takes opt-outs.

    `field` of `obj` tells of an opt-out, `email` is the field with the address and `key` the one
    with our key. `send` opts an address out, `find` looks records up as `Finds.find` does, and
    `address` brings an address into the vendor's form. `lost` is the code of a record that is gone.
    Refusals with a code of `for_all` are no single address's.
    """

    vendor: str
    obj: str
    field: str
    email: str
    key: str
    send: Callable[[str], None]
    find: Callable[[str, str, Sequence[str], Sequence[str]], list[Record]]
    lost: str
    for_all: frozenset[str]
    address: Callable[[str], str] = bare


class Consents:
    """The opt-outs among the rows of one `write`.

    `rest` are all rows without them, as the vendor's records take them. `idle` are the numbers of
    the rows that have nothing else to write: not even their key, which would be a call for nothing.
    """

    def __init__(self, way: OptOuts, obj: str, rows: Sequence[Row]) -> None:
        self._way = way
        held = obj == way.obj
        self._rows = {n: row for n, row in enumerate(rows) if held and way.field in row.values}
        self._back = {n for n, row in self._rows.items() if not _is_yes(row.values[way.field])}
        self.rest = [self._without(row) if n in self._rows else row for n, row in enumerate(rows)]
        self.idle = {n for n in self._rows if n in self._back or not self.rest[n].values}
        self._said: dict[str, CrmBridgeError | None] = {}
        self._halted: ConnectorError | None = None
        self._unread: ConnectorError | None = None

    def settle(self, results: dict[int, Written], *, sent: bool) -> None:
        """Send the opt-outs, whatever became of the rest, and correct the results.

        They come after the rest because only then a new or changed address is the contact's: what
        a vendor does for an address that no contact holds is not known. `sent` says that something
        was written; when nothing was, a rejected credential raises `AuthFailed`.
        """
        with urgency(URGENT):
            people = self._people(results)
            for number, row in self._rows.items():
                own = self._opted_out(number, row, people.get(number))
                results[number] = words.worse(results.get(number, own), own)
        errors = [self._unread, *self._said.values()]
        rejected = next((error for error in errors if isinstance(error, AuthFailed)), None)
        if rejected and not sent and None not in self._said.values():
            raise rejected

    def _people(self, results: Mapping[int, Written]) -> dict[int, Record]:
        """Look up the records of rows that do not say their address: one call for all ids."""
        ids: dict[int, str] = {}
        keys: dict[int, str] = {}
        for number, row in self._rows.items():
            if number not in self._back and not self._address(row.values.get(self._way.email)):
                own = row.id or (results[number].id if number in results else "")
                (ids if own else keys)[number] = own or row.key
        try:
            return self._find("id", ids) | self._find(self._way.key, keys)
        except ConnectorError as error:
            self._unread = error
            return {}

    def _find(self, by: str, wanted: Mapping[int, str]) -> dict[int, Record]:
        if not wanted:
            return {}
        fields = (self._way.email, self._way.key)
        found = self._way.find(self._way.obj, by, list(wanted.values()), fields)
        homes = {
            name: one
            for one in found
            for name in ((one.id, *one.absorbed) if by == "id" else (str(one.values.get(by)),))
        }
        return {number: homes[name] for number, name in wanted.items() if name in homes}

    def _opted_out(self, number: int, row: Row, person: Record | None) -> Written:
        """Return the result of one opt-out; `person` is there when it was looked up and found."""
        way = self._way
        if number in self._back:
            return words.refused(row, "consent", _NEVER_BACK, way.field)
        email = self._address(row.values.get(way.email))
        if not email and self._unread is not None:
            return self._failed(row, self._unread)
        if not email and row.id and person is None:
            return words.gone(row, way.lost)
        email = email or self._address(person.values.get(way.email) if person else None)
        if not email:
            why = (
                f"{way.vendor} opts out e-mail addresses, and this contact has none that can be "
                f"used: give it one, or opt it out in {way.vendor}"
            )
            return words.refused(row, "no_address", why, way.field)
        if email not in self._said:
            self._said[email] = self._send(email)
        error = self._said[email]
        if error is not None:
            return self._failed(row, error)
        return words.done(way.obj, row, person.id if person else row.id)

    def _send(self, email: str) -> CrmBridgeError | None:
        """Opt one address out; return what went wrong. What is wrong for all stops the rest."""
        if self._halted is not None:
            return words.unsent(self._halted)
        try:
            self._way.send(email)
        except ConnectorError as error:
            if not isinstance(error, Refused) or error.code in self._way.for_all:
                self._halted = error
            return error
        return None

    def _without(self, row: Row) -> Row:
        kept = {name: value for name, value in row.values.items() if name != self._way.field}
        return replace(row, values=kept)

    def _address(self, value: Value) -> str:
        text = self._way.address(str(value or ""))
        return text if _ADDRESS.fullmatch(text) else ""

    def _failed(self, row: Row, error: CrmBridgeError) -> Written:
        told = words.failed(row, error)
        return replace(told, field=self._way.field) if told.outcome is Outcome.REFUSED else told


def written(
    way: OptOuts, obj: str, rows: Sequence[Row], run: Callable[[Sequence[Row]], Writing]
) -> list[Written]:
    """Write rows with the opt-outs among them; `run` begins to write what is none."""
    consents = Consents(way, obj, rows)
    writing = run(consents.rest)
    writing.run(consents.idle)
    consents.settle(writing.results, sent=writing.sent)
    return [writing.results[number] for number in range(len(rows))]


def _is_yes(value: Value) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")
