"""What the books say goes onto the record of each deal, in the deal's own lane."""

from __future__ import annotations

from typing import Any

from tests.revenue.test_flow_write_back import FAIR, SHOP, deal_of, edit_deal, joins
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import later, ready, rebuilds_equal, rest

FIELDS = ("Sourced", "First_Campaign", "Headline_Campaign", "Credit_Version")


def told(play: Play) -> list[Any]:
    """What the one deal's record says of the books."""
    (deal,) = play.sf("Opportunity")
    return [deal.get(f"CrmBridge_{name}__c") for name in FIELDS]


def test_a_deal_says_whose_it_is_from_its_creation_on(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    joins(play, JO, **{FAIR: "Spring fair", SHOP: "Workshop"})
    made = deal_of(play)
    version = str(told(play)[-1])
    assert told(play) == ["sourced", "Spring fair", "Workshop", version]
    edit_deal(play, made, StageName="Closed Won")
    later(play)
    assert told(play) == ["sourced", "Spring fair", "Workshop", version]
    assert rebuilds_equal(play)
