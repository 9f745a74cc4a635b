"""An emulated org on loopback for tests, and a plain HTTP client of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from connectors.salesforce.emulator import EMULATOR
from crmbridge.testing.emulator import Remote, Server, World

START = datetime(2026, 11, 21, 10, 0, 0, 400_000, tzinfo=UTC)
ROOT = "/services/data/v66.0/"
KEY = {
    "name": "CrmBridge_Id__c",
    "type": "string",
    "length": 36,
    "externalId": True,
    "unique": True,
}
SCORE = {"name": "Score__c", "type": "double", "precision": 5, "scale": 0}
REASON = {
    "name": "Reject_Reason__c",
    "type": "picklist",
    "picklistValues": ["No budget", "Wrong person"],
    "restrictedPicklist": True,
}


class Loopback(HTTPAdapter):
    """Sends https addresses of any host to one port of this machine."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        host = str(request.url).split("/", 3)[2]
        request.url = self._url + "/" + str(request.url).split("/", 3)[3]
        request.headers["Host"] = host
        kwargs["timeout"] = kwargs.get("timeout") or 20
        return super().send(request, *args, **kwargs)


class Desk:
    """One org with its world, control API and a session that is logged in."""

    def __init__(self, server: Server, vendor: EMULATOR, session: requests.Session) -> None:
        self.world = server.world
        self.url = server.url
        self.remote = Remote(server.url)
        self.vendor = vendor
        self.session = session
        self.token = ""

    def login(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": "app", "client_secret": "secret"}
        answer = self.session.post(self.url + "/services/oauth2/token", data=form)
        self.token = str(answer.json()["access_token"])
        return self.token

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        address = self.url + (path if path.startswith("/") else ROOT + path)
        auth = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.session.request(
            method, address, json=body, headers={**auth, **(headers or {})}, timeout=20
        )

    def query(self, soql: str, *, everything: bool = False, **headers: str) -> requests.Response:
        auth = {"Authorization": f"Bearer {self.token}", **headers}
        path = "queryAll" if everything else "query"
        return self.session.get(
            self.url + ROOT + path, params={"q": soql}, headers=auth, timeout=20
        )

    def ids(self, soql: str, *, everything: bool = False) -> list[str]:
        answer = self.query(soql, everything=everything)
        assert answer.status_code == 200, answer.text
        return [one["Id"] for one in answer.json()["records"]]

    def lead(self, **fields: Any) -> str:
        body = {"LastName": "Doe", "Company": "Acme", **fields}
        answer = self.call("POST", "sobjects/Lead", body, {"Sforce-Auto-Assign": "FALSE"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def row(self, obj: str, record_id: str) -> dict[str, Any]:
        return next(one for one in self.remote.state(obj) if one["Id"] == record_id)


@contextmanager
def desk(**options: Any) -> Iterator[Desk]:
    """Serve a fresh org with three custom fields on Lead, logged in, at a standing clock."""
    world = World(START)
    vendor = EMULATOR(world)
    with Server({"salesforce": vendor}, world) as server, requests.Session() as session:
        session.trust_env = False
        made = Desk(server, vendor, session)
        made.remote.seed(
            **{"describe/Lead": [KEY, SCORE, REASON], "describe/Contact": [KEY, SCORE]}
        )
        if options:
            made.remote.config(**options)
        made.login()
        yield made


def first_error(answer: requests.Response) -> tuple[int, str]:
    """Return status and code of a refused call."""
    return answer.status_code, answer.json()[0]["errorCode"]
