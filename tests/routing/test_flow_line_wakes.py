"""A line that is kept is looked at again whenever anything that it follows from is another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.company import Company
from crmbridge.flows.explain import explain
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.happenings import observe_touches
from crmbridge.flows.read.observe.merges import join
from crmbridge.flows.routing.queue import line, place_of, refresh
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model import payload
from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.store import leads
from tests.routing.stage import Line, back, lined
from tests.stages.play import Play
from tests.stages.rest import rest

A_MINUTE = timedelta(minutes=1)
TWO = [{"id": "ann", "open_limit": 0}, {"id": "bob", "open_limit": 5}]


def seen(line_: Line, lead: str, account: str, owner: str = "") -> None:
    """A record of a person who works for an account, perhaps with an owner."""
    with line_.company.ledger.write("test") as tx:
        scene = Scene.open(line_.company, tx)
        ref, more = f"sales:Lead:{lead}", {"owner": owner} if owner else {}
        facts: dict[str, Any] = {"account": account}
        scene.observed(
            payload.read("sighting", {"ref": ref, "facts": facts, **more}),
            lead,
            f"s:{lead}:{owner}",
            scene.now,
        )
        scene.work.flush()


def happens(line_: Line, lead: str, type_: str, **data: Any) -> None:
    with line_.company.ledger.write("test") as tx:
        scene = Scene.open(line_.company, tx)
        scene.observed(payload.read(type_, data), lead, f"{type_}:{lead}", scene.now)
        scene.work.flush()


def tick(line_: Line) -> list[str]:
    """What a turn does: places first, then the line."""
    with line_.company.ledger.write("test") as tx:
        refresh(Scene.open(line_.company, tx), 500)
    return line_.tick()


def kept_as_it_is(company: Company) -> bool:
    with company.ledger.write("test") as tx:
        scene = Scene.open(company, tx)
        refresh(scene, 500)
        now = [place_of(scene, view(scene, row.id), company.teams) for row in leads.waiting(tx)]
        return line(scene, company.teams) == now


def test_an_account_that_nobody_works_any_more_wakes_who_waited_for_its_rep() -> None:
    with lined(TWO, owner="strict") as line_:
        seen(line_, "customer", "Buyer GmbH", owner="ann")
        happens(line_, "customer", "opportunity", deal="sales:Opportunity:1")
        line_.arrive(1)
        seen(line_, "lead0001", "buyer gmbh")
        assert tick(line_) == []
        assert line_.told("waits")[-1][1]["reason"] == "owner_not_free"
        tick(line_)
        line_.clock.advance(timedelta(hours=1))
        happens(line_, "customer", "deal_lost", deal="sales:Opportunity:1", reason="bad_timing")
        assert tick(line_) == ["lead0001"]


def test_who_joins_or_leaves_the_teams_changes_whom_a_lead_is_for() -> None:
    with lined(TWO, owner="strict") as line_:
        seen(line_, "lead0001", "Buyer GmbH", owner="ann")
        line_.arrive(1)
        assert tick(line_) == []
        rows = [one | {"email": f"{one['id']}@acme.example"} for one in TWO]
        shape = {"id": "sales", "owner": "strict", "reps": rows[1:]}
        teams = Teams.model_validate({"company": "acme", "teams": [shape]})
        line_.company = replace(line_.company, teams=teams)
        assert kept_as_it_is(line_.company)
        assert tick(line_) == ["lead0001"]


def test_nobody_waits_for_a_rep_of_an_earlier_trip_who_has_left_the_teams() -> None:
    with lined(TWO, owner="strict") as line_:
        with line_.company.ledger.write("test") as tx:
            scene = Scene.open(line_.company, tx)
            told = back(scene, "dan") | {"reason": "bad_timing", "avoid": False}
            scene.observed(payload.Known(), "lead0001", "known", scene.now)
            scene.decided(
                payload.read("handed", {}), "lead0001", "h", at=parse_instant(told["at"]) - A_MINUTE
            )
            scene.decided(
                payload.read("rejected", {}), "lead0001", "x", at=parse_instant(told["at"])
            )
            more: dict[str, Any] = {"return": told}
            scene.decided(payload.read("routed", more), "lead0001", "r")
            scene.decided(payload.read("ready", {}), "lead0001", "ready")
            scene.work.flush()
        assert tick(line_) == ["lead0001"]


def test_a_touch_that_is_heard_of_before_it_happens_counts_from_that_second() -> None:
    with lined([{"id": "ann", "open_limit": 0}]) as line_:
        line_.arrive(1)
        soon = line_.clock.now() + timedelta(hours=1)
        with line_.company.ledger.write("test") as tx:
            scene = Scene.open(line_.company, tx)
            said: dict[str, Any] = {"id": "marketing:form:1", "kind": "form", "asset": "/demo"}
            scene.observed(payload.read("touch", {"channel": "", **said}), "lead0001", "t1", soon)
            scene.work.flush()
        assert kept_as_it_is(line_.company)
        line_.clock.advance(timedelta(hours=1))
        assert kept_as_it_is(line_.company)
        with line_.company.ledger.read() as tx:
            (place,) = line(Scene.open(line_.company, tx), line_.company.teams)
        assert place.hand_raise


def test_who_is_avoided_no_more_is_not_said_to_have_had_the_lead() -> None:
    with lined([{"id": "ann", "open_limit": 0}]) as line_:
        with line_.company.ledger.write("test") as tx:
            scene = Scene.open(line_.company, tx)
            avoid = back(scene, "ann")
            prefer = avoid | {"reason": "bad_timing", "avoid": False}
            scene.observed(payload.Known(), "lead0001", "known", scene.now)
            scene.decided(
                payload.read("handed", {}),
                "lead0001",
                "h",
                at=parse_instant(avoid["at"]) - A_MINUTE,
            )
            scene.decided(
                payload.read("rejected", {}), "lead0001", "x", at=parse_instant(avoid["at"])
            )
            for number, one in enumerate((avoid, prefer)):
                more: dict[str, Any] = {"return": one}
                scene.decided(payload.read("routed", more), "lead0001", f"r{number}")
            scene.decided(payload.read("ready", {}), "lead0001", "ready")
            scene.work.flush()
        tick(line_)
        with line_.company.ledger.read() as tx:
            (rep,) = explain(line_.company, tx, "lead0001")["capacity"]["line"]["reps"]
        assert rep["why"] == ["open_limit"]


def test_a_lead_that_waits_keeps_its_place_when_it_is_merged_into_an_older_one() -> None:
    with lined([{"id": "ann", "open_limit": 0}]) as line_:
        happens(line_, "keeper", "known")
        line_.clock.advance(timedelta(days=30))
        line_.arrive(1)
        tick(line_)
        since = instant(line_.clock.now())
        line_.clock.advance(timedelta(days=1))
        with line_.company.ledger.write("test") as tx:
            scene = Scene.open(line_.company, tx)
            join(scene, "lead0001", "keeper", "merged at the vendor")
            scene.work.flush()
        tick(line_)
        assert line_.told("queue_expired") == []
        line_.clock.advance(timedelta(days=14))
        tick(line_)
        assert [(lead, data["queued_at"]) for lead, data, _ in line_.told("queue_expired")] == [
            ("keeper", since)
        ]


def test_a_demo_that_a_vendors_clock_dates_ahead_of_ours_is_handed_over_in_its_minute(
    play: Play,
) -> None:
    play.contact("jo@buyer.example", lastname="Jo", company="Buyer GmbH")
    rest(play)
    ahead = play.company.now() + timedelta(minutes=10)
    ref = Ref.parse("marketing:form:77")
    demo = Touch(ref=ref, at=ahead, kind="form", asset="/demo", email="jo@buyer.example")
    with play.company.ledger.write("test") as tx:
        scene = Scene.open(play.company, tx)
        observe_touches(scene, [demo], Counted())
        scene.work.flush()
    rest(play)
    assert play.sf() == []
    play.later(minutes=11)
    rest(play)
    assert [one["Email"] for one in play.sf()] == ["jo@buyer.example"]
