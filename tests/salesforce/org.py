"""An emulated Salesforce org as the contract wants it, for the tests of the connector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from connectors.salesforce import Salesforce
from crmbridge import registry
from crmbridge.model.record import Value
from crmbridge.testing.contract import Account, Fault, Trouble
from crmbridge.testing.contract.account import HARD, SENTINELS
from crmbridge.testing.emulator.client import Remote
from crmbridge.testing.emulator.server import Server
from crmbridge.testing.emulator.world import World

KEY = "CrmBridge_Id__c"
READS = ("GET /services/data/v*/query*", "POST /services/data/v*/composite")
WRITE = "PATCH /services/data/v*/composite/sobjects*"
OURS = (
    {"name": KEY, "type": "string", "length": 64, "externalId": True, "unique": True},
    {"name": "Score__c", "type": "double", "precision": 18, "scale": 2},
    {"name": "Visits__c", "type": "int"},
    {"name": "Next__c", "type": "date"},
    {"name": "Seen__c", "type": "datetime"},
    {"name": "Topics__c", "type": "multipicklist", "picklistValues": ["a", "b", "c"]},
)
# an org with person accounts: there a lead needs no company, as the contract's people have none
COMPANY = {"name": "Company", "type": "string", "length": 255, "nillable": True}
ERRORS: Mapping[Trouble, tuple[int, str, str]] = {
    Trouble.UNAUTHORISED: (401, "INVALID_SESSION_ID", "Session expired or invalid"),
    Trouble.FORBIDDEN: (403, "INSUFFICIENT_ACCESS_OR_READONLY", "no"),
    Trouble.NOT_FOUND: (404, "NOT_FOUND", "The requested resource does not exist"),
    Trouble.THROTTLED: (
        403,
        "REQUEST_LIMIT_EXCEEDED",
        "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    ),
    Trouble.SERVER_ERROR: (500, "UNKNOWN_EXCEPTION", "An unexpected error occurred"),
    Trouble.UNAVAILABLE: (503, "SERVER_UNAVAILABLE", "busy"),
}
KINDS = {
    Trouble.SLOW: {"kind": "delay", "seconds": 1.2},
    Trouble.RESET: {"kind": "reset"},
    Trouble.HTML: {"kind": "html"},
    Trouble.TRUNCATED: {"kind": "truncated"},
}


def rule(fault: Fault, route: str) -> dict[str, Any]:
    """Return a fault of the contract as a rule of the emulator."""
    made: dict[str, Any] = {"route": route, "skip": fault.skip}
    made["when"] = "after" if fault.after else "before"
    if fault.times:
        made["times"] = fault.times
    if fault.trouble in KINDS:
        return made | KINDS[fault.trouble]
    status, code, message = ERRORS[fault.trouble]
    wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    body = [{"errorCode": code, "message": message}]
    return made | {"kind": "status", "status": status, "body": body, "headers": wait}


class Org(Account):
    """An emulated org with our fields on its leads."""

    obj = "Lead"
    fields = ("LastName", "Email", "Company", "Status", "OwnerId", KEY)
    name_field = "LastName"
    email_field = "Email"
    many = 650
    typed: Mapping[str, Value] = {
        "Company": "Acme, Inc. “Ü”",
        "Title": "Head of O'Brien \\ Co",
        "DoNotCall": True,
        "Score__c": Decimal("12.5"),
        "Visits__c": 7,
        "Next__c": date(2026, 12, 24),
        "Seen__c": datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
        "Topics__c": ("a", "c"),
    }
    bad: Mapping[str, Value] = {"Email": f"no address, {SENTINELS[0]}"}
    hard: Mapping[str, Sequence[str]] = {"LastName": HARD}
    refreshes = True
    converts = True

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self.remote = Remote(server.url)
        self._count = 0

    def connect(self, *, patience: float | None = None, **options: Any) -> Salesforce:
        limits = {} if patience is None else {"limits": {"timeout": patience}}
        return Salesforce(self.credentials(), {"page_size": 200, **limits, **options}, None)

    def credentials(self) -> Mapping[str, str]:
        return {
            "CLIENT_ID": "consumer",
            "CLIENT_SECRET": f"{SENTINELS[2]}-1",
            "BASE_URL": self.url,
        }

    def build(self, credentials: Mapping[str, str]) -> Salesforce:
        return Salesforce(credentials, {}, None)

    def seed(self, count: int) -> list[str]:
        before = {row["Id"] for row in self.remote.state("Lead")}
        at = str(self.remote.clock()["now"])[:19] + ".000+0000"
        rows = [self._lead(at) for _ in range(count)]
        self.remote.seed(Lead=rows)
        return [row["Id"] for row in self.remote.state("Lead") if row["Id"] not in before]

    def _lead(self, at: str) -> dict[str, Any]:
        self._count += 1
        return {
            "LastName": f"{SENTINELS[0]} {self._count}",
            "Company": "Somewhere",
            "Email": f"s{self._count}.{SENTINELS[1]}@example.com",
            "SystemModstamp": at,
        }

    def edit(self, record: str, name: str) -> None:
        self.remote.act("edit", object="Lead", id=record, fields={"LastName": name})

    def delete(self, record: str) -> None:
        self.remote.act("delete", object="Lead", id=record)

    def merge(self, winner: str, loser: str) -> str:
        return str(self.remote.act("merge", object="Lead", winner=winner, losers=[loser])["id"])

    def convert(self, record: str) -> tuple[str, str]:
        return "Contact", str(self.remote.act("convert", id=record)["contactId"])

    def settle(self) -> None:
        self.remote.clock(advance=1200)

    def fault(self, rules: Sequence[Fault]) -> None:
        self.remote.clear_faults()
        for each in rules:
            for route in READS if each.on == "read" else (WRITE,):
                self.remote.faults(rule(each, route))

    def truth(self) -> Mapping[str, Mapping[str, object]]:
        return {row["Id"]: row for row in self.remote.state("Lead") if not row["IsDeleted"]}

    def calls(self) -> int:
        return len(self.remote.audit())


def serve_org() -> Iterator[Org]:
    """Serve an org that has our fields on leads, contacts and tasks."""
    world = World()
    with Server({"salesforce": registry.emulator("salesforce")(world)}, world) as server:
        account = Org(server)
        for obj in ("Lead", "Contact", "Task"):
            for field in OURS:
                account.remote.act("add_field", object=obj, field=field)
        account.remote.act("add_field", object="Lead", field=COMPANY)
        yield account
