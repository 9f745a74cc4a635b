"""A vendor that is made up, its manifest, and a server that says what a test tells it to."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crmbridge.kit.manifest.connector import Manifested, made
from crmbridge.kit.manifest.load import read
from crmbridge.kit.manifest.writing import Prepare
from crmbridge.model.record import Row
from tests.stages.server import Script, Seen, Server, Step, http

DATE = "Mon, 02 Mar 2026 09:00:00 GMT"
MANIFEST = """
name = "shop"
title = "Shop"
sides = ["sales"]
proved = "nothing"

[credentials]
BASE_URL = "the address of the shop"
KEY = "in the shop's settings"

[auth]
kind = "bearer"
token = "{credentials.KEY}"

[limits]
page = 2
batch = 2
source = "made up"

[answer]
error = "error"
code = "error/code"
text = ["error/text"]

[check]
path = "/me"
id = "{answer/id}"

[objects.people]
roles = ["person"]
stamps = ["changed"]
key = { field = "ours", how = "search" }
create = { method = "POST", path = "/people", body = "{rows}", ids = "ids" }
update = { method = "PATCH", path = "/people", body = ["{pairs...}"] }

[objects.people.read]
path = "/people"
query = { size = "{size}", after = "{cursor}", since = "{since}", fields = "{fields,}" }
records = "items"
page = { by = "cursor", next = "next" }
ordered = true

[objects.people.find."*"]
path = "/find"
query = { by = "{by}", in = "{values,}" }
records = "items"

[objects.people.find.id]
path = "/people"
query = { ids = "{values,}" }
records = "items"

[objects.people.fields]
name = "text"
email = "text"
ours = "text"
state = "enum"

[objects.people.verbs.state]
won = { method = "POST", path = "/win", body = { ids = "{ids}" } }
"""
Answer = tuple[int, Any] | Any
"""What a script answers: JSON, or a status and JSON."""


class Asked:
    """One request, read."""

    def __init__(self, seen: Seen) -> None:
        parts = urlsplit(seen.target)
        self.call = f"{seen.method} {parts.path}"
        self.query = {name: held[0] for name, held in parse_qs(parts.query).items()}
        self.headers = seen.headers
        self.body = json.loads(seen.body) if seen.body else None


class Shop(Server):
    """The vendor's server; it closes the connectors to it, too."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.connected: list[Manifested] = []

    def __exit__(self, *error: Any) -> None:
        for one in self.connected:
            one.close()
        super().__exit__(*error)


def shop(answer: Callable[[Asked], Answer]) -> Shop:
    """A server that answers by a function, with the vendor's clock."""

    def script(seen: Seen, number: int) -> Iterable[Step]:
        told = answer(Asked(seen))
        status, body = told if isinstance(told, tuple) else (200, told)
        yield http(status, json.dumps(body), date=DATE)

    return Shop(script)


def changed(*pairs: tuple[str, str], text: str = MANIFEST) -> str:
    """The manifest with parts of it replaced."""
    for before, after in pairs:
        assert before in text, before
        text = text.replace(before, after)
    return text


def connector(text: str = MANIFEST, hooks: tuple[Prepare, ...] = ()) -> type[Manifested]:
    """The connector of a manifest."""
    return made(read("shop.toml", text.encode()), hooks=hooks)


def connected(
    server: Shop, text: str = MANIFEST, hooks: tuple[Prepare, ...] = (), **config: Any
) -> Manifested:
    """A connector to a server."""
    credentials: Mapping[str, str] = {"BASE_URL": server.url, "KEY": "k-1"}
    server.connected.append(connector(text, hooks)(credentials, config))
    return server.connected[-1]


def row(record: str = "", key: str = "", **values: Any) -> Row:
    """A row to write."""
    return Row(op=str(uuid.uuid4()), key=key or str(uuid.uuid4()), id=record, values=values)
