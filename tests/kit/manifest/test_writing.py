"""Writing by a manifest: once by our key, whole batches, verbs that are looked after, hooks."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.errors import NotSupported, RefusalCause
from crmbridge.model.record import Outcome
from tests.kit.manifest.shop import (
    MANIFEST,
    Answer,
    Asked,
    changed,
    connected,
    row,
    shop,
)


class Shop:
    """The vendor's records, and the calls that came."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Any]] = {}
        self.came: list[str] = []
        self.deaf = False

    def __call__(self, asked: Asked) -> Answer:
        self.came.append(asked.call)
        match asked.call:
            case "GET /find":
                wanted = asked.query["in"].split(",")
                return {"items": [r for r in self.rows.values() if r[asked.query["by"]] in wanted]}
            case "GET /people":
                wanted = asked.query["ids"].split(",")
                return {"items": [r for r in self.rows.values() if str(r["id"]) in wanted]}
            case "POST /people":
                return self._made(asked.body)
            case "PATCH /people":
                return self._changed(asked.body)
            case "POST /win":
                for ident in [] if self.deaf else asked.body["ids"]:
                    self.rows[int(ident)]["state"] = "won"
                return {}
        return 404, {}

    def _made(self, rows: list[dict[str, Any]]) -> Answer:
        if any(one["name"] == "bad" for one in rows):
            return {"error": {"code": "BAD", "text": "one of them is bad"}}
        first = len(self.rows) + 1
        for number, one in enumerate(rows, first):
            self.rows[number] = {"id": number, "state": "open", **one}
        return {"ids": list(range(first, first + len(rows)))}

    def _changed(self, pairs: list[Any]) -> Answer:
        ids = [int(one) for (one,) in pairs[::2]]
        if not set(ids) <= set(self.rows):
            return {"error": {"code": "NONE", "text": "no such record"}}
        for ident, values in zip(ids, pairs[1::2], strict=True):
            self.rows[ident] |= values
        return {}


def test_records_are_made_in_batches_and_found_by_our_key_the_next_time() -> None:
    vendor = Shop()
    rows = [row(key=f"k{n}", name=f"P{n}") for n in range(3)]
    with shop(vendor) as server:
        one = connected(server)
        first = one.write("people", rows)
        assert [(r.outcome, r.id, r.created) for r in first] == [
            (Outcome.DONE, str(n), True) for n in (1, 2, 3)
        ]
        assert vendor.came.count("POST /people") == 2
        again = one.write("people", [row(key="k1", name="Q1"), row(key="k9", name="P9")])
        assert [(r.id, r.created) for r in again] == [("2", False), ("4", True)]
    assert [r["name"] for r in vendor.rows.values()] == ["P0", "Q1", "P2", "P9"]


def test_a_key_that_two_records_have_is_for_a_person() -> None:
    vendor = Shop()
    vendor.rows = {1: {"id": 1, "ours": "k"}, 2: {"id": 2, "ours": "k"}}
    with shop(vendor) as server:
        (told,) = connected(server).write("people", [row(key="k", name="x")])
    assert told.outcome is Outcome.AMBIGUOUS


def test_a_bad_row_of_a_batch_stands_alone_in_the_end() -> None:
    vendor = Shop()
    with shop(vendor) as server:
        told = connected(server).write("people", [row(name="a"), row(name="bad"), row(name="c")])
    assert [r.outcome for r in told] == [Outcome.DONE, Outcome.REFUSED, Outcome.DONE]
    assert (told[1].code, told[1].message) == ("BAD", "Shop: one of them is bad")


def test_a_record_that_is_gone_is_told_from_a_row_that_is_refused() -> None:
    vendor = Shop()
    vendor.rows = {1: {"id": 1, "name": "a"}}
    with shop(vendor) as server:
        told = connected(server).write("people", [row("1", name="b"), row("7", name="c")])
    assert [r.outcome for r in told] == [Outcome.DONE, Outcome.GONE]


@pytest.mark.parametrize("said", [{"ids": [1]}, {"ids": [1, None]}, {"ids": [1, 1]}, {}])
def test_an_answer_that_does_not_say_which_record_is_which_leaves_it_unknown(said: Any) -> None:
    def answer(asked: Asked) -> Answer:
        return said if asked.call == "POST /people" else {"items": []}

    with shop(answer) as server:
        told = connected(server).write("people", [row(name="a"), row(name="b")])
    assert Outcome.UNKNOWN in {r.outcome for r in told}
    assert told[1].outcome is Outcome.UNKNOWN


