"""Who is told what when a company goes live, and what is written over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import FieldMap
from crmbridge.testing.emulator import iso
from tests.signals.stage import decisions, tasks, told
from tests.stages.places import FORM, START
from tests.stages.play import Play, begun
from tests.stages.rest import rest
from tests.take_over.test_flow import SALES, go_live, life, person

HOURS_AGO = iso(START - timedelta(hours=5))


@pytest.fixture
def past(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company that nobody armed."""
    with begun(acme, tmp_path) as play:
        yield play


def read_before(play: Play, email: str, page: str) -> None:
    """Somebody read a page hours before crmbridge looked for the first time."""
    row = {
        "formId": FORM,
        "submittedAt": HOURS_AGO,
        "values": [{"name": "email", "value": email}],
        "pageUrl": f"https://acme.example{page}",
    }
    play.box.marketing.seed(form_submissions=[row])


def test_a_customer_who_asks_for_a_demo_is_told_to_the_owner_and_is_no_new_business(
    past: Play,
) -> None:
    email = person(past, "jo", "customer", "contact")
    go_live(past)
    past.form(email)
    rest(past)
    assert life(past, email).stage == "customer"
    assert past.sf() == []
    (one,) = decisions(past)
    assert one["rep"] == "ann"
    assert told(past)
    assert [row["WhoId"] for row in tasks(past)] == [past.sf("Contact")[0]["Id"]]


@pytest.mark.parametrize("sales", ["open", "working", "open deal", "contact", "won deal"])
@pytest.mark.parametrize("page", ["/pricing", "/demo"])
def test_what_was_read_before_is_nobodys_news(past: Play, sales: str, page: str) -> None:
    email = person(past, "jo", "lead", sales)
    read_before(past, email, page)
    go_live(past)
    assert decisions(past) == []
    assert (tasks(past), told(past)) == ([], [])
    past.form(email, "https://acme.example/pricing")
    rest(past)
    assert len(decisions(past)) == (0 if sales == "none" else 1)


def test_an_address_in_capitals_is_left_and_what_sales_entered_stays(past: Play) -> None:
    email = person(past, "jo", "lead", "open")
    (lead,) = past.sf()
    shout = {"Email": email.upper(), "LeadSource": "Trade fair"}
    past.box.sales.act("edit", object="Lead", id=lead["Id"], fields=shout)
    past.box.marketing.act(
        "edit",
        object="contacts",
        id=past.person(email)["id"],
        properties={"hs_analytics_source": "PAID_SEARCH"},
    )
    lines = go_live(past)
    fields = {one["field"] for line in lines for one in line["changes"]}
    assert not fields & {"Email", "LeadSource"}
    (after,) = past.sf()
    assert (after["Email"], after["LeadSource"]) == (email.upper(), "Trade fair")
    assert SALES["open"]["Status"] == after["Status"]


def test_a_value_is_filled_where_there_is_none(past: Play) -> None:
    email = person(past, "jo", "lead", "open")
    past.box.marketing.act(
        "edit",
        object="contacts",
        id=past.person(email)["id"],
        properties={"hs_analytics_source": "PAID_SEARCH"},
    )
    go_live(past)
    assert past.sf()[0]["LeadSource"] == "PAID_SEARCH"


def test_a_line_that_comes_in_cannot_fill_alone() -> None:
    with pytest.raises(ValueError, match="only_if_empty is for what goes out alone"):
        FieldMap(field="Title", only_if_empty=True)
