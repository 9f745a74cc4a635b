"""Products, campaigns, members and firms are kept with their history, and move nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crmbridge.company import Company
from crmbridge.model.campaign import Campaign, Member
from crmbridge.model.deal import Deal, DealState
from crmbridge.model.firm import Firm
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.payload import AccountSeen, CampaignSeen, MemberSeen, Payload, ProductSeen
from crmbridge.model.product import Product
from crmbridge.policy.routing.account_mark import account_mark, domain_mark
from crmbridge.store import campaigns, cursors, firms, products
from crmbridge.store.known import THINGS, between, count, known
from crmbridge.store.seen_rows import CampaignRow, FirmRow, MemberRow, ProductRow
from tests.stages.kept import entries, is_rebuilt, kept, rows
from tests.stages.places import START
from tests.stages.play import Play
from tests.stages.still import seen


def ref(obj: str, ident: str) -> Ref:
    return Ref(system="sales", obj=obj, id=ident)


DEAL = ref("Opportunity", "006A")
SAID: dict[type[Any], dict[str, Any]] = {
    Product: {
        **{"ref": ref("OpportunityLineItem", "1"), "deal": DEAL, "name": "Seats", "code": "SEAT"},
        **{"quantity": Decimal("1.50"), "amount": Decimal(2400), "currency": "USD"},
    },
    Campaign: {
        **{"ref": ref("Campaign", "1"), "name": "Spring", "channel": "Webinar"},
        **{"parent": ref("Campaign", "0"), "cost": Money(50_000, "EUR")},
        **{"starts": date(2026, 3, 1), "ends": date(2026, 3, 31)},
    },
    Member: {
        **{"ref": ref("CampaignMember", "1"), "campaign": ref("Campaign", "1")},
        **{"person": ref("Lead", "00QA"), "status": "Sent", "responded": False},
        **{"first_at": START, "responded_at": None},
    },
    Firm: {
        **{"ref": ref("Account", "1"), "name": "Jo Doe", "domain": "doe.example"},
        **{"parent": ref("Account", "0"), "industry": "Banking", "owner": ref("User", "005A")},
    },
}
OTHER: dict[type[Any], dict[str, Any]] = {
    Product: {"name": "Places", "code": "PLACE", "quantity": None, "amount": None},
    Campaign: {"name": "Summer", "channel": "", "parent": None, "cost": None, "ends": None},
    Member: {"person": ref("Contact", "003A"), "status": "Opened", "responded": True},
    Firm: {"name": "Doe Ltd", "domain": "", "parent": None, "industry": "", "owner": None},
}
ROWS: dict[type[Any], type[Any]] = {
    Product: ProductRow,
    Campaign: CampaignRow,
    Member: MemberRow,
    Firm: FirmRow,
}
ENTRIES: dict[type[Any], type[Payload]] = {
    Product: ProductSeen,
    Campaign: CampaignSeen,
    Member: MemberSeen,
    Firm: AccountSeen,
}
KINDS = list(SAID)
CHANGES = [(kind, word) for kind in KINDS for word in OTHER[kind]]


def thing(kind: type[Any], hours: int = 0, **more: Any) -> Any:
    """A version in which the vendor speaks of everything."""
    said = SAID[kind] | more
    about = frozenset(said) - {"ref"}
    return kind(**said, changed_at=START + timedelta(hours=hours), told=about)


def gone(kind: type[Any], at: datetime | None = None) -> Any:
    return kind(ref=SAID[kind]["ref"], live=False, changed_at=at)


def row(company: Company, kind: type[Any]) -> Any:
    (one,) = rows(company, ROWS[kind])
    return one


@pytest.fixture
def company(play: Play) -> Company:
    return play.company


def test_all_of_it_lies_in_columns(company: Company) -> None:
    seen(company, [thing(kind) for kind in KINDS])
    assert row(company, Product) == ProductRow(
        id="sales:OpportunityLineItem:1",
        deal="sales:Opportunity:006A",
        name="Seats",
        code="SEAT",
        quantity=Decimal("1.50"),
        amount_minor=240_000,
        currency="USD",
        changed_at=START,
    )
    assert row(company, Campaign) == CampaignRow(
        id="sales:Campaign:1",
        name="Spring",
        channel="Webinar",
        parent="sales:Campaign:0",
        cost_minor=50_000,
        currency="EUR",
        starts=date(2026, 3, 1),
        ends=date(2026, 3, 31),
        changed_at=START,
    )
    assert row(company, Member) == MemberRow(
        id="sales:CampaignMember:1",
        campaign="sales:Campaign:1",
        person="sales:Lead:00QA",
        status="Sent",
        first_at=START,
        changed_at=START,
    )
    assert row(company, Firm) == FirmRow(
        id="sales:Account:1",
        name="Jo Doe",
        domain="doe.example",
        parent="sales:Account:0",
        industry="Banking",
        owner="sales:User:005A",
        changed_at=START,
        mark=account_mark("Jo Doe"),
        domain_mark=domain_mark("doe.example"),
    )
    assert is_rebuilt(company)


def test_a_firms_name_lies_in_the_ledger_as_personal_data_does(company: Company) -> None:
    seen(company, [thing(Firm)])
    with company.ledger.read() as tx:
        (cells,) = tx.conn.exec_driver_sql("SELECT * FROM firm").fetchall()
    assert all("Jo Doe" not in one for one in cells if isinstance(one, str))
    assert "Jo Doe" not in repr(row(company, Firm))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_again_and_an_older_version_leave_no_entry(
    company: Company, kind: type[Any]
) -> None:
    seen(company, [thing(kind, 2)])
    seen(company, [thing(kind, 3), thing(kind, 1, **OTHER[kind])])
    assert len(kept(company, ENTRIES[kind])) == 1


@pytest.mark.parametrize(("kind", "word"), CHANGES)
def test_a_change_of_any_is_an_entry(company: Company, kind: type[Any], word: str) -> None:
    seen(company, [thing(kind)])
    before = row(company, kind)
    seen(company, [thing(kind, 1, **{word: OTHER[kind][word]})])
    after = row(company, kind)
    assert after != replace(before, changed_at=after.changed_at)
    assert [one.at for one, _ in entries(company, ENTRIES[kind])] == [
        START,
        START + timedelta(hours=1),
    ]
    assert is_rebuilt(company)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_spoken_of_stays_as_it_was(company: Company, kind: type[Any]) -> None:
    seen(company, [thing(kind)])
    silent = kind(ref=SAID[kind]["ref"], changed_at=START + timedelta(hours=1))
    seen(company, [silent])
    assert len(kept(company, ENTRIES[kind])) == 1
    (word, value), *_ = OTHER[kind].items()
    before = row(company, kind)
    seen(company, [replace(silent, told=frozenset({word}), **{word: value})])
    after = row(company, kind)
    text = str(value) if isinstance(value, Ref) else value
    said = {word: text}
    if kind is Firm and word == "name":
        said["mark"] = account_mark(text)
    assert after == replace(before, changed_at=after.changed_at, **said)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_deleted_keeps_what_it_said_and_comes_back(
    company: Company, kind: type[Any]
) -> None:
    seen(company, [gone(kind)])
    assert rows(company, ROWS[kind]) == []
    seen(company, [thing(kind, 2)])
    before = row(company, kind)
    seen(company, [gone(kind), gone(kind)])
    assert row(company, kind) == replace(before, live=False, changed_at=None)
    seen(company, [thing(kind, 1)])
    assert row(company, kind) == replace(before, changed_at=START + timedelta(hours=1))
    assert [one.live for one in kept(company, ENTRIES[kind])] == [True, False, True]  # type: ignore[attr-defined]
    assert is_rebuilt(company)


def test_none_of_it_makes_anybody_due(company: Company) -> None:
    with company.ledger.read() as tx:
        before = cursors.due_count(tx, company.now())
    seen(company, [thing(kind) for kind in KINDS])
    with company.ledger.read() as tx:
        assert cursors.due_count(tx, company.now()) == before


def test_a_line_without_a_currency_is_in_its_deals_or_the_companys(company: Company) -> None:
    seen(company, [thing(Product, currency="")])
    assert (row(company, Product).currency, row(company, Product).amount_minor) == ("EUR", 240_000)
    seen(company, [Deal(ref=DEAL, state=DealState.OPEN, value=Money(1, "JPY"))])
    seen(company, [thing(Product, 1, currency="")])
    assert (row(company, Product).currency, row(company, Product).amount_minor) == ("JPY", 2_400)
    assert is_rebuilt(company)


def test_a_response_without_a_date_is_of_the_change_that_told_of_it(company: Company) -> None:
    silent = {"told": frozenset({"campaign", "person", "responded"})}
    seen(company, [replace(thing(Member), **silent)])
    assert row(company, Member).responded_at is None
    seen(company, [replace(thing(Member, 2, responded=True), **silent)])
    assert row(company, Member).responded_at == START + timedelta(hours=2)
    seen(company, [replace(thing(Member, 5, responded=True, status="Opened"), **silent)])
    assert row(company, Member).responded_at == START + timedelta(hours=2)
    assert len(kept(company, MemberSeen)) == 2


def test_what_there_is_can_be_compared_with_the_vendor(company: Company) -> None:
    seen(company, [thing(kind) for kind in KINDS])
    seen(company, [gone(Firm)])
    with company.ledger.read() as tx:
        for kind, name in zip(KINDS, THINGS, strict=True):
            obj = SAID[kind]["ref"].obj
            (one,) = known(tx, name, "sales", obj, ["1", "2"]).values()
            assert (one.id, one.live) == ("1", kind is not Firm)
            assert between(tx, name, "sales", obj, "", "") == ([] if kind is Firm else ["1"])
            assert count(tx, name, "sales", obj) == 1


def test_it_is_found_by_what_it_belongs_to(company: Company) -> None:
    seen(company, [thing(kind) for kind in KINDS])
    with company.ledger.read() as tx:
        assert products.products_of(tx, [str(DEAL)]) == {str(DEAL): rows(company, ProductRow)}
        assert campaigns.members_of(tx, ["sales:Campaign:1", "x"]) == {
            "sales:Campaign:1": rows(company, MemberRow)
        }
        assert campaigns.memberships_of(tx, ["sales:Lead:00QA"]) == {
            "sales:Lead:00QA": rows(company, MemberRow)
        }
        (found,) = campaigns.get_campaigns(tx, ["sales:Campaign:1", "x"]).values()
        assert found.name == "Spring"
        assert list(firms.get_firms(tx, ["sales:Account:1", "x"])) == ["sales:Account:1"]
