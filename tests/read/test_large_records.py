"""One record that is too large to be read: it is held by its id, and everybody else goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crmbridge.flows.read import backfill
from crmbridge.store import held
from crmbridge.store.held import HeldState
from tests.stages.play import Play

CAP = 60_000
BIG = "x" * 65_000
KEEN = {"firstname": "Good", "lastname": "Lead", "company": "Buyer"}


def cap(play: Play) -> None:
    """Take less from the vendors than one large record is."""
    for system in play.company.systems.values():
        connector: Any = system.connector
        bridge = getattr(connector, "_bridge", None) or connector._client._bridge
        bridge.transport.limits = replace(bridge.transport.limits, body=CAP)


def rows(play: Play) -> list[tuple[str, str, dict[str, Any], HeldState]]:
    with play.company.ledger.read() as tx:
        found = held.find(tx, state=None)
    return [(one.kind, one.op, dict(one.detail), one.state) for one in found]


@pytest.mark.parametrize("first", [True, False])
def test_a_contact_that_is_too_large_is_held_and_the_good_lead_behind_it_arrives(
    play: Play, first: bool
) -> None:
    cap(play)
    if not first:
        play.contact("early@buyer.example", **KEEN)
        play.later(minutes=5)
        play.turn()
    ident = play.contact("spam@spam.example", firstname=BIG, lastname="Spam")
    play.contact("good@buyer.example", **KEEN)
    play.form("good@buyer.example")
    for _ in range(2):
        play.later(minutes=5)
        play.turn(2)
    assert play.lead("good@buyer.example")["LastName"] == "Lead"
    about = f"marketing:contacts:{ident}"
    detail = {"system": "marketing", "object": "contacts", "id": ident}
    assert rows(play) == [("record_too_large", about, detail, HeldState.OPEN)]
    play.box.marketing.act("edit", id=ident, properties={"firstname": "Short"})
    play.later(minutes=5)
    play.turn()
    assert rows(play) == [("record_too_large", about, detail, HeldState.RESOLVED)]


def test_a_backfill_holds_what_is_too_large_and_reads_the_rest(play: Play) -> None:
    cap(play)
    ident = play.contact("spam@spam.example", firstname=BIG, lastname="Spam")
    play.contact("good@buyer.example", **KEEN)
    report = backfill.backfill(play.company, sleep=lambda seconds: None)
    assert report.complete
    assert [one[1] for one in rows(play)] == [f"marketing:contacts:{ident}"]
