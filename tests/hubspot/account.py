"""A HubSpot portal at its emulator, as the contract and HubSpot's own tests use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

import httpx

from connectors.hubspot import HubSpot
from connectors.hubspot.emulator import EMULATOR
from crmbridge.model.record import Value
from crmbridge.testing.contract import Account, Fault, Trouble
from crmbridge.testing.contract.account import HARD, SENTINELS
from crmbridge.testing.emulator import Remote
from crmbridge.testing.emulator.server import Server
from crmbridge.testing.emulator.world import World

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TOKEN = f"pat-na1-{SENTINELS[2]}"
PLENTY = dict.fromkeys(
    (
        "ten_secondly",
        "search_secondly",
        "daily",
        "associations_ten_secondly",
        "associations_daily",
    ),
    10**7,
)
"""The quotas of a portal for tests that are not about quotas."""

LETTERS = [{"label": letter.upper(), "value": letter} for letter in "abc"]
OWN = (
    {"name": "crmbridge_id", "type": "string", "fieldType": "text", "hasUniqueValue": True},
    {"name": "x_number", "type": "number", "fieldType": "number"},
    {"name": "x_bool", "type": "bool", "fieldType": "booleancheckbox"},
    {"name": "x_date", "type": "date", "fieldType": "date"},
    {"name": "x_datetime", "type": "datetime", "fieldType": "date"},
    {"name": "x_enum", "type": "enumeration", "fieldType": "select", "options": LETTERS},
    {"name": "x_multi", "type": "enumeration", "fieldType": "checkbox", "options": LETTERS},
)

_KINDS: Mapping[Trouble, Mapping[str, Any]] = {
    Trouble.UNAUTHORISED: {"kind": "status", "status": 401},
    Trouble.FORBIDDEN: {"kind": "status", "status": 403},
    Trouble.NOT_FOUND: {"kind": "status", "status": 404},
    Trouble.THROTTLED: {"kind": "status", "status": 429},
    Trouble.SERVER_ERROR: {"kind": "status", "status": 500},
    Trouble.UNAVAILABLE: {"kind": "status", "status": 503},
    Trouble.SLOW: {"kind": "delay", "seconds": 1.2},
    Trouble.RESET: {"kind": "reset"},
    Trouble.HTML: {"kind": "html"},
    Trouble.TRUNCATED: {"kind": "truncated"},
}
_ROUTES = {
    "read": ("GET /crm/*objects*/contacts", "POST /crm/*objects*/contacts/search"),
    "write": ("POST /crm/*objects*/contacts/batch/up*",),
}


class HubSpotAccount(Account):
    """A portal with a clock that stands still until told, and an index that lags."""

    obj = "contacts"
    fields: ClassVar[tuple[str, ...]] = ("email", "firstname", "lastname", "lifecyclestage")
    name_field = "firstname"
    email_field = "email"
    many = 450
    typed: ClassVar[Mapping[str, Value]] = {
        "x_number": Decimal("12.50"),
        "x_bool": True,
        "x_date": date(2026, 2, 28),
        "x_datetime": datetime(2026, 3, 1, 23, 30, 15, 250_000, tzinfo=UTC),
        "x_enum": "b",
        "x_multi": ("a", "c"),
    }
    bad: ClassVar[Mapping[str, Value]] = {"x_number": "many"}
    hard: ClassVar[Mapping[str, Sequence[str]]] = {"firstname": HARD}

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self.remote = Remote(server.url)
        self.version = "2026-09"
        self._number = 0

    def provision(self, obj: str) -> None:
        """Create our properties by the vendor's own API, as an administrator would."""
        inputs = [{"label": each["name"], "groupName": "crmbridge", **each} for each in OWN]
        answer = httpx.post(
            f"{self.url}/crm/v3/properties/{obj}/batch/create",
            json={"inputs": inputs},
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        assert answer.status_code == 201, answer.text

    def credentials(self) -> Mapping[str, str]:
        return {"ACCESS_TOKEN": TOKEN, "BASE_URL": self.url}

    def build(self, credentials: Mapping[str, str]) -> HubSpot:
        return HubSpot(credentials)

    def connect(self, *, patience: float | None = None, **config: Any) -> HubSpot:
        waits = {} if patience is None else {"timeout_seconds": patience}
        return HubSpot(self.credentials(), {"version": self.version, **waits, **config})

    def seed(self, count: int) -> list[str]:
        first = self._number
        self._number += count
        people = [
            {
                "firstname": f"{SENTINELS[0]} {n}",
                "lastname": "Row",
                "email": f"p{n}.{SENTINELS[1]}@example.com",
            }
            for n in range(first, first + count)
        ]
        before = set(self.truth())
        self.remote.seed(contacts=[{"properties": person} for person in people])
        return sorted(set(self.truth()) - before, key=int)

    def edit(self, record: str, name: str) -> None:
        self.remote.act("edit", id=record, properties={"firstname": name})

    def delete(self, record: str) -> None:
        self.remote.act("delete", id=record)

    def merge(self, winner: str, loser: str) -> str:
        return str(self.remote.act("merge", primary=winner, other=loser)["id"])

    def settle(self) -> None:
        self.remote.clock(advance=60)

    def fault(self, rules: Sequence[Fault]) -> None:
        self.remote.clear_faults()
        for rule in rules:
            self.remote.faults(*(_rule(rule, route) for route in _ROUTES[rule.on]))

    def truth(self) -> Mapping[str, Mapping[str, object]]:
        return {
            r["id"]: r["properties"] for r in self.remote.state("contacts") if not r["archived"]
        }

    def calls(self) -> int:
        return len(self.remote.audit())


def _rule(fault: Fault, route: str) -> dict[str, Any]:
    rule = {"route": route, "when": "after" if fault.after else "before", **_KINDS[fault.trouble]}
    if fault.retry_after is not None:
        rule["headers"] = {"Retry-After": str(fault.retry_after)}
    if fault.skip:
        last = fault.skip + (fault.times or 1000)
        return {**rule, "nth": list(range(fault.skip + 1, last + 1))}
    return {**rule, "times": fault.times} if fault.times else rule


@contextmanager
def opened(**options: Any) -> Iterator[HubSpotAccount]:
    """Give a fresh portal with our properties in it, whose index lags up to ten seconds."""
    world = World(NOW)
    with Server({"hubspot": EMULATOR(world)}, world) as server:
        account = HubSpotAccount(server)
        account.remote.config(limits=PLENTY, index_delay=[0.5, 10], **options)
        for obj in ("contacts", "deals"):
            account.provision(obj)
        yield account
