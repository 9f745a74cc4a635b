"""An account of Example, as the contract of connectors uses it.

With a real server: put `Server(url)` of crmbridge.testing.upstream where `Vendor` stands, and let
`seed`, `edit` and the others do by its API what a person does in its screens.
"""

# ruff: noqa: D102 - what each method does is said by Account
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from crmbridge.connector import Connector
from crmbridge.model.record import Value
from crmbridge.testing.contract.account import SENTINELS, Account, Fault
from crmbridge.testing.proxy import Proxy
from crmbridge.testing.scaffold.rpc import CONNECTOR
from crmbridge.testing.scaffold.rpc.vendor import Vendor
from crmbridge.testing.upstream import Asked

TOKEN = f"made-up-{SENTINELS[2]}"
HARD = "  <b>Öl & Söhne</b> “x”\n\n\tO'Neil \\ "
"""A text that is hard to keep; a field that trims or cleans it is not to be mapped both ways."""


def kind(asked: Asked) -> str:
    """Whether a call carries people, as the contract's faults want to know."""
    method = json.loads(asked.body).get("method", "") if asked.body else ""
    return {"people.list": "read", "people.make": "write", "people.change": "write"}.get(method, "")


class ExampleAccount(Account):
    """One account behind the fault proxy."""

    obj = "people"
    fields: ClassVar[tuple[str, ...]] = ("name", "email", "stage", "size")
    name_field = "name"
    email_field = "email"
    many = 330
    typed: ClassVar[Mapping[str, Value]] = {
        "stage": "working",
        "size": Decimal("12.5"),
        "since": date(2026, 2, 28),
        "called_at": datetime(2026, 3, 1, 23, 30, 15, tzinfo=UTC),
        "vip": True,
        "owner": "2",
    }
    bad: ClassVar[Mapping[str, Value]] = {"stage": "nowhere"}
    tells_last = False
    hard: ClassVar[Mapping[str, Sequence[str]]] = {"name": (HARD,)}
    costs: ClassVar[Mapping[str, int]] = {"quiet read": 1, "look-up": 1, "list": 1, "write": 2}

    def __init__(self, vendor: Vendor, proxy: Proxy) -> None:
        self._vendor, self._proxy = vendor, proxy
        self._number = 0

    def credentials(self) -> Mapping[str, str]:
        return {"TOKEN": TOKEN, "BASE_URL": self._proxy.url}

    def build(self, credentials: Mapping[str, str]) -> Connector:
        return CONNECTOR(credentials, {}, None)

    def connect(self, *, patience: float | None = None) -> Connector:
        config: dict[str, Any] = {} if patience is None else {"timeout_seconds": patience}
        return CONNECTOR(self.credentials(), config, None)

    def seed(self, count: int) -> list[str]:
        first = self._number
        self._number += count
        return [
            str(
                self._vendor.add(
                    name=f"{SENTINELS[0]} {number}",
                    email=f"p{number}.{SENTINELS[1]}@example.com",
                )
            )
            for number in range(first, first + count)
        ]

    def edit(self, record: str, name: str) -> None:
        self._vendor.edit(int(record), name=name)

    def delete(self, record: str) -> None:
        del self._vendor.people[int(record)]

    def merge(self, winner: str, loser: str) -> str:
        raise LookupError("Example merges nobody")

    def leaver(self) -> tuple[str, str] | None:
        return "owner", "9"

    def settle(self) -> None:
        self._vendor.wait(400)

    def fault(self, rules: Sequence[Fault]) -> None:
        self._proxy.fault(rules)

    def truth(self) -> Mapping[str, Mapping[str, object]]:
        return {str(one["id"]): one for one in self._vendor.people.values()}

    def calls(self) -> int:
        return self._proxy.calls


@contextmanager
def opened() -> Iterator[ExampleAccount]:
    """Give a new account."""
    vendor = Vendor("true-token", datetime(2026, 11, 2, 9, tzinfo=UTC))
    with Proxy(vendor, kind=kind, swap={TOKEN: vendor.token}) as proxy:
        yield ExampleAccount(vendor, proxy)
