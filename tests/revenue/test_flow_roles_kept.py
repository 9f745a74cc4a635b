"""What somebody is on a deal is kept with its history, and moves nobody."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from crmbridge.company import Company
from crmbridge.mapping import translate
from crmbridge.mapping.schema import RoleMap
from crmbridge.model.deal import Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import RoleSeen
from crmbridge.model.record import Record, Value
from crmbridge.store import cursors, schema
from crmbridge.store.rows import RoleRow
from tests.stages.kept import is_rebuilt, kept, rows
from tests.stages.play import Play
from tests.stages.still import seen

JO = Ref(system="sales", obj="Contact", id="003A")
DEAL = Ref(system="sales", obj="Opportunity", id="006A")
MAP = RoleMap(
    object="OpportunityContactRole",
    deal="OpportunityId",
    person="ContactId",
    person_object="Contact",
    role="Role",
    primary="IsPrimary",
)


def role(name: str | None = "Evaluator", *, first: bool | None = False, live: bool = True) -> Role:
    ref = Ref(system="sales", obj="OpportunityContactRole", id="00KA")
    return Role(ref=ref, deal=DEAL, person=JO, role=name, primary=first, live=live)


@pytest.fixture
def company(play: Play) -> Company:
    mail = {"email": "jo@roles.example"}
    person = Sighting(ref=JO, values=mail, raw=mail)
    seen(play.company, [person, Deal(ref=DEAL, state=DealState.OPEN), role()])
    return play.company


def row(company: Company) -> tuple[str, bool, bool]:
    (one,) = rows(company, RoleRow)
    return one.role, one.is_primary, one.live


def test_a_role_is_read_with_its_name_and_whether_it_is_the_first() -> None:
    values: dict[str, Value] = {"OpportunityId": "006A", "ContactId": "003A", "Role": "Evaluator"}
    whole = Record(obj="OpportunityContactRole", id="00KA", values=values | {"IsPrimary": True})
    assert translate.role("sales", MAP, "Opportunity", whole) == role(first=True)
    empty = Record(obj="OpportunityContactRole", id="00KA", values=values | {"Role": None})
    assert translate.role("sales", MAP, "Opportunity", empty) == role("", first=None)
    assert translate.role_fields(MAP) == ("OpportunityId", "ContactId", "Role", "IsPrimary")


def test_it_is_kept_in_columns(company: Company) -> None:
    assert row(company) == ("Evaluator", False, True)
    assert is_rebuilt(company)


def test_the_same_and_what_is_not_spoken_of_leave_no_entry(company: Company) -> None:
    seen(company, [role(), role(None, first=None)])
    assert len(kept(company, RoleSeen)) == 1


@pytest.mark.parametrize(("name", "first"), [("Decision Maker", False), ("Evaluator", True)])
def test_a_change_is_an_entry_and_makes_nobody_due(
    company: Company, name: str, first: bool
) -> None:
    with company.ledger.write("test") as tx:
        tx.conn.execute(delete(schema.due))
    seen(company, [role(name, first=first)])
    assert row(company) == (name, first, True)
    assert [(one.role, one.primary) for one in kept(company, RoleSeen)] == [
        ("Evaluator", False),
        (name, first),
    ]
    with company.ledger.read() as tx:
        assert cursors.due_count(tx, company.now()) == 0
    assert is_rebuilt(company)


def test_a_role_that_ends_and_comes_back_keeps_its_name(company: Company) -> None:
    seen(company, [role(None, first=None, live=False)])
    assert row(company) == ("Evaluator", False, False)
    seen(company, [role("Influencer", first=None, live=False)])
    assert len(kept(company, RoleSeen)) == 2
    seen(company, [role(None, first=True)])
    assert row(company) == ("Evaluator", True, True)
    assert is_rebuilt(company)


def test_entries_of_earlier_builds_name_no_role() -> None:
    old = {"id": str(role().ref), "deal": str(DEAL), "person": str(JO), "live": True}
    assert RoleSeen.read(old) == RoleSeen(id=role().ref, deal=DEAL, person=JO, live=True)
    assert RoleSeen.read(old).to_json() == old
