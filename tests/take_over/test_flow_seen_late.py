"""What sales had, or gave back, before go-live, and is first seen after it, is history too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.hubspot.lifecycle import ORDER
from crmbridge.files import CompanyFiles
from crmbridge.model.lifecycle import Lifecycle
from crmbridge.report.qualify import funnel
from tests.consent.test_flow_heard import with_filters
from tests.stages.places import REASON, START
from tests.stages.play import Play, begun
from tests.stages.rest import edit, rebuilds_equal, rest
from tests.take_over.test_flow import go_live, life, person

STAGES = ["lead", "marketingqualifiedlead", "salesqualifiedlead", "customer"]
GIVEN_BACK = {"no budget": "nurture", "no reason": "nurture", "competitor": "disqualified"}


@pytest.fixture
def past(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company that nobody armed, which takes in owners alone of sales."""
    picky = with_filters(acme).mapping.sales
    files = replace(acme, mapping=acme.mapping.model_copy(update={"sales": picky}))
    with begun(files, tmp_path) as play:
        yield play


def _lead(play: Play) -> str:
    return str(play.sf()[0]["Id"])


def _act(play: Play, verb: str, **more: Any) -> None:
    play.box.sales.act(verb, object="Lead", id=_lead(play), **more)


def _from_the_bin(play: Play) -> None:
    """A lead of last year lies in the recycle bin at go-live, and is restored two days later."""
    _act(play, "edit", fields={"Title": "Owner"})
    _act(play, "delete")
    play.later(days=5)
    go_live(play)
    play.later(days=2)
    _act(play, "undelete")


def _through_the_filter(play: Play) -> None:
    """It is none of ours at go-live, and somebody fills in the field that makes it one."""
    go_live(play)
    play.later(days=2)
    _act(play, "edit", fields={"Title": "Owner"})


SEEN_LATE = [_from_the_bin, _through_the_filter]


def _seen_late(
    past: Play, comes: Callable[[Play], None], stage: str, sales: str
) -> tuple[Lifecycle, dict[str, Any]]:
    """Jo, whom both systems know, as the ledger and marketing have them two passes on."""
    email = person(past, "jo", stage, sales)
    comes(past)
    for _ in range(2):
        past.later(hours=1)
        rest(past)
    return life(past, email), past.person(email)


@pytest.mark.parametrize("comes", SEEN_LATE)
@pytest.mark.parametrize("sales", GIVEN_BACK)
@pytest.mark.parametrize("stage", STAGES)
def test_nobody_is_enrolled_or_out_in_marketing_for_an_old_rejection(
    past: Play, comes: Any, sales: str, stage: str
) -> None:
    found, shown = _seen_late(past, comes, stage, sales)
    assert not shown["lists"]
    assert shown["lifecyclestage"] == stage
    assert found.cycles[0].kind == "adopted"
    if stage != "customer":
        assert found.stage == GIVEN_BACK[sales]
    with past.company.ledger.read() as tx:
        assert not funnel(tx)["returns"]
    assert rebuilds_equal(past)


@pytest.mark.parametrize("comes", SEEN_LATE)
@pytest.mark.parametrize(("sales", "step"), [("open", "handed"), ("working", "accepted")])
@pytest.mark.parametrize("stage", STAGES)
def test_old_open_work_is_taken_over_and_its_clocks_do_not_begin_when_it_was_made(
    past: Play, comes: Any, sales: str, step: str, stage: str
) -> None:
    found, shown = _seen_late(past, comes, stage, sales)
    (cycle,) = found.cycles
    assert cycle.kind == "adopted"
    assert cycle.effective[step] >= START
    assert not shown["lists"]
    assert ORDER.index(shown["lifecyclestage"]) >= ORDER.index(stage)
    with past.company.ledger.read() as tx:
        told = funnel(tx)
        assert not told["returns"]
        assert not told["steps"]["handed"]
    assert rebuilds_equal(past)


@pytest.mark.parametrize("comes", SEEN_LATE)
def test_what_sales_does_with_it_afterwards_is_news(past: Play, comes: Any) -> None:
    email = person(past, "jo", "lead", "no budget")
    comes(past)
    rest(past)
    for fields in ({"Status": "Working - Contacted"}, {"Status": "Closed - Not Converted"}):
        past.later(hours=1)
        edit(past, email, **fields, **{REASON: "Bad timing"})
        rest(past)
    assert [one.reason for one in life(past, email).cycles] == ["no_budget_now", "bad_timing", ""]
    assert past.person(email)["lists"]


def test_a_lead_that_sales_makes_and_gives_back_after_go_live_is_no_history(past: Play) -> None:
    email = person(past, "jo", "lead")
    go_live(past)
    fields = {"LastName": "Old", "Company": "jo", "Email": email, "Title": "Owner"}
    past.box.sales.act("create", object="Lead", fields=fields)
    past.box.sales.act("reject", id=_lead(past), reason="Bad timing", reason_field=REASON)
    past.later(hours=1)
    rest(past)
    assert life(past, email).cycles[0].kind == "override"
    assert past.person(email)["lists"]
