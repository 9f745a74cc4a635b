"""A place on a nurture list of somebody whose record is gone when it is given."""

from __future__ import annotations

import pytest

from crmbridge.flows.deliver import drain
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import holds, look, ready, rebuilds_equal, rest


@pytest.mark.parametrize("back", ["restored", "never"])
def test_a_list_that_misses_the_record_holds_nothing_and_the_record_is_known_to_be_gone(
    play: Play, back: str
) -> None:
    ready(play, "jo")
    play.box.sales.act(
        "reject", id=play.lead(JO)["Id"], fields={"Rejection_Reason__c": "No budget"}
    )
    play.later(minutes=5)
    look(play)
    ident = play.person(JO)["id"]
    play.box.marketing.act("archive", object="contacts", id=ident)
    drain(play.company, "marketing", sleep=lambda _s: None)
    rest(play)
    assert holds(play) == []
    if back == "restored":
        play.box.marketing.act("restore", object="contacts", id=ident)
        play.later(days=2)
        rest(play)
        assert len(play.person(JO)["lists"]) == 1
    assert rebuilds_equal(play)