def test_a_verb_brings_a_record_there_and_is_looked_after() -> None:
    vendor = Shop()
    with shop(vendor) as server:
        one = connected(server)
        (told,) = one.write("people", [row(key="k", name="a", state="won")])
        assert (told.outcome, vendor.rows[1]["state"]) == (Outcome.DONE, "won")
        vendor.came.clear()
        one.write("people", [row("1", state="won")])
        assert "POST /win" not in vendor.came  # it is there already
        vendor.rows[1]["state"], vendor.deaf = "open", True
        (told,) = one.write("people", [row("1", name="b", state="won")])
        assert (told.outcome, told.code, told.field) == (Outcome.REFUSED, "STEP_NOT_TAKEN", "state")
        assert vendor.rows[1]["name"] == "b"
        (told,) = one.write("people", [row("1", state="lost")])
        assert (told.code, told.cause) == ("NO_VERB", RefusalCause.FIELD)


def test_a_step_may_go_before_the_other_fields_of_a_record_that_is_closed() -> None:
    vendor = Shop()
    vendor.rows = {1: {"id": 1, "state": "lost"}}
    text = changed(('body = { ids = "{ids}" } }', 'body = { ids = "{ids}" }, first = true }'))
    with shop(vendor) as server:
        one = connected(server, text)
        (told,) = one.write("people", [row("1", name="a", state="won")])
        assert (told.outcome, told.id) == (Outcome.DONE, "1")
        assert vendor.rows[1] == {"id": 1, "state": "won", "name": "a"}
        writes = [call for call in vendor.came if not call.startswith("GET")]
        assert writes == ["POST /win", "PATCH /people"]
        vendor.rows[1]["state"], vendor.deaf = "lost", True
        (told,) = one.write("people", [row("1", name="b", state="won")])
        assert (told.code, vendor.rows[1]["name"]) == ("STEP_NOT_TAKEN", "a")


def test_what_cannot_be_written_is_refused_before_it_is_sent() -> None:
    vendor = Shop()
    text = changed(('email = "text"', 'email = { writable = false }\nage = "number"'))
    with shop(vendor) as server:
        rows = [row("1", email="x"), row("1", age="x"), row("1", nothing="x")]
        told = connected(server, text).write("people", rows)
    assert [(r.code, r.field) for r in told] == [
        ("READ_ONLY", "email"),
        ("BAD_VALUE", "age"),
        ("NO_FIELD", "nothing"),
    ]
    assert vendor.came == []


def test_one_row_a_call_by_path_where_the_vendor_takes_no_more() -> None:
    came: list[tuple[str, Any]] = []

    def answer(asked: Asked) -> Answer:
        came.append((asked.call, asked.body))
        return {"items": []} if asked.call.startswith("GET") else {"data": {"id": "n/1"}}

    text = changed(
        ("batch = 2", "batch = 1"),
        ('body = "{rows}", ids = "ids"', 'body = "{values}", ids = "data/id"'),
        ('path = "/people", body = ["{pairs...}"]', 'path = "/people/{id}", body = "{values}"'),
        ('email = "text"', 'email = { at = "mails/0/v", put = { mails = [{ v = "{value}" }] } }'),
        ('ours = "text"', 'ours = { at = "custom/ours" }'),
    )
    with shop(answer) as server:
        (made, told) = connected(server, text).write(
            "people", [row(key="k", name="a", email="a@b.example"), row("a/7", name="b")]
        )
    assert (made.id, told.outcome) == ("n/1", Outcome.DONE)
    body = {"name": "a", "mails": [{"v": "a@b.example"}], "custom": {"ours": "k"}}
    assert ("POST /people", body) in came
    assert ("PATCH /people/a%2F7", {"name": "b"}) in came


def test_a_hook_may_change_what_is_sent() -> None:
    vendor = Shop()

    def prepare(account: Any, obj: str, rows: Any, bodies: Any) -> Any:
        assert (account.title, obj) == ("Shop", "people")
        return [
            {**body, "name": row.values["email"]} for row, body in zip(rows, bodies, strict=True)
        ]

    text = changed(('email = "text"', "email = { by_hook = true }"))
    with shop(vendor) as server:
        one = connected(server, text, (prepare,))
        one.write("people", [row(key="k", email="a@b.example")])
    assert vendor.rows[1] == {"id": 1, "state": "open", "ours": "k", "name": "a@b.example"}


def test_an_object_that_is_only_read_is_never_written() -> None:
    text = changed(("[objects.people]\n", "[objects.people]\nwrites = false\n"))
    with shop(Shop()) as server, pytest.raises(NotSupported):
        connected(server, text).write("people", [row("1", name="x")])
    bare = changed(
        ('key = { field = "ours", how = "search" }\n', ""),
        ('create = { method = "POST", path = "/people", body = "{rows}", ids = "ids" }\n', ""),
    )
    assert bare != MANIFEST
    with shop(Shop()) as server:
        (told,) = connected(server, bare).write("people", [row(key="k", name="x")])
    assert (told.outcome, told.cause) == (Outcome.REFUSED, RefusalCause.UNABLE)
