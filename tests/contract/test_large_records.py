"""A page that is too large, too slow or refused is halved down to its record; the rest comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from connectors.hubspot import HubSpot
from connectors.salesforce import Salesforce
from crmbridge.errors import Refused, Unavailable
from crmbridge.model.record import Page, ReadRequest
from crmbridge.testing.emulator.server import Server
from crmbridge.testing.emulator.vendor import Request, Response
from crmbridge.testing.emulator.world import World
from tests.contract.scripted import NOW, Answering

CAP = 20_000
"""Bytes that the connectors of these tests take at most."""
TIMEOUT = 1.0
STAMP, SF_STAMP = "2026-11-02T08:00:00.000Z", "2026-11-02T08:00:00.000+0000"
CAUSES = ("cap", "413", "414", "late")
SOME: tuple[tuple[int, frozenset[int]], ...] = (
    (1, frozenset({0})),
    (7, frozenset({0})),
    (7, frozenset({6})),
    (7, frozenset({0, 1, 2})),
    (7, frozenset({1, 3, 5})),
    (40, frozenset({17, 18, 39})),
    (230, frozenset({0, 111, 229})),
)


class Shelf(Answering):
    """Numbered records, some of which no page with their values can hold."""

    name = "shelf"

    def __init__(self, number: int, large: frozenset[int], cause: str) -> None:
        super().__init__(World(NOW))
        self.number, self.large, self.cause = number, large, cause
        self.calls = 0

    def answer(self, numbers: list[int], body: Any, *, bare: bool) -> Response:
        """Give an answer, or what becomes of it when a large record is in it with its values."""
        self.calls += 1
        if bare or not self.large.intersection(numbers):
            return Response(body=body)
        if self.cause == "late":
            time.sleep(1.3 * TIMEOUT)  # the fault is the time that it takes
            return Response(body=body)
        if self.cause == "cap":
            return Response(body=body if isinstance(body, list) else {**body, "x": "x" * CAP})
        return Response(status=int(self.cause), body={"message": "too large"})


class Portal(Shelf):
    """HubSpot's list, search and batch read of contacts 1 to n."""

    def handle(self, request: Request) -> Response:
        if "/crm/properties/" in request.path:
            return Response(body={"results": [{"name": "email", "type": "string"}]})
        if request.path.endswith("/search"):
            body = request.json()
            after = int(body["filterGroups"][0]["filters"][1]["value"])
            return self.page(after, body["limit"], body.get("properties") or [])
        if request.path.endswith("/batch/read"):
            numbers = [int(one["id"]) - 1 for one in request.json()["inputs"]]
            return self.answer(numbers, {"results": [self.row(n) for n in numbers]}, bare=False)
        query = request.query
        after = int(query.get("after", ["0"])[0])
        return self.page(after, int(query["limit"][0]), query["properties"][0].split(","))

    def page(self, after: int, limit: int, names: list[str]) -> Response:
        numbers = [n for n in range(self.number) if n + 1 > after][:limit]
        body: dict[str, Any] = {"results": [self.row(n) for n in numbers]}
        if numbers and numbers[-1] + 1 < self.number:
            body["paging"] = {"next": {"after": str(numbers[-1] + 1)}}
        return self.answer(numbers, body, bare="email" not in names)

    @staticmethod
    def row(number: int) -> dict[str, Any]:
        values = {"hs_object_id": str(number + 1), "email": f"a{number}@b.example"}
        values["lastmodifieddate"] = STAMP
        return {"id": str(number + 1), "properties": values, "updatedAt": STAMP}


def ident(number: int) -> str:
    return f"00Q{number:012}EAA"


class Org(Shelf):
    """Salesforce's queries over leads 0 to n-1, with and without a LIMIT, alone and five a call."""

    PAGE = 50

    def handle(self, request: Request) -> Response:
        if request.path.endswith("/oauth2/token"):
            return Response(body={"access_token": "token"})
        if request.path.endswith("/describe"):
            names = [("Id", "id"), ("SystemModstamp", "datetime"), ("Email", "email")]
            return Response(body={"fields": [{"name": n, "type": kind} for n, kind in names]})
        if request.path.endswith("/composite"):
            return self.several(request)
        if "/queryAll/" in request.path:
            return self.answer(*self.rows(int(request.path.rsplit("-", 1)[1]), self.PAGE))
        return self.asked(request.query["q"][0])

    def asked(self, query: str) -> Response:
        low = query.partition("Id > '")[2][:15]
        start = int(low[3:]) + 1 if low else 0
        limit = int(query.partition(" LIMIT ")[2] or 0)
        numbers, body = self.rows(start, limit or self.PAGE)
        if limit:
            body = {"totalSize": len(numbers), "done": True, "records": body["records"]}
        return self.answer(numbers, body, bare="Email" not in query)

    def several(self, request: Request) -> Response:
        parts: list[Any] = []
        for part in request.json()["compositeRequest"]:
            told = self.asked(unquote(urlsplit(part["url"]).query.removeprefix("q=")))
            said = {"referenceId": part["referenceId"], "httpStatusCode": told.status}
            parts.append({**said, "body": told.body})
        return Response(body={"compositeResponse": parts})

    def rows(self, start: int, limit: int) -> tuple[list[int], dict[str, Any]]:
        numbers = list(range(self.number))[start : start + limit]
        rows = [
            {"Id": ident(n), "SystemModstamp": SF_STAMP, "Email": f"a{n}@b.example"}
            for n in numbers
        ]
        more = start + limit < self.number
        body: dict[str, Any] = {"totalSize": self.number, "done": not more, "records": rows}
        if more:
            body["nextRecordsUrl"] = f"/services/data/v66.0/queryAll/01g-{start + limit}"
        return numbers, body

    def answer(self, numbers: list[int], body: Any, *, bare: bool = False) -> Response:
        return super().answer(numbers, body, bare=bare)


