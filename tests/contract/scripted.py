"""A vendor that answers what a test tells it to, over a real socket, for answers that are rare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from connectors.hubspot import HubSpot
from crmbridge.testing.emulator.server import Server
from crmbridge.testing.emulator.vendor import Refusal, Request, Response, Vendor
from crmbridge.testing.emulator.world import World

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
Answer = Callable[[Request], Response]

PROPERTIES = {
    "results": [
        {"name": "email", "type": "string", "fieldType": "text"},
        {"name": "firstname", "type": "string", "fieldType": "text"},
        {"name": "numemployees", "type": "number", "fieldType": "number"},
        {"name": "lifecyclestage", "type": "enumeration", "fieldType": "radio", "options": []},
        {"name": "dealname", "type": "string", "fieldType": "text"},
    ]
}


class Answering(Vendor):
    """A vendor of answers alone: it takes no records and has no screens."""

    def seed(self, object: str, records: Sequence[Mapping[str, Any]]) -> int:
        raise Refusal("this vendor holds no records")

    def act(self, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
        raise Refusal("this vendor has no screens")

    def state(self, object: str) -> list[dict[str, Any]]:
        return []


class Scripted(Answering):
    """Asks a function for each answer, except for the properties, and keeps the requests."""

    name = "scripted"

    def __init__(self, answer: Answer) -> None:
        super().__init__(World(NOW))
        self.answer = answer
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Response:
        if "/crm/properties/" in request.path:
            return Response(body=PROPERTIES)
        self.requests.append(request)
        return self.answer(request)


@contextmanager
def scripted(answer: Answer, **config: Any) -> Iterator[tuple[HubSpot, Scripted]]:
    """Give a connector and the vendor that answers it."""
    vendor = Scripted(answer)
    with Server({"hubspot": vendor}, vendor.world) as server:
        connector = HubSpot({"ACCESS_TOKEN": "pat-na1-test", "BASE_URL": server.url}, config)
        try:
            yield connector, vendor
        finally:
            connector.close()
