"""Opt-outs, which HubSpot takes by a call of their own: one a person, ahead of all other quota."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.hubspot import verdicts
from connectors.hubspot.means import Means
from connectors.hubspot.values import address, text_of
from crmbridge.errors import AuthFailed, ConnectorError, Refused
from crmbridge.model.record import Outcome, Record, Row, Written
from crmbridge.net.priority import urgency

OPT_OUT = "hs_email_optout"
"""The property that tells of an opt-out; another call than a record's sets it (hubspot.md 1.8)."""
URGENT = 0
"""Priority of opt-outs. Source: DESIGN 9."""

_NO_RIGHT = frozenset({"MISSING_SCOPES", "FORBIDDEN"})
_ADDRESS = re.compile(r"[^\s@\ud800-\udfff]+@[^\s@\ud800-\udfff]+")
_NO_ADDRESS = (
    "HubSpot opts out e-mail addresses, and this contact has none that can be used: give it one, "
    "or opt it out in HubSpot"
)
_NEVER_BACK = "we never take an opt-out back: only the person can, by subscribing again"


class Consents:
    """The opt-outs among the rows of one `write`.

    `rest` are all rows without them, as the objects API takes them. `idle` are the numbers of the
    rows that have nothing else to write: not even their key, which would be a call for nothing.
    """

    def __init__(self, writer: Means, obj: str, rows: Sequence[Row]) -> None:
        self._writer = writer
        self._obj = obj
        held = obj == "contacts"
        self._rows = {n: row for n, row in enumerate(rows) if held and OPT_OUT in row.values}
        self._back = {n for n, row in self._rows.items() if not _is_yes(row)}
        self.rest = [_without(row) if n in self._rows else row for n, row in enumerate(rows)]
        self.idle = {n for n in self._rows if n in self._back or not self.rest[n].values}
        self._said: dict[str, ConnectorError | None] = {}
        self._halted: ConnectorError | None = None
        self._unread: ConnectorError | None = None

    def settle(self, results: dict[int, Written], *, sent: bool) -> None:
        """Send the opt-outs, whatever became of the rest, and correct the results.

        They come after the rest because only then a new or changed address is the contact's: what
        HubSpot does for an address that no contact holds is not verified. `sent` says that
        something was written; when nothing was, a rejected credential raises `AuthFailed`.
        """
        with urgency(URGENT):
            people = self._people(results)
            for number, row in self._rows.items():
                own = self._opted_out(number, row, people.get(number))
                results[number] = verdicts.worse(results.get(number, own), own)
        errors = [self._unread, *self._said.values()]
        rejected = next((error for error in errors if isinstance(error, AuthFailed)), None)
        if rejected and not sent and None not in self._said.values():
            raise rejected

    def _people(self, results: Mapping[int, Written]) -> dict[int, Record]:
        """Look up the contacts of rows that do not say their address: one call for all ids."""
        ids: dict[int, str] = {}
        keys: dict[int, str] = {}
        for number, row in self._rows.items():
            if number not in self._back and not _address(row.values.get("email")):
                own = row.id or (results[number].id if number in results else "")
                (ids if own else keys)[number] = own or row.key
        try:
            return self._find("id", ids) | self._find(self._writer.key_field, keys)
        except ConnectorError as error:
            self._unread = error
            return {}

    def _find(self, by: str, wanted: Mapping[int, str]) -> dict[int, Record]:
        if not wanted:
            return {}
        fields = ("email", self._writer.key_field)
        found = self._writer.reader.find(self._obj, by, list(wanted.values()), fields)
        homes = {
            name: one
            for one in found
            for name in ((one.id, *one.absorbed) if by == "id" else (str(one.values.get(by)),))
        }
        return {number: homes[name] for number, name in wanted.items() if name in homes}

    def _opted_out(self, number: int, row: Row, person: Record | None) -> Written:
        """Return the result of one opt-out; `person` is there when it was looked up and found."""
        if number in self._back:
            return verdicts.refused(row, "consent", _NEVER_BACK, OPT_OUT)
        email = _address(row.values.get("email"))
        if not email and self._unread is not None:
            return _failed(row, self._unread)
        if not email and row.id and person is None:
            return Written(op=row.op, outcome=Outcome.GONE, code=verdicts.NOT_FOUND)
        email = email or _address(person.values.get("email") if person else None)
        if not email:
            return verdicts.refused(row, "no_address", _NO_ADDRESS, OPT_OUT)
        if email not in self._said:
            self._said[email] = self._send(email)
        error = self._said[email]
        if error is not None:
            return _failed(row, error)
        return verdicts.done(self._obj, row, person.id if person else row.id)

    def _send(self, email: str) -> ConnectorError | None:
        """Opt one address out; return what went wrong. What is wrong for all stops the rest."""
        if self._halted is not None:
            return verdicts.rest(self._halted)
        try:
            self._writer.client.opt_out(email, priority=URGENT)
        except ConnectorError as error:
            if not isinstance(error, Refused) or error.code in _NO_RIGHT:
                self._halted = error
            return error
        return None


def _is_yes(row: Row) -> bool:
    value = row.values[OPT_OUT]
    return not isinstance(value, tuple) and text_of(value).lower() == "true"


def _without(row: Row) -> Row:
    return replace(row, values={name: v for name, v in row.values.items() if name != OPT_OUT})


def _address(value: object) -> str:
    text = address(str(value or ""))
    return text if _ADDRESS.fullmatch(text) else ""


def _failed(row: Row, error: ConnectorError) -> Written:
    result = verdicts.of_failure(row, error)
    return replace(result, field=OPT_OUT) if result.outcome is Outcome.REFUSED else result
