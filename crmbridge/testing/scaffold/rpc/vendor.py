"""A stand-in for Example's server, for the contract: it keeps people in memory.

Put a real server in its place as soon as there is one, see `account`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from crmbridge.testing.upstream import Asked, Told

LONGEST = 200
OWNERS = (1, 2)
KINDS: Mapping[str, Callable[[Any], bool]] = {
    "size": lambda one: isinstance(one, int | float) and not isinstance(one, bool),
    "vip": lambda one: isinstance(one, bool),
    "stage": lambda one: one in ("new", "working", "won", "lost"),
    "owner": lambda one: one in OWNERS,
}
TEXTS = ("email", "name", "crmbridge_id", "since", "called_at")


class Wrong(Exception):
    """Something that the vendor does not do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Vendor:
    """One account; `token` lets in, `now` is its clock."""

    def __init__(self, token: str, now: datetime) -> None:
        self.token, self.now = token, now
        self.people: dict[int, dict[str, Any]] = {}
        self._last = 0

    def ask(self, asked: Asked) -> Told:
        """Answer one call; what goes wrong inside it comes with status 200."""
        if asked.headers.get("x-token") != self.token:
            return self._told({"error": {"code": "token", "message": "no such token"}})
        call = json.loads(asked.body)
        try:
            return self._told({"result": self._done(call["method"], *call["params"])})
        except Wrong as error:
            return self._told({"error": {"code": error.code, "message": str(error)}})

    def _done(self, method: str, *params: Any) -> Any:
        match method:
            case "account.get":
                return {"id": "acct-1"}
            case "people.list":
                return self._listed(*params)
            case "people.find":
                return self._found(*params)
            case "people.make":
                return self._made(*params)
            case "people.change":
                return self._changed(params)
        raise Wrong("no_method", "no such method")

    def add(self, **values: Any) -> int:
        """Make a person; return their id."""
        self._last += 1
        blank = dict.fromkeys((*KINDS, *TEXTS))
        own = {"id": self._last, "changed_at": self._stamp()}
        self.people[self._last] = {**blank, **own, **values}
        return self._last

    def edit(self, ident: int, **values: Any) -> None:
        """Change a person."""
        self.people[ident] |= {**values, "changed_at": self._stamp()}

    def _listed(self, after: int, limit: int, since: str) -> list[dict[str, Any]]:
        found = [self.people[one] for one in sorted(self.people) if one > after]
        return [one for one in found if one["changed_at"] >= since][:limit]

    def _found(self, by: str, values: list[Any]) -> list[dict[str, Any]]:
        wanted = {str(one).casefold() for one in values}
        found = (self.people[one] for one in sorted(self.people))
        return [one for one in found if str(one[by]).casefold() in wanted]

    def _made(self, rows: list[dict[str, Any]]) -> list[int]:
        for row in rows:
            _check(row)
            if self._found("crmbridge_id", [row["crmbridge_id"]]):
                raise Wrong("taken", "crmbridge_id: is taken")
        return [self.add(**row) for row in rows]

    def _changed(self, params: tuple[Any, ...]) -> bool:
        pairs = list(zip(params[::2], params[1::2], strict=True))
        for ids, values in pairs:
            if not set(ids) <= self.people.keys():
                raise Wrong("not_found", "there is no such person")
            _check(values)
        for (ident,), values in pairs:
            self.edit(ident, **values)
        return True

    def _stamp(self) -> str:
        return self.now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _told(self, data: object) -> Told:
        headers = {
            "content-type": "application/json",
            "date": self.now.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }
        return Told(status=200, headers=headers, body=json.dumps(data).encode())

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def _check(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        fits = KINDS.get(name, lambda one: isinstance(one, str) and len(one) <= LONGEST)
        if name not in (*KINDS, *TEXTS):
            raise Wrong("unknown_field", f"{name}: is no field")
        if value is not None and not fits(value):
            code = "unknown_owner" if name == "owner" else "invalid"
            raise Wrong(code, f"{name}: does not take {value!r}")
