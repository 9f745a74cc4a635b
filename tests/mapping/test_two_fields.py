"""Words that are read from one field and written to another, or stand in two."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.agreement.problems import problems
from crmbridge.mapping.outward import wanted
from crmbridge.mapping.schema import Mapping, PersonMap
from crmbridge.mapping.translate import sighting
from crmbridge.model.record import Record, Value
from tests.stages.owners import ANN, company
from tests.stages.places import JO
from tests.stages.play import at_work
from tests.stages.rest import later, ready, rebuilds_equal, rest, retouch

NAME = {"x_name": {"field": "FirstName", "rest": "LastName"}}


def _person(fields: dict[str, Any]) -> PersonMap:
    lines = {"email": "Email", **fields}
    return PersonMap.model_validate({"object": "Lead", "key": "Key__c", "fields": lines})


def _read(fields: dict[str, Any], **values: Value) -> dict[str, Value]:
    record = Record(obj="Lead", id="1", values=values)
    return dict(sighting("sales", _person(fields), record).values)


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        ("Jo", "van Kern", "Jo van Kern"),
        (None, "Kern", "Kern"),
        ("Jo", "", "Jo"),
        (None, None, None),
    ],
)
def test_two_fields_are_read_as_one_text(first: Value, last: Value, whole: Value) -> None:
    assert _read(NAME, FirstName=first, LastName=last) == {"x_name": whole}


def test_one_of_two_fields_that_is_not_told_says_nothing() -> None:
    assert _read(NAME, FirstName="Jo") == {}


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [("Jo van Kern", "Jo", "van Kern"), ("Kern", None, "Kern"), (None, None, None)],
)
def test_one_text_is_written_to_two_fields(whole: Value, first: Value, last: Value) -> None:
    made = wanted("sales.lead", _person(NAME), {"x_name": whole})
    assert {name: one.value for name, one in made.items()} == {
        "FirstName": first,
        "LastName": last,
    }


def test_a_new_record_gets_only_the_parts_that_there_are() -> None:
    made = wanted("sales.lead", _person(NAME), {"x_name": "Kern"}, create=True)
    assert {name: one.value for name, one in made.items()} == {"LastName": "Kern"}


def test_one_field_is_split_into_two_words() -> None:
    lines = {
        "first_name": {"field": "Name", "way": "in", "via": "first_word"},
        "last_name": {"field": "Name", "way": "in", "via": "other_words"},
    }
    found = _read(lines, Name="Jo van Kern")
    assert (found["first_name"], found["last_name"]) == ("Jo", "van Kern")
    alone = _read(lines, Name="Kern")
    assert (alone["first_name"], alone["last_name"]) == (None, "Kern")


def test_a_word_is_read_from_one_field_and_written_to_another() -> None:
    lines = {"country": {"read": "Region__c", "field": "Region_Wish__c"}}
    assert _read(lines, Region__c="DE", Region_Wish__c="FR") == {"country": "DE"}
    assert set(wanted("sales.lead", _person(lines), {"country": "AT"})) == {"Region_Wish__c"}
    assert {"Region__c", "Region_Wish__c"} <= set(_person(lines).held)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"field": "A", "read": "B", "way": "in"}, "read is for a value that is read from one"),
        ({"field": "A", "read": "A"}, "read names a field apart from the one that is written"),
        ({"field": "A", "rest": "B", "via": "lower"}, "rest joins two fields of plain text"),
        ({"field": "A", "rest": "Email"}, "two of our fields write to 'Email'"),
    ],
)
def test_lines_that_contradict_themselves_are_refused(line: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as found:
        _person({"country": line})
    assert said in "\n".join(problems(found.value))


@pytest.mark.parametrize("word", ["email", "opted_out"])
def test_an_address_and_an_opt_out_stand_in_one_field(word: str) -> None:
    with pytest.raises(ValidationError) as found:
        _person({word: {"field": "A", "read": "B"}})
    assert "stands in one field" in "\n".join(problems(found.value))


def test_the_field_that_is_read_keeps_its_own_and_nothing_goes_to_and_fro(tmp_path: Path) -> None:
    lines = {"phone": {"read": "MobilePhone", "field": "Phone"}}
    with at_work(company(ANN, sales={"lead": {"fields": lines}}), tmp_path) as play:
        ready(play, "jo", phone="+49 30 1")
        rest(play)
        assert play.lead(JO)["Phone"] == "+49 30 1"
        retouch(play, JO, phone="+49 30 2")
        later(play)
        assert play.lead(JO)["Phone"] == "+49 30 2"
        assert play.lead(JO).get("MobilePhone") is None
        play.later(minutes=5)
        play.box.sales.act(
            "edit", object="Lead", id=play.lead(JO)["Id"], fields={"MobilePhone": "+49 170 3"}
        )
        assert later(play)["phone"] == "+49 170 3"
        writes = play.written()
        later(play)
        assert play.written() == writes
        assert rebuilds_equal(play)


def test_a_name_of_marketing_stands_in_two_fields_of_sales(tmp_path: Path) -> None:
    files = company(ANN)
    raw = files.mapping.model_dump(exclude_unset=True)
    for side, line in (("marketing", "firstname"), ("sales", NAME["x_name"])):
        fields = raw[side]["lead"]["fields"]
        del fields["first_name"], fields["last_name"]
        fields["x_name"] = line
    with at_work(replace(files, mapping=Mapping.model_validate(raw)), tmp_path) as play:
        ready(play, "jo", firstname="Jo van Kern")
        rest(play)
        lead = play.lead(JO)
        assert (lead["FirstName"], lead["LastName"]) == ("Jo", "van Kern")
        play.box.sales.act("edit", object="Lead", id=lead["Id"], fields={"LastName": "Stern"})
        assert later(play)["firstname"] == "Jo Stern"
        assert rebuilds_equal(play)
