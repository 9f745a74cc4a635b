"""Opt-outs are heard from every record of a person, and reach every other one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.read.backfill import backfill
from tests.stages.places import JO
from tests.stages.play import Play, at_work
from tests.stages.rest import (
    conflict,
    edit,
    holds,
    ready,
    rebuilds_equal,
    rest,
    retouch,
    two_records,
)


def with_filters(files: CompanyFiles) -> CompanyFiles:
    """The same company, which takes in owners alone, and has no winner for a phone number."""
    mapping = files.mapping
    sides: dict[str, Any] = {}
    for name, title in (("marketing", "jobtitle"), ("sales", "Title")):
        side = mapping.system(name)
        lead = side.lead.model_copy(update={"when": {title: ["Owner"]}})
        sides[name] = side.model_copy(update={"lead": lead})
    sides["authority"] = {k: v for k, v in mapping.authority.items() if k != "phone"}
    return replace(files, mapping=mapping.model_copy(update=sides))


@pytest.fixture
def picky(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    files = with_filters(acme)
    with at_work(files, tmp_path) as made:
        yield made


def sales_out(play: Play, email: str = JO) -> list[bool]:
    """Whether each live record of sales with this address (or any) is opted out."""
    rows = [one for obj in ("Lead", "Contact") for one in play.sf(obj)]
    return [
        bool(one["HasOptedOutOfEmail"])
        for one in rows
        if email in ("", (one.get("Email") or "").lower()) and not one.get("IsDeleted")
    ]


def marketing_out(play: Play, email: str = JO) -> list[bool]:
    """Whether each live record of marketing with this address is opted out."""
    return [
        one["properties"].get("hs_email_optout") == "true"
        for one in play.box.marketing.state("contacts")
        if one["properties"].get("email") == email and not one.get("archived")
    ]


def archived(play: Play, ident: str) -> None:
    play.box.marketing.act("archive", object="contacts", id=ident)


def merged(play: Play, ident: str) -> None:
    other = play.contact("al@buyer.example", lastname="Kern")
    play.box.marketing.act("merge", primary=other, other=ident)


def made_anew(play: Play, ident: str) -> None:
    archived(play, ident)
    play.contact(JO, lastname="Kern")


def renamed(play: Play, ident: str) -> None:
    retouch(play, JO, email="other@buyer.example")


def untouched(play: Play, ident: str) -> None:
    pass


FATES: dict[str, Callable[[Play, str], None]] = {
    "stays": untouched,
    "is archived": archived,
    "is merged away": merged,
    "is archived and made anew": made_anew,
    "gets another address": renamed,
}


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("gap", [timedelta(0), timedelta(minutes=20), timedelta(days=3)], ids=str)
def test_an_opt_out_is_heard_whatever_becomes_of_its_record_before_the_next_look(
    play: Play, fate: str, gap: timedelta
) -> None:
    ready(play, "jo")
    rest(play)
    play.later(hours=1)
    ident = play.person(JO)["id"]
    play.box.marketing.act("opt_out", email=JO)
    play.box.advance(gap)
    FATES[fate](play, ident)
    for _ in range(2):
        play.later(hours=25)
        rest(play)
    assert sales_out(play, "") == [True]
    assert rebuilds_equal(play)


@pytest.mark.parametrize("how", ["delete", "hard_delete"])
def test_an_opt_out_at_sales_is_heard_from_a_record_that_is_deleted_before_the_next_look(
    play: Play, how: str
) -> None:
    ready(play, "jo")
    rest(play)
    play.later(hours=1)
    ident = play.lead(JO)["Id"]
    edit(play, JO, HasOptedOutOfEmail=True)
    play.box.sales.act("delete", object="Lead", id=ident)
    if how == "hard_delete":
        rest(play)
        play.box.sales.act("hard_delete", object="Lead", id=ident)
    play.later(hours=1)
    rest(play)
    assert marketing_out(play) == [True]


@pytest.mark.parametrize("known", ["before", "after", "only there"])
@pytest.mark.parametrize("side", ["marketing", "sales"])
def test_an_opt_out_is_heard_from_a_record_that_a_filter_leaves_out(
    picky: Play, side: str, known: str
) -> None:
    """The record was taken in before it left the filter, or never; or its person appears later."""
    play = picky
    title = "Owner" if known == "before" else "x"
    if side == "marketing":
        play.contact(JO, lastname="Kern", jobtitle=title)
    else:
        fields = {"LastName": "Kern", "Company": "B", "Email": JO, "Title": title}
        play.box.sales.act("create", object="Lead", fields=fields)
    if known != "only there":
        other(play, side)
    rest(play)
    play.later(hours=1)
    if side == "marketing":
        retouch(play, JO, jobtitle="x")
        play.box.marketing.act("opt_out", email=JO)
    else:
        edit(play, JO, Title="x", HasOptedOutOfEmail=True)
    play.later(hours=1)
    rest(play)
    if known == "only there":
        other(play, side)
        play.later(hours=1)
        rest(play)
    assert (sales_out(play), marketing_out(play)) == ([True], [True])
    assert rebuilds_equal(play)


def other(play: Play, side: str) -> None:
    """The person's record in the other system, which no filter leaves out."""
    if side == "marketing":
        fields = {"LastName": "Kern", "Company": "B", "Email": JO, "Title": "Owner"}
        play.box.sales.act("create", object="Lead", fields=fields)
    else:
        play.contact(JO, lastname="Kern", jobtitle="Owner")


