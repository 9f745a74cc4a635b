"""A system that fails `crmbridge sync` is said in `crmbridge status`, until what failed works."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.store import alarms
from tests.stages.line import Desk

COMPOSITE = "POST /services/data/v*/composite*"
AN_ALARM = {
    "state": "away",
    "why": "Unavailable",
    "since": "2026-03-01T09:00:00Z",
    "message": "it does not answer",
    "advice": "wait",
}


def systems(desk: Desk) -> list[dict[str, Any]]:
    rows = desk.json("status")["companies"][0]["systems"]
    assert isinstance(rows, list)
    return rows


def said(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one["system"], one["state"], one["why"]) for one in systems(desk)]


def test_a_side_that_cannot_be_read_is_said_since_when_and_taken_back(desk: Desk) -> None:
    desk.armed()
    assert said(desk) == []
    desk.box.marketing.config(revoked=["loopback-token"])
    assert desk.run("sync").code == 1
    assert said(desk) == [("marketing", "paused", "AuthFailed")]
    (first,) = systems(desk)
    assert desk.run("sync").code == 1
    (second,) = systems(desk)
    assert second["since"] == first["since"]
    assert "ways" not in first
    desk.box.marketing.config(revoked=[])
    desk.ok("sync")
    assert said(desk) == []


def test_a_side_that_is_read_and_takes_no_write_stays_said_until_it_takes_one(desk: Desk) -> None:
    desk.armed()
    desk.contact("jo@buyer.example", firstname="Jo", lastname="Kern", company="Buyer")
    desk.form("jo@buyer.example")
    desk.box.sales.faults({"kind": "status", "route": COMPOSITE, "status": 401})
    for _ in range(2):
        desk.run("sync")
        assert [one[0] for one in said(desk)] == ["sales"]
    desk.box.sales.clear_faults()
    desk.ok("sync")
    assert said(desk) == []


@pytest.mark.parametrize(
    ("failing", "works", "left"),
    [
        ((), (), ["in", "out"]),
        ((), ("in",), ["out"]),
        ((), ("out",), ["in"]),
        ((), ("in", "out"), []),
        (("out",), ("in",), ["out"]),
    ],
)
def test_what_a_daemon_said_of_a_system_is_taken_back_way_by_way(
    bare: Any, failing: tuple[str, ...], works: tuple[str, ...], left: list[str]
) -> None:
    with bare.ledger() as ledger:
        alarms.tell(ledger, {"sales": AN_ALARM, "marketing": AN_ALARM})
        later = {**AN_ALARM, "since": "2026-03-02T09:00:00Z"}
        alarms.noted(ledger, "sales", dict.fromkeys(failing, later), works)
        with ledger.read() as tx:
            stand = alarms.alarms(tx)
    assert stand["marketing"] == AN_ALARM
    assert ("sales" in stand) == bool(left)
    if left:
        assert sorted(stand["sales"].get("ways", left)) == left
        assert stand["sales"]["since"] == "2026-03-01T09:00:00Z"
