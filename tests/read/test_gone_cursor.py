"""A cursor that leads nowhere is no person's work: the object is read anew, and nothing twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmbridge.store import cursors, held
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import ready, rebuilds_equal, rest

STRANGE = ("", "{}", '{"v":99}', "of another build")


def spoil(play: Play, text: str) -> list[tuple[str, str, str]]:
    """Leave a text that no connector knows in the place of every cursor; return which they are."""
    with play.company.ledger.write("test") as tx:
        found = [one for one in cursors.all_cursors(tx) if one.name in ("changes", "deleted")]
        for one in found:
            cursors.put_cursor(tx, replace(one, position=text))
    return [(one.system, one.obj, one.name) for one in found]


def positions(play: Play) -> dict[tuple[str, str, str], str]:
    with play.company.ledger.read() as tx:
        return {(one.system, one.obj, one.name): one.position for one in cursors.all_cursors(tx)}


@pytest.mark.parametrize("text", STRANGE)
def test_every_object_is_read_anew_and_nothing_is_written_twice(play: Play, text: str) -> None:
    ready(play, "jo")
    before = dict(play.lead(JO))
    spoilt = spoil(play, text)
    assert {system for system, _, _ in spoilt} == {"marketing", "sales"}
    play.box.sales.act("edit", object="Lead", id=before["Id"], fields={"Phone": "+49 30 1"})
    play.later(days=2)
    rest(play)
    now = positions(play)
    assert [one for one in spoilt if now.get(one, "") in ("", text)] == []
    assert play.person(JO)["phone"] == "+49 30 1"  # what happened meanwhile was heard
    assert play.lead(JO)["Id"] == before["Id"]
    with play.company.ledger.read() as tx:
        assert held.find(tx) == []
    assert rebuilds_equal(play)