@pytest.mark.parametrize("side", ["marketing", "sales"])
def test_an_opt_out_reaches_a_record_that_a_filter_leaves_out(picky: Play, side: str) -> None:
    """It is none of ours, but it is a record of somebody who said no."""
    play = picky
    other(play, side)
    rest(play)
    if side == "marketing":
        play.contact(JO, lastname="Kern", jobtitle="x")
    else:
        fields = {"LastName": "Kern", "Company": "B", "Email": JO, "Title": "x"}
        play.box.sales.act("create", object="Lead", fields=fields)
    play.later(hours=1)
    rest(play)
    if side == "marketing":
        edit(play, JO, HasOptedOutOfEmail=True)
    else:
        play.box.marketing.act("opt_out", email=JO)
    play.later(hours=1)
    rest(play)
    assert (sales_out(play), marketing_out(play)) == ([True], [True])


def two_of_sales(play: Play) -> None:
    two_records(play, Title="Owner")


def address_taken(play: Play) -> None:
    """Another lead's record takes this person's address."""
    ready(play, "al", jobtitle="Owner")
    rest(play)
    edit(play, "al@buyer.example", Email=JO)


HELD = {"two_records": two_of_sales, "conflict": conflict, "address_taken": address_taken}


@pytest.mark.parametrize("kind", HELD)
@pytest.mark.parametrize("by", ["marketing", "sales"])
def test_an_opt_out_passes_while_a_question_waits_for_a_person(
    picky: Play, by: str, kind: str
) -> None:
    play = picky
    ready(play, "jo", jobtitle="Owner")
    rest(play)
    play.later(hours=1)
    HELD[kind](play)
    play.later(hours=1)
    rest(play)
    assert kind in {one.kind for one in holds(play)}
    if by == "marketing":
        play.box.marketing.act("opt_out", email=JO)
    else:
        last = [one for one in play.sf() if (one.get("Email") or "") == JO][-1]
        fields = {"HasOptedOutOfEmail": True}
        play.box.sales.act("edit", object="Lead", id=last["Id"], fields=fields)
    for _ in range(2):
        play.later(hours=1)
        rest(play)
    assert all(sales_out(play))
    assert all(marketing_out(play))
    assert rebuilds_equal(play)


def test_a_record_that_takes_the_address_of_somebody_who_is_out_is_out_too(picky: Play) -> None:
    play = picky
    ready(play, "jo", jobtitle="Owner")
    rest(play)
    play.box.marketing.act("opt_out", email=JO)
    play.later(hours=1)
    rest(play)
    address_taken(play)
    play.later(hours=1)
    rest(play)
    assert sales_out(play, "") == [True, True]
    assert rebuilds_equal(play)


@pytest.mark.parametrize("side", ["marketing", "sales"])
def test_a_backfill_hears_opt_outs_of_people_older_than_its_window(play: Play, side: str) -> None:
    if side == "marketing":
        play.contact(JO, lastname="Kern")
        play.box.marketing.act("opt_out", email=JO)
    else:
        fields = {"LastName": "K", "Company": "B", "Email": JO, "HasOptedOutOfEmail": True}
        play.box.sales.act("create", object="Lead", fields=fields)
    play.later(days=30)
    backfill(play.company, since=play.company.now() - timedelta(days=1), sleep=lambda _s: None)
    other(play, side)
    play.later(minutes=5)
    rest(play)
    out = sales_out if side == "marketing" else marketing_out
    assert out(play) == [True]
