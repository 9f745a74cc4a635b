"""Answers as Pipedrive's documents have them, from a server on this machine."""

from __future__ import annotations

from typing import Any

from connectors.pipedrive import CONNECTOR
from crmbridge.kit.manifest.connector import Manifested
from tests.kit.manifest.shop import Answer, Asked, Shop, shop

OURS = "9dc80c50d78a15643bfc4ca79d76156a73a1ca0e"
STATUS = "1b2c80c50d78a15643bfc4ca79d76156a73a1c00"
TOKEN = "token-1"
FIELDS = [
    {"field_code": "name", "field_name": "Name", "field_type": "varchar"},
    {"field_code": "emails", "field_name": "Email", "field_type": "json"},
    {
        "field_code": OURS,
        "field_name": "crmbridge id",
        "field_type": "varchar",
        "is_custom_field": True,
    },
    {
        "field_code": STATUS,
        "field_name": "Lead status",
        "field_type": "enum",
        "is_custom_field": True,
        "options": [{"id": 12, "label": "New"}, {"id": 13, "label": "Given back"}],
    },
]
ANN = {
    "id": 1,
    "name": "Ann Becker",
    "emails": [
        {"value": "old@acme.example", "primary": False, "label": "home"},
        {"value": "ann@acme.example", "primary": True, "label": "work"},
    ],
    "phones": [],
    "owner_id": 7,
    "add_time": "2026-03-01T10:00:00Z",
    "update_time": "2026-03-01T11:00:00Z",
    "marketing_status": "subscribed",
    "is_deleted": False,
    "custom_fields": {OURS: "k1", STATUS: 12},
}


def good(data: Any, **more: Any) -> dict[str, Any]:
    """The envelope of an answer."""
    return {"success": True, "data": data, "additional_data": more or None}


class Pipedrive:
    """An account with some persons; `came` are the calls, `odd` the answers given instead."""

    def __init__(self, *people: dict[str, Any]) -> None:
        self.people = {one["id"]: dict(one) for one in people}
        self.came: list[Asked] = []
        self.odd: dict[str, Answer] = {}

    def __call__(self, asked: Asked) -> Answer:
        self.came.append(asked)
        if asked.call in self.odd:
            return self.odd[asked.call]
        if asked.headers.get("x-api-token") != TOKEN:
            return 401, {"success": False, "error": "unauthorized access", "errorCode": 401}
        match asked.call:
            case "GET /api/v1/users/me":
                return good({"id": 7, "company_id": 4711})
            case "GET /api/v2/personFields" | "GET /api/v2/dealFields":
                return good(FIELDS)
            case "GET /api/v2/persons":
                return self._listed(asked.query)
            case "GET /api/v2/persons/search":
                return self._found(asked.query)
            case "POST /api/v2/persons":
                own = max(self.people, default=0) + 1
                self.people[own] = {"id": own, **asked.body}
                return 201, good(self.people[own])
        own = int(asked.call.rpartition("/")[2])
        if own not in self.people:
            return 404, {"success": False, "error": "Person not found", "error_info": ""}
        self.people[own] |= asked.body
        return good(self.people[own])

    def _listed(self, query: dict[str, str]) -> Answer:
        rows = list(self.people.values())
        if "ids" in query:
            return good([row for row in rows if str(row["id"]) in query["ids"].split(",")])
        start, size = int(query.get("cursor", "0")), int(query["limit"])
        after = str(start + size) if start + size < len(rows) else None
        return good(rows[start : start + size], next_cursor=after)

    def _found(self, query: dict[str, str]) -> Answer:
        def texts(row: dict[str, Any]) -> list[str]:
            if query["fields"] == "email":
                return [one["value"] for one in row["emails"]]
            return [str(one) for one in row["custom_fields"].values()]

        rows = [row for row in self.people.values() if query["term"] in texts(row)]
        items = [{"result_score": 1, "item": {"id": row["id"], "type": "person"}} for row in rows]
        return good({"items": items}, next_cursor=None)


def serving(vendor: Pipedrive) -> Shop:
    """A server that answers as an account."""
    return shop(vendor)


def connected(server: Shop, token: str = TOKEN, budget: Any = None, **config: Any) -> Manifested:
    """A connector to that account."""
    credentials = {"BASE_URL": server.url, "COMPANY": "acme", "API_TOKEN": token}
    one = CONNECTOR(credentials, {"key_field": OURS, **config}, budget)
    server.connected.append(one)
    return one
