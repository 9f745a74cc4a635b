"""A lead that sales converted is qualified, whatever becomes of the deal that it was converted to.

The deal may count for nothing here: then no step of a deal says how far the lead is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.mapping.tables.deals import DealMap
from tests.stages.places import JO
from tests.stages.play import Play, at_work, example
from tests.stages.rest import ready, rebuilds_equal, rest


def with_deals(deal: DealMap | None) -> CompanyFiles:
    """The example, which reads deals in this way, or none."""
    files = example()
    more = {} if deal else {"role": None}
    sales = files.mapping.sales.model_copy(update={"deal": deal, **more})
    return replace(files, mapping=files.mapping.model_copy(update={"sales": sales}))


def filtered() -> CompanyFiles:
    spec = example().mapping.sales.deal
    assert spec is not None
    return with_deals(spec.model_copy(update={"when": {"Type": ["New Business"]}}))


def convert(play: Play) -> str:
    ready(play, "jo")
    ident = play.lead(JO)["Id"]
    told = {"Amount": 10, "Type": "Renewal"}
    made: dict[str, str] = play.box.sales.act("convert", id=ident, opportunity=told)
    return made["opportunityId"]


@pytest.mark.parametrize("files", [filtered, lambda: with_deals(None)])
def test_a_deal_that_is_none_of_ours_leaves_the_lead_qualified(
    files: Callable[[], CompanyFiles], tmp_path: Path
) -> None:
    with at_work(files(), tmp_path) as play:
        convert(play)
        play.later(minutes=5)
        rest(play)
        assert play.person(JO)["lifecyclestage"] == "salesqualifiedlead"
        play.later(days=6)  # past the clock of a lead that nobody has touched
        rest(play)
        assert play.person(JO)["lifecyclestage"] == "salesqualifiedlead"
        assert rebuilds_equal(play)


def test_a_deal_that_our_user_does_not_see_leaves_the_lead_qualified(play: Play) -> None:
    play.box.sales.act("hard_delete", object="Opportunity", id=convert(play))
    play.later(minutes=5)
    rest(play)
    assert play.person(JO)["lifecyclestage"] == "salesqualifiedlead"
    assert rebuilds_equal(play)


def test_a_deal_that_comes_to_count_goes_on_from_there(tmp_path: Path) -> None:
    with at_work(filtered(), tmp_path) as play:
        deal = convert(play)
        play.later(minutes=5)
        rest(play)
        fields = {"Type": "New Business"}
        play.box.sales.act("edit", object="Opportunity", id=deal, fields=fields)
        play.later(minutes=5)
        rest(play)
        assert play.person(JO)["lifecyclestage"] == "opportunity"
        play.box.sales.act("close_deal", id=deal, won=True)
        play.later(minutes=5)
        rest(play)
        assert play.person(JO)["lifecyclestage"] == "customer"
        assert rebuilds_equal(play)
