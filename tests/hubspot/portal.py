"""A running HubSpot emulator, a raw client and a few shortcuts, for the tests of the emulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from connectors.hubspot.emulator import EMULATOR
from crmbridge.testing.emulator import Remote, Server, World

START = "2026-03-02T09:00:00Z"


class Portal:
    """One emulated portal: `remote` drives it, `call` speaks its API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.remote = Remote(url)
        self.client = httpx.Client(
            base_url=url, headers={"Authorization": "Bearer pat-test"}, trust_env=False, timeout=10
        )

    def call(self, method: str, path: str, body: Any = None, **params: Any) -> httpx.Response:
        return self.client.request(method, path, json=body, params=params)

    def get(self, path: str, **params: Any) -> Any:
        return self.call("GET", path, **params).json()

    def post(self, path: str, body: Any) -> Any:
        return self.call("POST", path, body).json()

    def contact(self, **properties: Any) -> str:
        made = self.post("/crm/v3/objects/contacts", {"properties": properties})
        return str(made["id"])

    def read(self, id: str, *names: str, object: str = "contacts") -> dict[str, Any]:
        path = f"/crm/v3/objects/{object}/{id}"
        return dict(self.get(path, properties=",".join(names))["properties"])

    def batch(
        self, verb: str, *inputs: Mapping[str, Any], object: str = "contacts", **more: Any
    ) -> httpx.Response:
        path = f"/crm/v3/objects/{object}/batch/{verb}"
        return self.call("POST", path, {"inputs": list(inputs), **more})

    def search(self, *filters: Mapping[str, Any], object: str = "contacts", **more: Any) -> Any:
        body = {"filterGroups": [{"filters": list(filters)}] if filters else [], **more}
        return self.post(f"/crm/v3/objects/{object}/search", body)

    def truth(self, object: str = "contacts") -> dict[str, dict[str, Any]]:
        return {one["id"]: one for one in self.remote.state(object)}


def rule(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """Return one filter of a search."""
    return {"propertyName": name, "operator": operator, "value": value, **more}


@contextmanager
def running() -> Iterator[Portal]:
    """Run a portal whose clock stands still and whose search quota is off."""
    world = World()
    with Server({"hubspot": EMULATOR(world)}, world) as server:
        portal = Portal(server.url)
        portal.remote.clock(now=START)
        portal.remote.config(limits={"search_secondly": None, "ten_secondly": None})
        yield portal
        portal.client.close()
