"""Values that a field cannot hold as they are: what is written, what is held, and how that ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping as MappingFile
from tests.stages.places import AL, JO
from tests.stages.play import Play, at_work
from tests.stages.rest import edit, holds, kinds, ready, rebuilds_equal, rest, retouch

LONG = "A" * 300
Lines = dict[str, Any]


def with_lines(
    files: CompanyFiles, sales: Lines | None = None, marketing: Lines | None = None, **more: Any
) -> CompanyFiles:
    """The same company with further lines in its lead tables."""
    raw = files.mapping.model_dump(mode="json", exclude_defaults=True)
    raw["sales"]["lead"]["fields"] |= sales or {}
    raw["marketing"]["lead"]["fields"] |= marketing or {}
    raw |= more
    return replace(files, mapping=MappingFile.model_validate(raw))


def field(play: Play, name: str, kind: str, **more: Any) -> None:
    """An administrator of sales makes a field, or makes it another."""
    play.box.sales.act("add_field", object="Lead", field={"name": name, "type": kind, **more})


def prop(play: Play, name: str, kind: str, field_type: str = "text", *options: str) -> None:
    """A marketer makes a property."""
    made = [{"label": one, "value": one} for one in options]
    told = {"name": name, "type": kind, "fieldType": field_type, "options": made}
    play.box.marketing.seed(**{"properties/contacts": [told]})


def on(play: Play, **delta: float) -> None:
    """Some time later, at rest."""
    play.later(**(delta or {"minutes": 5}))
    rest(play)


def writes(play: Play) -> int:
    return sum(play.written().values())


def quiet(play: Play) -> None:
    """Nothing more is written, whatever else of a record changes."""
    before = writes(play)
    for _ in range(3):
        on(play, hours=3)
    assert writes(play) == before


def test_a_company_name_that_is_too_long_is_cut_and_its_lead_is_handed_over(play: Play) -> None:
    play.contact(JO, lastname="Kern", company=LONG)
    play.form(JO)
    rest(play)
    assert play.lead(JO)["Company"] == "A" * 255
    assert not kinds(play)
    quiet(play)
    edit(play, JO, Phone="+49 1", Title="Head")  # somebody works on the record
    on(play)
    assert play.person(JO)["company"] == LONG
    assert play.person(JO)["jobtitle"] == "Head"
    edit(play, JO, Company="Buyer GmbH")  # now it is an edit
    on(play)
    assert play.person(JO)["company"] == "Buyer GmbH"
    assert rebuilds_equal(play)
    assert not kinds(play)


def test_an_edit_of_a_cut_text_on_the_other_side_goes_through(play: Play) -> None:
    play.contact(JO, lastname="Kern", company=LONG)
    play.form(JO)
    rest(play)
    retouch(play, JO, company="B" * 400)
    on(play)
    assert play.lead(JO)["Company"] == "B" * 255
    assert play.person(JO)["company"] == "B" * 400
    quiet(play)


def test_a_day_field_takes_an_instant_and_holds_up_no_other_value(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    files = with_lines(acme, {"handed_at": {"field": "Handed_On__c", "way": "out"}})
    with at_work_with(files, tmp_path, ("Handed_On__c", "date")) as play:
        play.box.set_time(play.company.now().replace(hour=23, minute=30))  # next day in Berlin
        ready(play, "jo")
        rest(play)
        on(play)
        assert play.lead(JO)["Handed_On__c"] == "2026-03-03"
        retouch(play, JO, phone="+49 1")
        on(play)
        assert play.lead(JO)["Phone"] == "+49 1"
        assert not kinds(play)
        quiet(play)


@contextmanager
def at_work_with(
    files: CompanyFiles, folder: Path, *fields: tuple[str, str], **options: Any
) -> Iterator[Play]:
    """A company at work whose sales system has these fields."""
    from tests.stages.play import begun

    with begun(files, folder) as play:
        for name, kind in fields:
            field(play, name, kind, **options)
        play.go_live()
        yield play


def test_the_same_choices_in_another_order_are_the_same(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    files = with_lines(acme, {"x_topics": "Topics__c"}, {"x_topics": "topics"})
    from tests.stages.play import begun

    with begun(files, tmp_path) as play:
        field(play, "Topics__c", "multipicklist", picklistValues=["alpha", "beta", "gamma"])
        prop(play, "topics", "enumeration", "checkbox", "gamma", "beta", "alpha")
        play.contact(JO, lastname="Kern", company="B", topics="gamma;alpha")
        told = {"LastName": "Kern", "Company": "B", "Email": JO, "Topics__c": "alpha;gamma"}
        play.box.sales.act("create", object="Lead", fields=told)
        play.go_live()
        rest(play)
        assert play.lead(JO)["Topics__c"] == "alpha;gamma"
        assert play.person(JO)["topics"] == "gamma;alpha"
        assert not kinds(play)
        edit(play, JO, Topics__c="alpha;beta")
        on(play)
        assert set(play.person(JO)["topics"].split(";")) == {"alpha", "beta"}
        quiet(play)


def test_a_property_that_is_gone_is_one_piece_of_held_work_until_it_is_back(play: Play) -> None:
    names = [f"p{n}" for n in range(12)]
    emails = ready(play, *names)
    rest(play)
    play.box.marketing.act("archive_property", object="contacts", name="crmbridge_rep")
    for email in emails:
        play.box.sales.act("reject", id=play.lead(email)["Id"])
    on(play)
    (one,) = [row for row in holds(play) if row.kind == "field_missing"]
    assert "HubSpot has no property crmbridge_rep any more" in one.advice
    assert "12 leads" in one.advice
    assert one.count == len(one.detail["leads"]) == 12
    assert play.person(emails[0])["crmbridge_reason"]  # the others were written
    before = writes(play)
    on(play)
    assert writes(play) == before
    play.box.marketing.act("restore_property", object="contacts", name="crmbridge_rep")
    on(play)
    assert not [row for row in holds(play) if row.kind == "field_missing"]
    assert not play.person(emails[0]).get("crmbridge_rep")
    assert rebuilds_equal(play)
