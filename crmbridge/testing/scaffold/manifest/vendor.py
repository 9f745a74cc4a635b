"""A stand-in for Example's server, for the contract: it keeps people in memory.

Put a real server in its place as soon as there is one, see `account`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crmbridge.testing.upstream import Asked, Told

LONGEST = 200
OWNERS = ("1", "2")
KINDS: Mapping[str, Callable[[Any], bool]] = {
    "size": lambda one: isinstance(one, int | float) and not isinstance(one, bool),
    "vip": lambda one: isinstance(one, bool),
    "stage": lambda one: one in ("new", "working", "won", "lost"),
    "owner": lambda one: one in OWNERS,
}
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
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return self._told(401, {"error": {"code": "token", "message": "no such token"}})
        body = json.loads(asked.body) if asked.body else {}
        match asked.method, parts.path.split("/")[2:]:
            case "GET", ["account"]:
                return self._told(200, {"id": "acct-1"})
            case "GET", ["people"]:
                return self._told(200, {"people": list(self._asked(query))})
            case "POST", ["people"]:
                return self._made(body)
            case "PATCH", ["people", one]:
                return self._changed(int(one), body)
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

    def _asked(self, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        found = [self.people[one] for one in sorted(self.people)]
        if "ids" in query:
            found = [one for one in found if one["id"] in query["ids"].split(",")]
        elif "by" in query:
            wanted = {one.casefold() for one in query["values"].split(",")}
            found = [one for one in found if str(one.get(query["by"])).casefold() in wanted]
        else:
            low = query.get("changed_since", "")
            found = [one for one in found if int(one["id"]) > int(query["after"])]
            found = [one for one in found if one["changed_at"] >= low][: int(query["limit"])]
        yield from found

    def _made(self, body: Mapping[str, Any]) -> Told:
        if wrong := self._wrong(body):
            return wrong
        if any(one.get("crmbridge_id") == body["crmbridge_id"] for one in self.people.values()):
            return self._refused("taken", "crmbridge_id: is taken")
        return self._told(201, {"id": str(self.add(**body))})

    def _changed(self, ident: int, body: Mapping[str, Any]) -> Told:
        if ident not in self.people:
            return self._told(404, {"error": {"code": "not_found", "message": "no such person"}})
        if wrong := self._wrong(body):
            return wrong
        self.edit(ident, **body)
        return self._told(200, self.people[ident])

    def _wrong(self, body: Mapping[str, Any]) -> Told | None:
        for name, value in body.items():
            fits = KINDS.get(name, lambda one: isinstance(one, str) and len(one) <= LONGEST)
            if name not in (*KINDS, *TEXTS):
                return self._refused("unknown_field", f"{name}: is no field")
            if value is not None and not fits(value):
                code = "unknown_owner" if name == "owner" else "invalid"
                return self._refused(code, f"{name}: does not take {value!r}")
        return None

    def _refused(self, code: str, message: str) -> Told:
        return self._told(422, {"error": {"code": code, "message": message}})

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
