"""Golden cases: whose a deal is under each policy (R6.1)."""

from datetime import UTC, datetime, timedelta

import pytest

from crmbridge.model.deal import DealState
from crmbridge.model.evidence import Sharing
from crmbridge.model.lead import Ref
from crmbridge.model.state import LeadState
from crmbridge.store import firms, leads, sharing, totals, trail
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.rows import DealRow, LeadRow, RefRow, RoleRow
from crmbridge.store.seen_rows import BelongingRow
from crmbridge.store.table import put
from tests.stages.ledgers import ledger_at

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
POLICIES = ("explicit", "hybrid", "implicit", "primary", "explicit_without_conversion")


def at(day):
    return None if day is None else DAY_0 + timedelta(days=day)


def person(name):
    return f"sales:Contact:{name}"


@pytest.mark.parametrize("policy", POLICIES)
def test_the_people_of_a_deal_are_those_of_the_golden(people_policy, policy, tmp_path):
    told = people_policy["deal"]
    roles = [
        RoleRow(
            id=f"sales:{'conversion' if one.get('conversion') else 'OpportunityContactRole'}:{n}",
            deal="sales:Opportunity:D",
            person=person(one["person"]),
            live=not one.get("deleted"),
            is_primary=bool(one.get("primary")),
        )
        for n, one in enumerate(told["roles"])
    ]
    if converted := told.get("converted") or told.get("conversion"):
        ref = "sales:conversion:L.D"
        roles.append(RoleRow(id=ref, deal="sales:Opportunity:D", person=person(converted)))
    periods = [
        BelongingRow(person=person(name), since=at(a), until=at(b), account="sales:Account:A")
        for name, found in told["account_members"].items()
        for a, b in found
    ]
    names = {one.person for one in (*roles, *periods)}
    ledger = ledger_at(tmp_path / "l.db")
    with ledger.write("test") as tx:
        rule = Sharing(
            people=policy.split("_")[0], conversion=policy != "explicit_without_conversion"
        )
        sharing.keep(tx, rule, "UTC")
        for name in names:
            ident = Ref.parse(name).id
            row = LeadRow(
                id=ident, state=LeadState(id=ident).to_json(), stage="known", updated_at=DAY_0
            )
            leads.put_many(tx, [row])
            leads.put_refs(tx, [RefRow(system="sales", obj="Contact", id=ident, lead=ident)])
        put(tx, roles)
        put(tx, periods)
        deal = DealRow(
            id="sales:Opportunity:D",
            state=DealState.WON,
            amount_minor=100,
            currency="EUR",
            closed_at=at(told["cutoff"]),
            account="sales:Account:A",
        )
        trail.put_deals(tx, [deal])
        work = Inventory(tx)
        work.totals.deals([deal.id])
        work.totals.write()
        parts = totals.parts_of(tx, [deal.id]).get(deal.id, [])
        assert firms.belongings_to(tx, ["sales:Account:A"])
    ledger.close()
    assert sorted(one.lead for one in parts if one.kind) == people_policy["expect"][policy]
    assert sum(one.minor for one in parts) == (100 if parts else 0)
