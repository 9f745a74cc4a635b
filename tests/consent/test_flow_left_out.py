"""A no is heard, and reaches every record, though a filter leaves the record out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from tests.consent.test_flow_heard import marketing_out, sales_out, with_filters
from tests.stages.places import JO
from tests.stages.play import Play, at_work
from tests.stages.rest import edit, ready, rebuilds_equal, rest, retouch

OTHER, HOME = "other@x.example", "home@jo.example"


@pytest.fixture
def picky(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company that takes in owners alone, by the title."""
    with at_work(with_filters(acme), tmp_path) as made:
        yield made


def _on(play: Play, times: int = 1, **more: float) -> None:
    for _ in range(times):
        play.later(**(more or {"hours": 1}))
        rest(play)


def _lead(play: Play, email: str, title: str) -> str:
    fields = {"LastName": "Kern", "Company": "B", "Email": email, "Title": title}
    made = play.box.sales.act("create", object="Lead", fields=fields)
    return str(made["id"])


def _contact(play: Play, email: str, **more: str) -> str:
    return play.contact(email, lastname="Kern", jobtitle="x", **more)


@pytest.mark.parametrize("when", ["seen", "not seen"])
@pytest.mark.parametrize("became", ["merged", "converted"])
@pytest.mark.parametrize("known", ["known to marketing", "of sales alone, later"])
def test_a_no_goes_on_with_a_record_that_sales_makes_another(
    picky: Play, when: str, became: str, known: str
) -> None:
    """The lead that a filter left out said no, and lives on in a record of somebody whom we know.

    Whom we come to know later, too.
    """
    play = picky
    if known == "known to marketing":
        ready(play, "jo", jobtitle="Owner")
        rest(play)
        winner = play.lead(JO)["Id"]
    else:
        winner = _lead(play, JO, "x")
    gone = _lead(play, OTHER, "x")
    _on(play)
    play.box.sales.act("edit", object="Lead", id=gone, fields={"HasOptedOutOfEmail": True})
    if when == "seen":
        _on(play)
    if became == "merged":
        play.box.sales.act("merge", winner=winner, losers=[gone])
        play.box.sales.act("edit", object="Lead", id=winner, fields={"HasOptedOutOfEmail": False})
    else:
        made = play.box.sales.act("convert", id=winner, opportunity=False)
        _on(play)
        into = {"account": made["accountId"], "contact": made["contactId"], "opportunity": False}
        play.box.sales.act("convert", id=gone, **into)
    _on(play, 2, hours=25)
    if known != "known to marketing":
        play.contact(JO, lastname="Kern", jobtitle="Owner")
        obj = "Lead" if became == "merged" else "Contact"
        (row,) = [one for one in play.sf(obj) if one["Email"] == JO and not one["IsDeleted"]]
        play.box.sales.act("edit", object=obj, id=row["Id"], fields={"Title": "Owner"})
        _on(play, 2)
    assert marketing_out(play) == [True]
    living = [one for obj in ("Lead", "Contact") for one in play.sf(obj) if one["Email"] == JO]
    living = [one for one in living if not one.get("IsConverted")]  # those take no write
    assert {one["HasOptedOutOfEmail"] for one in living} == {True}
    assert rebuilds_equal(play)


@pytest.mark.parametrize("side", ["marketing", "sales"])
@pytest.mark.parametrize("first", ["the record", "both at once", "the person"])
def test_a_no_reaches_a_record_that_was_there_before_its_person(
    picky: Play, side: str, first: str
) -> None:
    """The person is known from the other side, and says no there: heard with the next pass."""
    play = picky

    def record() -> None:
        if side == "marketing":
            _contact(play, JO)
        else:
            _lead(play, JO, "x")

    def person() -> None:
        if side == "marketing":
            _lead(play, JO, "Owner")
        else:
            play.contact(JO, lastname="Kern", jobtitle="Owner")

    for one in (person, record) if first == "the person" else (record, person):
        one()
        if first != "both at once":
            _on(play)
    _on(play)
    if side == "marketing":
        edit(play, JO, HasOptedOutOfEmail=True)
    else:
        play.box.marketing.act("opt_out", email=JO)
    _on(play, 1, minutes=10)
    _on(play, 1, minutes=10)
    assert marketing_out(play) == [True]
    assert sales_out(play) == [True]
    assert rebuilds_equal(play)


@pytest.mark.parametrize("how", ["left out", "a second record", "deleted"])
@pytest.mark.parametrize("later", ["Lead", "Contact"])
def test_a_no_counts_for_every_address_of_its_record(
    acme: CompanyFiles, tmp_path: Path, how: str, later: str
) -> None:
    """A record says no that is of Jo by one address; somebody comes later by its other one."""
    files = with_filters(acme) if how == "left out" else acme
    with at_work(files, tmp_path) as play:
        if how == "a second record":
            play.contact(JO, lastname="Kern")
        _lead(play, JO, "Owner")
        _on(play)
        if how == "a second record":
            retouch(play, JO, email="jo.new@buyer.example")
            _on(play)
        ident = _contact(play, HOME, hs_additional_emails=JO)
        if how == "a second record":
            _on(play)
        play.box.marketing.act("opt_out", email=HOME)
        if how == "deleted":
            play.box.marketing.act("archive", object="contacts", id=ident)
        _on(play, 3, hours=25)
        assert sales_out(play, "") == [True]
        fields = {"LastName": "Kern", "Email": HOME, "Title": "Owner"}
        fields |= {"Company": "B"} if later == "Lead" else {}
        play.box.sales.act("create", object=later, fields=fields)
        _on(play, 3, hours=25)
        assert set(sales_out(play, HOME)) == {True}
        assert rebuilds_equal(play)


def test_an_address_that_said_no_while_it_was_nobodys_counts_on_a_second_record(
    play: Play,
) -> None:
    ident = play.contact(HOME, lastname="Kern")
    play.box.marketing.act("opt_out", email=HOME)
    play.box.marketing.act("archive", object="contacts", id=ident)
    _on(play, 1, hours=25)
    ready(play, "jo")
    _on(play, 1, hours=25)
    retouch(play, JO, email="jo.new@buyer.example")
    _on(play, 1, hours=25)
    play.contact(HOME, lastname="Kern", hs_additional_emails=JO)
    _on(play, 1, hours=25)
    assert sales_out(play, "") == [True]
