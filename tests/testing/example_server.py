"""A server of the scaffold's vendor on loopback, with people in it, and an account that records it.

What people do there goes by calls of its own (`/v1/acts`), as at any real server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from crmbridge.connector import Connector
from crmbridge.model.record import Value
from crmbridge.testing.contract.account import SENTINELS
from crmbridge.testing.proxy import Proxy
from crmbridge.testing.scaffold.rest import CONNECTOR
from crmbridge.testing.scaffold.rest.account import TOKEN, ExampleAccount, kind
from crmbridge.testing.scaffold.rest.vendor import Vendor
from crmbridge.testing.stand import Stand
from crmbridge.testing.upstream import Asked, Told

TRUE = "true-token-of-the-account"
PEOPLE = (
    ("Jürgen Großmann", "Juergen.Grossmann@acme.de", "+49 (170) 555-0199"),
    ("Ann O'Hara", "ann.o'hara+crm@some-mail.co.uk", "0043 660 1234567"),
    ("Li", "li@li.cn", "+1-202-555-0147"),
)
NOTE = (
    "Called Jürgen Großmann on +49 170 5550199; großmann asked to tell ann (O'Hara), "
    "00436601234567, who is ann.o'hara+crm@some-mail.co.uk. Write to juergen.grossmann@acme.de."
)


class Peopled(Vendor):
    """The vendor with people of its own, one of whom stands on each page of a list."""

    def __init__(self) -> None:
        super().__init__(TRUE, datetime(2026, 11, 2, 9, tzinfo=UTC))

    def ask(self, asked: Asked) -> Told:
        """Answer one call, or do what a person does in the screens."""
        if asked.path == "/v1/acts":
            if asked.headers.get("authorization") != f"Bearer {TRUE}":
                return self._told(401, {})
            return self._told(200, {"done": self._act(**json.loads(asked.body))})
        told = super().ask(asked)
        data = json.loads(told.body)
        if "total" in data:
            name, email, phone = PEOPLE[0]
            by = {"id": "7", "name": name, "email": email, "phone": phone}
            return self._told(200, {**data, "seen_by": by, "note": f"{NOTE} {TRUE}"})
        return told

    def _act(self, what: str, record: str = "", **values: Any) -> Any:
        match what:
            case "begin":
                self.people.clear()
                for name, email, phone in PEOPLE:
                    self.add(name=name, email=email, phone=phone, note=NOTE)
            case "add":
                return str(self.add(**values))
            case "edit":
                self.edit(int(record), **values)
            case "delete":
                del self.people[int(record)]
            case "wait":
                self.wait(400)
        return list(self.people.values())


class AtServer(ExampleAccount):
    """An account whose people act by calls."""

    persons: ClassVar[tuple[str, ...]] = ("phone",)

    def __init__(self, stand: Stand) -> None:
        swap = {TOKEN: stand.secrets.get("TOKEN", TOKEN)}
        self.proxy = Proxy(stand.upstream, kind=kind, swap=swap)
        super().__init__(Vendor("none", datetime.now(UTC)), self.proxy)
        for one in self._act("begin"):
            self._act("delete", one["id"])

    def _act(self, what: str, record: str = "", **values: Value) -> Any:
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        body = json.dumps({"what": what, "record": record, **values}).encode()
        told = self.proxy.ask(Asked(method="POST", path="/v1/acts", headers=headers, body=body))
        assert told.status == 200, told.status
        return json.loads(told.body)["done"]

    def seed(self, count: int) -> list[str]:
        first = self._number
        self._number += count
        return [
            self._act("add", name=f"{SENTINELS[0]} {n}", email=f"p{n}.{SENTINELS[1]}@example.com")
            for n in range(first, first + count)
        ]

    def edit(self, record: str, name: str) -> None:
        self._act("edit", record, name=name)

    def delete(self, record: str) -> None:
        self._act("delete", record)

    def settle(self) -> None:
        self._act("wait")

    def truth(self) -> Mapping[str, Mapping[str, object]]:
        return {one["id"]: one for one in self._act("look")}

    def build(self, credentials: Mapping[str, str]) -> Connector:
        return CONNECTOR(credentials, {}, None)


@contextmanager
def opened_at(stand: Stand) -> Iterator[AtServer]:
    """Give the account at a server, or at a recording of one."""
    account = AtServer(stand)
    with account.proxy:
        yield account


@contextmanager
def server() -> Iterator[str]:
    """Serve the vendor on loopback; give its address."""
    with Proxy(Peopled(), kind=lambda asked: "", swap={}) as found:
        yield found.url
