"""Fields of one sort on one side and another on the other: both agree, nothing goes round."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.store import held
from tests.fit.stage import about, archived, causes, field, on, prop, quiet, restored
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import edit, kinds, rebuilds_equal, rest, retouch

LINES: tuple[dict[str, Any], dict[str, Any]] = ({"x_it": "It__c"}, {"x_it": "it"})


@dataclass(frozen=True)
class Pair:
    """A field on each side; what marketing says, how sales shows it; an edit of sales, and back."""

    marketing: tuple[str, ...]
    sales: dict[str, Any]
    says: str
    shown: Any
    edited: Any
    back: str


PAIRS = {
    "long text": Pair(
        ("string",), {"kind": "string", "length": 20}, "x" * 50, "x" * 20, "short", "short"
    ),
    "instant to day": Pair(
        ("datetime", "date"),
        {"kind": "date"},
        "2026-03-02T23:30:00.000Z",
        "2026-03-03",
        "2026-04-01",
        "2026-04-01T10:00:00.000Z",
    ),
    "day to instant": Pair(
        ("date", "date"),
        {"kind": "datetime"},
        "2026-03-02",
        "2026-03-02T11:00:00.000+0000",
        "2026-04-01T22:30:00.000+0000",
        "2026-04-02",
    ),
    "number to text": Pair(("number", "number"), {"kind": "string"}, "250", "250", "300", "300"),
    "text to number": Pair(
        ("string",), {"kind": "double", "precision": 8, "scale": 1}, "2.25", 2.3, 7.0, "7"
    ),
    "truth to text": Pair(
        ("bool", "booleancheckbox"), {"kind": "string"}, "true", "true", "false", "false"
    ),
    "text to truth": Pair(("string",), {"kind": "boolean"}, "yes", True, False, "false"),
    "choices to choices": Pair(
        ("enumeration", "checkbox", "c", "b", "a"),
        {"kind": "multipicklist", "picklistValues": ["A", "B", "C"], "restrictedPicklist": True},
        "c;a",
        "A;C",
        "B",
        "b",
    ),
    "choices to text": Pair(
        ("enumeration", "checkbox", "c", "b", "a"), {"kind": "string"}, "c;a", "c;a", "b;a", "b;a"
    ),
    "choice in another case": Pair(
        ("string",),
        {"kind": "picklist", "picklistValues": ["Hot", "Cold"], "restrictedPicklist": True},
        "hot",
        "Hot",
        "Cold",
        "Cold",
    ),
}


def told(play: Play, pair: Pair) -> None:
    """Marketing says it of somebody who is handed over, and it stands in sales in its form."""
    sales = dict(pair.sales)
    field(play, "It__c", sales.pop("kind"), **sales)
    prop(play, "it", *pair.marketing)
    play.go_live()
    play.contact(JO, lastname="Kern", company="B", it=pair.says)
    play.form(JO)
    rest(play)
    assert play.lead(JO)["It__c"] == pair.shown
    quiet(play)


@pytest.mark.parametrize("name", PAIRS)
def test_what_one_side_says_stands_on_the_other_in_its_form(
    acme: CompanyFiles, tmp_path: Path, name: str
) -> None:
    pair = PAIRS[name]
    with about(acme, tmp_path, *LINES) as play:
        told(play, pair)
        edit(play, JO, Title="Head")  # a save of something else
        on(play)
        assert (play.person(JO)["it"], play.lead(JO)["It__c"]) == (pair.says, pair.shown)
        retouch(play, JO, phone="+49 1")
        on(play)
        assert play.lead(JO)["Phone"] == "+49 1"
        assert play.lead(JO)["It__c"] == pair.shown
        edit(play, JO, It__c=pair.edited)
        on(play)
        assert same_set(play.person(JO)["it"], pair.back)
        quiet(play)
        assert play.lead(JO)["It__c"] == pair.edited
        assert not kinds(play)
        assert rebuilds_equal(play)


def same_set(one: str, other: str) -> bool:
    return set(one.split(";")) == set(other.split(";"))


ALPHA_BETA = {"picklistValues": ["Alpha", "Beta"], "restrictedPicklist": True}
TABLES = {
    "choices": (
        {"Alpha": "a", "Beta": "b"},
        Pair(
            ("enumeration", "checkbox", "b", "a"),
            {"kind": "multipicklist", **ALPHA_BETA},
            "b;a",
            "Alpha;Beta",
            "Beta",
            "b",
        ),
    ),
    "truth": (
        {"Alpha": "true", "Beta": "false"},
        Pair(
            ("bool", "booleancheckbox"),
            {"kind": "picklist", **ALPHA_BETA},
            "true",
            "Alpha",
            "Beta",
            "false",
        ),
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_values_translates_several_choices_and_yes_or_no(
    acme: CompanyFiles, tmp_path: Path, name: str
) -> None:
    table, pair = TABLES[name]
    with about(acme, tmp_path, {"x_it": {"field": "It__c", "values": table}}, LINES[1]) as play:
        told(play, pair)
        edit(play, JO, It__c=pair.edited)
        on(play)
        assert play.person(JO)["it"] == pair.back
        quiet(play)
        assert not kinds(play)


@pytest.mark.parametrize("name", PAIRS)
def test_two_records_that_say_the_same_in_two_forms_are_no_conflict(
    acme: CompanyFiles, tmp_path: Path, name: str
) -> None:
    pair = PAIRS[name]
    sales = dict(pair.sales)
    with about(acme, tmp_path, *LINES) as play:
        field(play, "It__c", sales.pop("kind"), **sales)
        prop(play, "it", *pair.marketing)
        play.contact(JO, lastname="Kern", company="B", it=pair.says)
        told = {"LastName": "Kern", "Company": "B", "Email": JO, "It__c": pair.shown}
        play.box.sales.act("create", object="Lead", fields=told)
        play.go_live()
        rest(play)
        assert not kinds(play)
        assert (play.person(JO)["it"], play.lead(JO)["It__c"]) == (pair.says, pair.shown)


def test_an_edit_that_a_property_missed_while_it_was_gone_is_written_once_it_is_back(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with about(acme, tmp_path, *LINES) as play:
        field(play, "It__c")
        prop(play, "it", "string")
        play.go_live()
        play.contact(JO, lastname="Kern", company="B", it="old")
        play.form(JO)
        rest(play)
        archived(play, "it")
        edit(play, JO, It__c="new")
        on(play)
        assert only(play).kind == "field_missing"
        restored(play, "it")
        on(play)
        assert (play.person(JO)["it"], play.lead(JO)["It__c"]) == ("new", "new")
        assert not kinds(play)
        quiet(play)


@dataclass(frozen=True)
class Misfit:
    """A field of sales that cannot hold what marketing says, what is told, and what mends it."""

    sales: dict[str, Any]
    says: str
    told: str
    mended: dict[str, Any]
    shown: Any


MISFITS = {
    "no number": Misfit(
        {"kind": "double"}, "a lot", "takes a number, and ours is none", {"kind": "string"}, "a lot"
    ),
    "no date": Misfit(
        {"kind": "date"}, "soon", "takes a date, and ours is none", {"kind": "string"}, "soon"
    ),
    "no choice": Misfit(
        {"kind": "picklist", "picklistValues": ["Web"], "restrictedPicklist": True},
        "Fair",
        "does not have the choice",
        {"kind": "picklist", "picklistValues": ["Web", "Fair"], "restrictedPicklist": True},
        "Fair",
    ),
    "one of several choices": Misfit(
        {"kind": "multipicklist", "picklistValues": ["a"], "restrictedPicklist": True},
        "a;z",
        "does not have the choice",
        {"kind": "multipicklist", "picklistValues": ["a", "z"], "restrictedPicklist": True},
        "a;z",
    ),
    "too large a number": Misfit(
        {"kind": "double", "precision": 4, "scale": 1},
        "12345",
        "takes smaller numbers than ours",
        {"kind": "double", "precision": 8, "scale": 1},
        12345.0,
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_value_that_does_not_fit_is_one_piece_of_held_work_until_its_field_is_mended(
    acme: CompanyFiles, tmp_path: Path, name: str
) -> None:
    case = MISFITS[name]
    with about(acme, tmp_path, *LINES) as play:
        sales, mended = dict(case.sales), dict(case.mended)
        field(play, "It__c", sales.pop("kind"), **sales)
        prop(play, "it", "string")
        play.go_live()
        hand_over(play, case.says, "jo", "al", "bo")
        one = only(play)
        assert (one.kind, one.field, one.count) == ("field_refused", "It__c", 3)
        assert case.told in one.advice
        assert "Salesforce: Lead.It__c" in one.advice
        assert "3 leads" in one.advice
        assert case.says not in one.advice
        retouch(play, JO, phone="+49 1", it="")
        on(play)
        assert play.lead(JO)["Phone"] == "+49 1"
        assert only(play).count == 2  # a lead that says it no more is out of it
        field(play, "It__c", mended.pop("kind"), **mended)
        on(play)
        assert not causes(play)
        found = {row["Email"]: row.get("It__c") for row in play.sf()}
        assert found.pop(JO) in (None, False)
        assert set(found.values()) == {case.shown}
        quiet(play)


def hand_over(play: Play, says: str, *names: str) -> None:
    for name in names:
        play.contact(f"{name}@buyer.example", lastname=name, company="B", it=says)
        play.form(f"{name}@buyer.example")
    rest(play)
    assert len(play.sf()) == len(names)


def only(play: Play) -> held.Held:
    (one,) = causes(play)
    return one
