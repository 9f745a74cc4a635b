"""What a deal says beside state and money is kept with its history, and moves nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete

from crmbridge.company import Company
from crmbridge.model.deal import About, Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.money import Money
from crmbridge.model.payload import DealSeen
from crmbridge.store import cursors, schema
from crmbridge.store.rows import DealRow
from tests.stages.kept import is_rebuilt, kept, rows
from tests.stages.places import START
from tests.stages.play import Play
from tests.stages.still import seen

SAID: dict[str, Any] = {
    "owner": Ref(system="sales", obj="User", id="005A"),
    "name": "Jo Doe, 12 seats",
    "stage": "Prospecting",
    "probability": Decimal("0.1"),
    "type": "New Business",
    "pipeline": "012A",
    "forecast": date(2026, 6, 30),
    "account": Ref(system="sales", obj="Account", id="001A"),
    "campaign": Ref(system="sales", obj="Campaign", id="701A"),
    "source": "Web",
}
OTHER: dict[str, Any] = {
    "owner": Ref(system="sales", obj="User", id="005B"),
    "name": "Jo Doe, 20 seats",
    "stage": "Negotiation",
    "probability": Decimal("0.9"),
    "type": "Existing Business",
    "pipeline": "012B",
    "forecast": date(2026, 7, 31),
    "account": Ref(system="sales", obj="Account", id="001B"),
    "campaign": None,
    "source": "",
}

NOTHING: dict[str, Any] = {
    **dict.fromkeys(("owner", "account", "campaign", "probability", "forecast")),
    **dict.fromkeys(("name", "stage", "type", "pipeline", "source"), ""),
}


def deal(hours: int = 0, state: DealState = DealState.OPEN, **said: Any) -> Deal:
    about = About(**said, told=frozenset(said))
    return Deal(
        ref=Ref(system="sales", obj="Opportunity", id="006A"),
        state=state,
        value=Money(100_000, "EUR"),
        changed_at=START + timedelta(hours=hours),
        about=about if state is not DealState.DELETED else About(),
    )


@pytest.fixture
def company(play: Play) -> Company:
    return play.company


def row(company: Company) -> DealRow:
    (one,) = rows(company, DealRow)
    return one


def test_a_deal_is_kept_in_columns(company: Company) -> None:
    seen(company, [deal(**SAID)])
    one = row(company)
    assert (one.owner, one.account, one.campaign) == (
        "sales:User:005A",
        "sales:Account:001A",
        "sales:Campaign:701A",
    )
    assert (one.stage, one.type, one.pipeline, one.source) == (
        "Prospecting",
        "New Business",
        "012A",
        "Web",
    )
    assert (one.probability, one.forecast) == (Decimal("0.1"), date(2026, 6, 30))
    assert one.name == "Jo Doe, 12 seats"
    assert "Jo Doe" not in repr(one)
    assert is_rebuilt(company)


def test_the_name_lies_in_the_ledger_as_personal_data_does(company: Company) -> None:
    seen(company, [deal(**SAID)])
    with company.ledger.read() as tx:
        (cells,) = tx.conn.exec_driver_sql("SELECT * FROM deal").fetchall()
    assert all("Jo Doe" not in one for one in cells if isinstance(one, str))


def test_a_deal_that_says_the_same_leaves_no_entry(company: Company) -> None:
    seen(company, [deal(**SAID)])
    seen(company, [deal(1, **SAID), deal(1, **SAID | {"probability": Decimal("0.100")})])
    assert len(kept(company, DealSeen)) == 1


@pytest.mark.parametrize("word", SAID)
def test_a_change_of_any_is_an_entry_of_its_own(company: Company, word: str) -> None:
    seen(company, [deal(**SAID)])
    seen(company, [deal(1, **SAID | {word: OTHER[word]})])
    first, second = kept(company, DealSeen)
    name = {"type": "deal_type"}.get(word, word)
    assert (getattr(first, name), getattr(second, name)) == (SAID[word], OTHER[word])
    changed = replace(first, **{name: OTHER[word]}, changed_at=START + timedelta(hours=1))
    assert second == changed
    assert is_rebuilt(company)


def test_what_is_told_as_empty_and_a_probability_of_none_are_told_apart(company: Company) -> None:
    seen(company, [deal()])
    seen(company, [deal(1, **NOTHING)])
    assert len(kept(company, DealSeen)) == 1
    seen(company, [deal(2, **NOTHING | {"probability": Decimal(0)})])
    assert (row(company).probability, len(kept(company, DealSeen))) == (Decimal(0), 2)
    assert is_rebuilt(company)


def test_what_is_not_spoken_of_stays_as_it_was(company: Company) -> None:
    seen(company, [deal(**SAID)])
    before = row(company)
    seen(company, [deal(1, stage="Negotiation")])
    assert row(company) == replace(
        before, stage="Negotiation", changed_at=START + timedelta(hours=1)
    )
    seen(company, [deal(2)])
    assert len(kept(company, DealSeen)) == 2
    assert is_rebuilt(company)


def test_an_older_version_is_ignored(company: Company) -> None:
    seen(company, [deal(2, **SAID)])
    seen(company, [deal(1, **SAID | {"stage": "Negotiation"})])
    assert row(company).stage == "Prospecting"
    assert len(kept(company, DealSeen)) == 1


def test_a_deal_that_is_deleted_and_restored_keeps_what_it_said(company: Company) -> None:
    seen(company, [deal(**SAID)])
    seen(company, [deal(1, DealState.DELETED)])
    gone = row(company)
    assert (gone.state, gone.stage, gone.name) == ("deleted", "Prospecting", "Jo Doe, 12 seats")
    seen(company, [deal(0, **SAID | {"stage": "Negotiation"})])
    assert (row(company).state, row(company).stage) == ("open", "Negotiation")
    assert is_rebuilt(company)


def test_what_a_deal_says_of_itself_makes_nobody_due(company: Company) -> None:
    jo = Ref(system="sales", obj="Contact", id="003A")
    mail = {"email": "jo@kept.example"}
    on = Role(ref=Ref(system="sales", obj="Role", id="00KA"), deal=deal().ref, person=jo)
    seen(company, [Sighting(ref=jo, values=mail, raw=mail), on, deal(**SAID)])
    assert due(company) == 1
    with company.ledger.write("test") as tx:
        tx.conn.execute(delete(schema.due))
    seen(company, [deal(1, **OTHER)])
    assert due(company) == 0
    seen(company, [deal(2, DealState.LOST)])
    assert due(company) == 1


def due(company: Company) -> int:
    with company.ledger.read() as tx:
        return cursors.due_count(tx, company.now())


def test_entries_of_earlier_builds_say_nothing_of_it() -> None:
    old = {
        **{"id": "sales:Opportunity:006A", "state": "open", "amount_minor": 1, "currency": "EUR"},
        **{"reason": "", "precision": "second"},
    }
    told = DealSeen.read(old)
    assert (told.owner, told.name, told.probability, told.forecast) == (None, "", None, None)
    assert told.to_json().keys() == {*old, "created_at", "closed_at", "changed_at"}
