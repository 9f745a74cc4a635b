"""A rep deletes a record and enters the person anew: the trip goes on, in any order of looks."""

from __future__ import annotations

import pytest

from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import edit, kinds, ready, rebuilds_equal, rest

STAGE = {
    "Open - Not Contacted": "marketingqualifiedlead",
    "Working - Contacted": "salesqualifiedlead",
}


@pytest.mark.parametrize("obj", ["Lead", "Contact"])
@pytest.mark.parametrize("first", ["deletes", "enters"])
@pytest.mark.parametrize("gap", [0, 1, 60])
@pytest.mark.parametrize("status", STAGE)
def test_the_trip_goes_on(play: Play, obj: str, first: str, gap: int, status: str) -> None:
    ready(play, "jo")
    rest(play)
    old = play.lead(JO)
    edit(play, JO, Status=status)
    play.later(hours=1)
    rest(play)
    fields = {"LastName": "Vogel", "Email": JO, "OwnerId": old["OwnerId"]}
    fields |= {"Company": "Vogel Pumpen", "Status": status} if obj == "Lead" else {}

    def deletes() -> None:
        play.box.sales.act("delete", object="Lead", id=old["Id"])

    def enters() -> None:
        play.box.sales.act("create", object=obj, fields=fields)

    for one in (deletes, enters) if first == "deletes" else (enters, deletes):
        one()
        play.later(seconds=gap)
    for _ in range(2):
        play.later(hours=1)
        rest(play)
    person = play.person(JO)
    assert person["lifecyclestage"] == STAGE[status]
    assert not person["lists"]
    assert not kinds(play)
    assert rebuilds_equal(play)
