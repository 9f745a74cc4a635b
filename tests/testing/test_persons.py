"""Persons in recordings: who is one, where they stand, and what is ours."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from crmbridge.registry import connector, names
from crmbridge.testing.persons import fields_of, is_read, masked
from crmbridge.testing.recorded import Exchange, Recording, each_string

FIELDS = ("name", "email", "phone")
ANN = {"id": 1, "name": "Ann Öhler", "phone": "+43 660 12 34 567", "email": "ann@acme.de"}


def call(answer: object, body: str = "", path: str = "/rows") -> Exchange:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return Exchange("POST", path, body, 200, {}, text)


def told(*calls: Exchange) -> list[Exchange]:
    """The calls of one scene without persons."""
    clean = Recording().clean
    scene = [
        Exchange(one.method, clean(one.path), clean(one.body), 200, {}, clean(one.answer))
        for one in calls
    ]
    return masked({"one": scene}, FIELDS)[0]["one"]


def answers(*calls: Exchange) -> list[Any]:
    return [json.loads(one.answer) for one in told(*calls)]


def test_a_person_is_nobody_and_the_same_everywhere() -> None:
    note = "ann öhler, 0043 660/1234567 or 43 660 1234567; ANN@acme.de; Öhler, annual"
    first, second = answers(call([ANN]), call({"text": note}))
    assert first == [
        {"id": 1, "name": "Person 1", "phone": "+000 000002", "email": "person-3@example.com"}
    ]
    assert second["text"] == (
        "Person 1, 00+000 000002 or +000 000002; person-3@example.com; Person 1, annual"
    )


def test_what_a_call_said_before_an_answer_did_is_ours() -> None:
    mine = call([{**ANN, "name": "In reverse"}], body='{"name": "In reverse"}')
    assert answers(mine)[0][0]["name"] == "In reverse"


def test_what_an_answer_said_first_is_replaced_in_later_calls_too() -> None:
    _, later = told(
        call([ANN]), call([], body='{"by": "Ann Öhler"}', path="/rows?q=Ann+%C3%96hler")
    )
    assert later.body == '{"by": "Person 1"}'
    assert later.path == "/rows?q=Person+1"


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/people/ann%40acme.de", "/people/person-3%40example.com"),
        ("/people?email=ann@acme.de&x=1", "/people?email=person-3@example.com&x=1"),
    ],
)
def test_an_address_in_a_path_is_replaced_in_its_own_spelling(path: str, wanted: str) -> None:
    assert told(call([ANN]), call([], path=path))[1].path == wanted


def test_sentinels_of_the_contract_stay() -> None:
    assert answers(call([{"id": 1, "name": "Quaxolotl 7"}]))[0][0]["name"] == "Quaxolotl 7"


def test_the_description_of_a_field_is_nobody() -> None:
    fields = {"fields": [{"name": "vip", "type": "boolean"}]}
    assert answers(call(fields), call([ANN]))[0] == fields


@pytest.mark.parametrize(
    "row",
    [
        {"id": "1", "properties": {"name": "Ann"}},
        {"Id": "1", "owner": {"name": "Ann"}},
        {"name": "Ann", "email": ""},
        {"id": 1, "name": [7, "Ann"]},
    ],
)
def test_a_record_has_an_id_beside_or_around_it_or_two_such_fields(row: dict[str, Any]) -> None:
    assert "Ann" not in told(call([row]))[0].answer


def test_a_short_name_is_replaced_where_it_stands_alone() -> None:
    (found,) = answers(call([{"id": 1, "name": "Li", "text": "Limited", "by": "Li"}]))
    assert found == [{"id": 1, "name": "Person 1", "text": "Limited", "by": "Person 1"}]


def test_an_answer_that_is_no_json_loses_addresses_and_what_is_known() -> None:
    bare = call("<p>Ann &#214;hler, Ann Öhler, bob@acme.de</p>")
    found = told(call([ANN]), bare)[1].answer
    assert "acme.de" not in found
    assert "Öhler" not in found
    assert not is_read(bare)
    assert is_read(call(""))
    assert is_read(call({}))


def test_an_address_behind_an_escape_leaves_good_json() -> None:
    text = json.dumps({"by": "jürgen.o'hara@acme.de", "x@acme.de": 1.50})
    found = json.loads(Recording().clean(text))
    assert not any("acme" in one or "j" in one for one in (found["by"], *found))


@pytest.mark.parametrize("text", ['{"a" : 1.50, "b":"\\u00fc", "c": ["x"]}', "no json ü", ""])
def test_what_is_not_changed_stays_to_the_byte(text: str) -> None:
    assert each_string(text, lambda one, _: one) == text


def test_names_of_members_are_told_from_values() -> None:
    seen: list[tuple[str, bool]] = []

    def change(one: str, name: bool) -> str:
        seen.append((one, name))
        return one.upper()

    assert each_string('{"a": "b", "c":["d"]}', change) == '{"A": "B", "C":["D"]}'
    assert seen == [("a", True), ("b", False), ("c", True), ("d", False)]


@pytest.mark.parametrize("name", names())
def test_a_connector_says_which_fields_are_of_persons(name: str) -> None:
    fields: Mapping[str, Sequence[str]] = {
        "hubspot": ["email", "firstname", "lastname", "phone"],
        "odoo": ["email_from", "phone"],
        "salesforce": ["Email", "FirstName", "LastName", "Phone"],
    }
    found = fields_of(connector(name).info.default_map)
    assert set(fields.get(name, ())) <= found
