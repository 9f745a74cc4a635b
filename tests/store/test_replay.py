"""The past of a lead, folded from what was recorded by then."""

from datetime import UTC, datetime, timedelta
from typing import Any

from crmbridge.model.event import Content, Event, Kind
from crmbridge.store import events, leads, trail
from crmbridge.store.ledger import Ledger
from crmbridge.store.projection import Workspace
from crmbridge.store.replay import past, story
from crmbridge.store.trips import trips

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def entry(type_: str, lead: str, hours: int, **data: Any) -> Event:
    at = NOW + timedelta(hours=hours)
    key = f"touch:{data['id']}" if type_ == "touch" else f"{type_}:{lead}:{hours}"
    return Event(
        kind=Kind.OBSERVED,
        content=Content.stored(type_, data),
        at=at,
        recorded_at=at,
        key=key,
        lead=lead,
    )


def touch(ident: str, hours: int, lead: str = "") -> Event:
    more = {"kind": "form", "asset": "/x", "channel": "", "identity": "" if lead else "h"}
    return entry("touch", lead, hours, id=ident, **more)


def filled(ledger: Ledger) -> None:
    deal = {"id": "sales:Opportunity:1", "state": "open", "amount_minor": 1, "currency": "EUR"}
    times = {"created_at": "", "closed_at": "", "changed_at": "", "reason": "", "precision": "day"}
    with ledger.write("test") as tx:
        events.append(
            tx,
            [
                touch("m:form:1", 0),
                touch("m:form:2", 0),
                entry("known", "old", 1),
                entry("known", "new", 2),
                entry("adopted", "old", 3, touches=["m:form:1"]),
                touch("m:form:3", 4, "new"),
                entry("deal", "", 5, **deal, **times),
                entry("lead_merged", "new", 6, loser="old", identities=["hash"]),
                entry("known", "other", 7),
            ],
        )


def test_a_lead_has_the_story_of_those_that_were_merged_into_it(ledger: Ledger) -> None:
    filled(ledger)
    with ledger.read() as tx:
        assert [one.type for one in story(tx, "new")] == [
            "known",
            "known",
            "adopted",
            "touch",
            "lead_merged",
        ]
        assert [one.lead for one in story(tx, "new", NOW + timedelta(hours=5))] == ["new", "new"]
        assert story(tx, "nobody") == []


def test_the_past_after_a_merge_has_the_touches_of_both(ledger: Ledger) -> None:
    filled(ledger)
    with ledger.read() as tx, past(tx, "new", NOW + timedelta(hours=6)) as then:
        found = [row.id for row in trail.touches_of(then, ["new"])["new"]]
        assert found == ["m:form:1", "m:form:3"]
        assert list(leads.ids(then)) == ["new", "old"]
        assert set(trail.get_deals(then, ["sales:Opportunity:1"]))


def test_the_past_before_the_merge_knows_nothing_of_it(ledger: Ledger) -> None:
    filled(ledger)
    with ledger.read() as tx, past(tx, "new", NOW + timedelta(hours=4)) as then:
        assert [row.id for row in trail.touches_of(then, ["new"])["new"]] == ["m:form:3"]
        assert list(leads.ids(then)) == ["new"]
        assert trail.get_deals(then, ["sales:Opportunity:1"]) == {}


def test_looking_at_the_past_writes_nothing_into_the_ledger(ledger: Ledger) -> None:
    filled(ledger)
    with ledger.read() as tx:
        with past(tx, "new", NOW + timedelta(hours=9)):
            pass
        assert list(leads.ids(tx)) == []
        assert list(trips(tx)) == []


def test_an_entry_that_is_emitted_twice_counts_once(ledger: Ledger) -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    one = Event(
        kind=Kind.OBSERVED,
        content=Content.stored("recalled", {}),
        at=at,
        recorded_at=at,
        key="k",
        lead="L1",
    )
    with ledger.write("pull") as tx:
        work = Workspace(tx)
        work.emit(one)
        work.emit(one)
        assert len(work.state("L1").life) == 1
        assert len(work.flush()) == 1
