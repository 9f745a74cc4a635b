"""A no is heard wherever it is said, whatever is open about the person, before or after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from tests.consent.test_flow_heard import with_filters
from tests.stages.places import JO
from tests.stages.play import Play, at_work
from tests.stages.rest import edit, ready, rebuilds_equal, rest, retouch

HOME = "jo.private@home.example"


@pytest.fixture
def picky(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    with at_work(with_filters(acme), tmp_path) as made:
        yield made


def nothing(play: Play) -> None:
    """Nothing is open."""


def doubled(play: Play) -> None:
    """Sales has a second record of Jo."""
    fields = {"LastName": "Kern", "Company": "B", "Email": JO, "Title": "Owner"}
    play.box.sales.act("create", object="Lead", fields=fields)


def taken(play: Play) -> None:
    """Another lead's record has Jo's address."""
    ready(play, "al", jobtitle="Owner")
    rest(play)
    edit(play, "al@buyer.example", Email=JO)


def converted(play: Play) -> None:
    """Sales made a contact of Jo's lead."""
    play.box.sales.act("convert", id=first(play), opportunity=False)


def filtered(play: Play) -> None:
    """Both records left the filter."""
    retouch(play, JO, jobtitle="x")
    fields = {"Title": "x"}
    play.box.sales.act("edit", object="Lead", id=first(play), fields=fields)


def corrected(play: Play) -> None:
    """Jo has another address as well, which marketing knows."""
    retouch(play, JO, hs_additional_emails=HOME)


def first(play: Play) -> str:
    """Sales' first lead of Jo."""
    return str(next(one["Id"] for one in play.sf() if (one.get("Email") or "") == JO))


OPEN: dict[str, Callable[[Play], None]] = {
    "nothing": nothing,
    "a double": doubled,
    "an address that is taken": taken,
    "a conversion": converted,
    "a filter": filtered,
    "a further address": corrected,
}


def by_marketing(play: Play) -> None:
    """Jo unsubscribes by a mail of marketing's."""
    play.box.marketing.act("opt_out", email=JO)


def by_sales(play: Play) -> None:
    """Jo tells the rep, who ticks the box on the newest record with Jo's address."""
    obj, ident = _newest(play)
    play.box.sales.act("edit", object=obj, id=ident, fields={"HasOptedOutOfEmail": True})


def by_a_record_that_goes(play: Play) -> None:
    """The rep ticks the box, and throws the record away before anybody looks."""
    obj, ident = _newest(play)
    by_sales(play)
    play.box.sales.act("delete", object=obj, id=ident)


def by_the_other_address(play: Play) -> None:
    """A record that sales has under Jo's further address, or a new one with Jo's own, says no."""
    address = play.person(JO).get("hs_additional_emails") or JO
    fields = {"LastName": "Kern", "Company": "B", "Email": address, "HasOptedOutOfEmail": True}
    play.box.sales.act("create", object="Lead", fields=fields)


def _newest(play: Play) -> tuple[str, str]:
    rows = [
        (obj, str(one["Id"]))
        for obj in ("Lead", "Contact")
        for one in play.sf(obj)
        if one.get("Email") == JO and not one["IsDeleted"] and not one.get("IsConverted")
    ]
    return rows[-1]


SAID = {
    "in marketing": by_marketing,
    "in sales": by_sales,
    "in a record that goes": by_a_record_that_goes,
    "in another record": by_the_other_address,
}


@pytest.mark.parametrize("when", ["before anybody looks", "after a look"])
@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("what", OPEN)
def test_a_no_reaches_every_record(picky: Play, what: str, said: str, when: str) -> None:
    play = picky
    ready(play, "jo", jobtitle="Owner")
    rest(play)
    play.later(hours=1)
    OPEN[what](play)
    if when == "after a look":
        play.later(minutes=5)
        rest(play)
    SAID[said](play)
    for _ in range(2):
        play.later(hours=1)
        rest(play)
    live = [
        one["HasOptedOutOfEmail"]
        for obj in ("Lead", "Contact")
        for one in play.sf(obj)
        if not one["IsDeleted"] and not one.get("IsConverted")
    ]
    assert all(live), live
    assert play.person(JO)["hs_email_optout"] == "true"
    assert rebuilds_equal(play)