@contextmanager
def shelf(kind: type[Shelf], number: int, large: frozenset[int], cause: str) -> Iterator[Any]:
    vendor = kind(number, large, cause)
    with Server({"shelf": vendor}, vendor.world) as server:
        if kind is Portal:
            made: Any = HubSpot({"ACCESS_TOKEN": "pat-na1-test", "BASE_URL": server.url}, {})
            transport = made._client._bridge.transport
        else:
            secret = {"CLIENT_ID": "c", "CLIENT_SECRET": "s", "BASE_URL": server.url}
            made = Salesforce(secret, {}, None)
            transport = made._bridge.transport
        transport.limits = replace(transport.limits, body=CAP, timeout=TIMEOUT)
        transport._budget = None  # these reads are about sizes, not about quotas
        made.vendor = vendor
        try:
            yield made
        finally:
            made.close()


CHANGES = '{"v":1,"mode":"search","hi":1,"run":0,"last":""}'
MANY = [f"field_{number:04}" for number in range(1_000)]


def of_many(pages: Iterator[tuple[str, Page]]) -> Iterator[Page]:
    return (page for _, page in pages)


Reads = Callable[[Any, str | None], Iterator[Page]]
READS: dict[str, tuple[type[Shelf], Reads]] = {
    "hubspot list": (Portal, lambda made, at: made.read("contacts", ["email"], at)),
    "hubspot changes": (Portal, lambda made, at: made.read("contacts", ["email"], at or CHANGES)),
    "salesforce": (Org, lambda made, at: made.read("Lead", ["Email"], at)),
    "salesforce many": (
        Org,
        lambda made, at: of_many(
            made.read_many([ReadRequest(obj="Lead", fields=("Email",), since=at)])
        ),
    ),
}
THIN: dict[str, tuple[type[Shelf], Reads]] = {
    "hubspot list by id": (Portal, lambda made, at: made.read("contacts", ["email", *MANY], at)),
    "hubspot changes by id": (
        Portal,
        lambda made, at: made.read("contacts", ["email", *MANY], at or CHANGES),
    ),
}
TRIES = 3
"""How often a read is tried that failed, from where it had come to: as a pull does."""


def taken(made: Any, reads: Reads) -> tuple[list[str], list[str]]:
    """Return the addresses that came and the ids that were named as too large."""
    emails: list[str] = []
    unread: list[str] = []
    at: str | None = None
    failed = 0
    while True:
        try:
            for page in reads(made, at):
                at, failed = page.cursor, 0
                told = [one.values.get("email", one.values.get("Email")) for one in page.records]
                emails += map(str, told)
                unread += page.unread
        except Unavailable:
            failed += 1
            if failed == TRIES:
                raise
        else:
            return emails, unread


def right(kind: type[Shelf], number: int, large: frozenset[int]) -> tuple[list[str], list[str]]:
    emails = [f"a{n}@b.example" for n in range(number) if n not in large]
    return emails, [str(n + 1) if kind is Portal else ident(n) for n in sorted(large)]


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize(("number", "large"), SOME)
@pytest.mark.parametrize("read", READS)
def test_every_record_comes_but_those_that_cannot_and_they_are_named_once(
    read: str, number: int, large: frozenset[int], cause: str
) -> None:
    if cause == "late" and number > 7:
        pytest.skip("each look costs a whole timeout, and the sizes are those of the other causes")
    kind, reads = READS[read]
    with shelf(kind, number, large, cause) as made:
        assert taken(made, reads) == right(kind, number, large)
        assert made.vendor.calls <= 20 + 20 * len(large) + number // 5


@pytest.mark.parametrize("cause", ["cap", "413"])
@pytest.mark.parametrize(("number", "large"), SOME)
@pytest.mark.parametrize("read", THIN)
def test_records_that_are_read_by_id_are_halved_too(
    read: str, number: int, large: frozenset[int], cause: str
) -> None:
    kind, reads = THIN[read]
    with shelf(kind, number, large, cause) as made:
        assert taken(made, reads) == right(kind, number, large)


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("read", READS)
def test_a_question_that_no_record_answers_blames_no_record(read: str, cause: str) -> None:
    kind, reads = READS[read]
    everything = frozenset(range(12))
    with shelf(kind, 12, everything, cause) as made:
        if cause == "cap":
            # their size was seen
            assert taken(made, reads) == ([], right(kind, 12, everything)[1])
        else:
            with pytest.raises(Refused if cause.isdigit() else Unavailable):
                taken(made, reads)


@pytest.mark.parametrize("cause", ["cap", "413"])
def test_a_look_up_is_halved_and_says_so_for_a_single_record(cause: str) -> None:
    with shelf(Portal, 60, frozenset({40}), cause) as made:
        with pytest.raises((Unavailable, Refused)):
            made.find("contacts", "id", [str(n) for n in range(1, 61)], ["email"])
        few = made.find("contacts", "id", [str(n) for n in range(1, 40)], ["email"])
        assert len(few) == 39


@pytest.mark.parametrize("read", READS)
def test_a_vendor_that_answers_nothing_costs_a_timeout_a_try_and_blames_nobody(read: str) -> None:
    kind, reads = READS[read]
    with shelf(kind, 5, frozenset({0}), "late") as made:
        made.vendor.answer = lambda numbers, body, bare=False: time.sleep(1.3 * TIMEOUT)
        began = time.monotonic()
        with pytest.raises(Unavailable):
            taken(made, reads)
        assert time.monotonic() - began < 60
