"""A scripted stand-in for the bridge to Salesforce, and the small parts that tests share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from connectors.salesforce import soql
from connectors.salesforce.client import Client
from connectors.salesforce.finds import Finder
from connectors.salesforce.follow import Follower
from connectors.salesforce.reads import Reader
from connectors.salesforce.schemas import Schemas
from connectors.salesforce.writes import Writer
from crmbridge.model.record import Row, Written
from crmbridge.net.call import Answer

NOW = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)
LOOKBACK = timedelta(seconds=900)
KEY = "CrmBridge_Id__c"
BASE = "/services/data/v66.0"
NAMES = ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId", "LastName", "Email", KEY)
Told = Answer | Exception
Reply = Callable[[str, str, Any], Told]


class Script:
    """Stands where the bridge stands: keeps what was asked, answers by a function."""

    def __init__(self, reply: Reply) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self._reply = reply
        self.hidden: set[str] = set()

    def call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool | None = None,
        expect: object = None,
    ) -> Answer:
        self.headers.append(headers or {})
        if path.endswith("/describe"):
            return ok({"fields": [field(n) for n in NAMES if n not in self.hidden]})
        self.calls.append((method, unquote(path), json))
        told = self._reply(method, unquote(path), json)
        if isinstance(told, Exception):
            raise told
        return told


def field(name: str) -> dict[str, Any]:
    kind = {"SystemModstamp": "datetime", "IsDeleted": "boolean"}.get(name, "string")
    return {"name": name, "type": kind, "nillable": True, "createable": True}


def ok(data: object, status: int = 200) -> Answer:
    return Answer(status=status, headers={}, data=data, date=NOW)


def bad(code: str, message: str = "", status: int = 400) -> Answer:
    return ok([{"errorCode": code, "message": message}], status)


def lead(number: int, at: str = "2026-11-21T09:00:00.000+0000") -> dict[str, Any]:
    return {"Id": ident(number), "SystemModstamp": at, "IsDeleted": False, "LastName": f"L{number}"}


def ident(number: int) -> str:
    return soql.long_id(f"00Q{number:012}")


def page(rows: Sequence[Mapping[str, Any]], link: str = "", total: int = 4) -> Answer:
    more = {"nextRecordsUrl": link} if link else {}
    return ok({"totalSize": total, "done": not link, "records": list(rows), **more})


def reader(script: Script) -> Reader:
    client = Client(script, "66.0", 2000)
    return Reader(client, Schemas(client), LOOKBACK)


def finder(script: Script) -> Finder:
    client = Client(script, "66.0", 2000)
    schemas = Schemas(client)
    return Finder(client, schemas, Reader(client, schemas, LOOKBACK))


def writer(script: Script) -> Writer:
    client = Client(script, "66.0", 2000)
    schemas = Schemas(client)
    follower = Follower(Reader(client, schemas, LOOKBACK), schemas, KEY)
    return Writer(client, follower, KEY, {"Sforce-Auto-Assign": "FALSE"})


LINK = f"{BASE}/query/01gXX-2000"


def row(number: int, *, known: bool = False, key: str = "", name: str = "N") -> Row:
    where = ident(number) if known else ""
    return Row(op=f"op{number}", key=key or f"lead-{number}", id=where, values={"LastName": name})


def done(json: Any) -> Answer:
    entries = []
    for record in json["records"]:
        known = record.get("id") or ident(int(record[KEY].rsplit("-", 1)[1]))
        entries.append({"id": known, "success": True, "created": "id" not in record, "errors": []})
    return ok(entries)


def outcomes(results: Sequence[Written]) -> list[str]:
    return [result.outcome.value for result in results]
