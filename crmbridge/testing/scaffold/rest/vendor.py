"""A stand-in for Example's server, for the contract: it keeps people in memory.

Put a real server in its place as soon as there is one, see `account`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crmbridge.testing.upstream import Asked, Told

LONGEST = 200
OWNERS = ("1", "2")
KINDS: Mapping[str, Callable[[Any], bool]] = {
    "size": lambda one: isinstance(one, int | float) and not isinstance(one, bool),
    "vip": lambda one: isinstance(one, bool),
    "stage": lambda one: one in ("new", "working", "won", "lost"),
    "owner": lambda one: one in OWNERS,
}
FIELDS = [
    {"name": "id", "type": "string", "read_only": True},
    {"name": "changed_at", "type": "datetime", "read_only": True},
    {"name": "email", "type": "string"},
    {"name": "name", "type": "string"},
    {"name": "crmbridge_id", "type": "string"},
    {"name": "owner", "type": "user"},
    {"name": "stage", "type": "choice", "choices": ["new", "working", "won", "lost"]},
    {"name": "size", "type": "number"},
    {"name": "since", "type": "date"},
    {"name": "called_at", "type": "datetime"},
    {"name": "vip", "type": "boolean"},
]
TEXTS = ("email", "name", "crmbridge_id", "since", "called_at")


class Vendor:
    """One account; `token` lets in, `now` is its clock."""

    def __init__(self, token: str, now: datetime) -> None:
        self.token, self.now = token, now
        self.people: dict[int, dict[str, Any]] = {}
        self._last = 0

    def ask(self, asked: Asked) -> Told:
        """Answer one call."""
        parts = urlsplit(asked.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return self._told(401, {"error": {"code": "token", "message": "no such token"}})
        rows = json.loads(asked.body)["people"] if asked.body else []
        match asked.method, parts.path.split("/")[2:]:
            case "GET", ["account"]:
                return self._told(200, {"id": "acct-1", "sandbox": True})
            case "GET", ["people", "fields"]:
                return self._told(200, {"fields": FIELDS})
            case "GET", ["people"]:
                found, total = self._asked(query)
                return self._told(200, {"people": found, "total": total})
            case (("POST" | "PATCH"), ["people"]):
                return self._saved(rows)
        return self._told(404, {"error": {"code": "not_found", "message": "no such page"}})

    def add(self, **values: Any) -> int:
        """Make a person; return their id."""
        self._last += 1
        blank = dict.fromkeys((*KINDS, *TEXTS))
        own = {"id": str(self._last), "changed_at": self._stamp()}
        self.people[self._last] = {**blank, **own, **values}
        return self._last

    def edit(self, ident: int, **values: Any) -> None:
        """Change a person."""
        self.people[ident] |= {**values, "changed_at": self._stamp()}

    def _asked(self, query: Mapping[str, list[str]]) -> tuple[list[dict[str, Any]], int]:
        found = [self.people[one] for one in sorted(self.people)]
        if "by" in query:
            wanted = {one.casefold() for one in query.get("value", [])}
            found = [one for one in found if str(one[query["by"][0]]).casefold() in wanted]
            return found, len(found)
        low = query.get("changed_since", [""])[0]
        found = [one for one in found if int(one["id"]) > int(query["after"][0])]
        found = [one for one in found if one["changed_at"] >= low]
        return found[: int(query["limit"][0])], len(found)

    def _saved(self, rows: list[dict[str, Any]]) -> Told:
        """Take all rows of a call, or none."""
        wrong = [fault for at, row in enumerate(rows) if (fault := self._wrong(at, row))]
        if wrong:
            return self._told(422, {"errors": wrong})
        ids = []
        for row in rows:
            ident = row.pop("id", None)
            if ident is None:
                ids.append(str(self.add(**row)))
            else:
                self.edit(int(ident), **row)
                ids.append(ident)
        return self._told(200, {"ids": ids})

    def _wrong(self, at: int, row: Mapping[str, Any]) -> dict[str, Any] | None:
        if "id" in row and int(row["id"]) not in self.people:
            return {"at": at, "code": "not_found", "message": "no such person"}
        keys = {one["crmbridge_id"] for one in self.people.values()}
        if "id" not in row and row["crmbridge_id"] in keys:
            return _fault(at, "taken", "crmbridge_id", "is taken")
        for name, value in row.items():
            fits = KINDS.get(name, lambda one: isinstance(one, str) and len(one) <= LONGEST)
            if name not in (*KINDS, *TEXTS, "id"):
                return _fault(at, "unknown_field", name, "is no field")
            if value is not None and not fits(value):
                code = "unknown_owner" if name == "owner" else "invalid"
                return _fault(at, code, name, f"does not take {value!r}")
        return None

    def _stamp(self) -> str:
        return self.now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _told(self, status: int, data: object) -> Told:
        headers = {
            "content-type": "application/json",
            "date": self.now.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }
        return Told(status=status, headers=headers, body=json.dumps(data).encode())

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def _fault(at: int, code: str, field: str, why: str) -> dict[str, Any]:
    return {"at": at, "code": code, "field": field, "message": f"{field} {why}"}
