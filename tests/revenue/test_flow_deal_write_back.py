"""What the books say goes onto the record of each deal, in the deal's own lane."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from crmbridge.files import CompanyFiles
from crmbridge.flows.decide import decide
from crmbridge.flows.held.answers import retry
from crmbridge.flows.operate.plan import plan
from crmbridge.flows.revenue.post import post_books
from crmbridge.mapping.schema import DealMap
from crmbridge.model.lead import Ref
from crmbridge.model.payload import WriteDone
from crmbridge.model.payload.writes import DEAL
from crmbridge.model.side import PAIR
from crmbridge.model.touch import Gone
from crmbridge.store import books, outbox
from crmbridge.store.lanes import LANES, lane_of
from crmbridge.store.outbox import Op, State
from tests.revenue.test_flow_write_back import FAIR, SHOP, deal_of, edit_deal, joins, joins_late
from tests.stages.kept import entries
from tests.stages.places import JO
from tests.stages.play import Play, at_work, begun, opened
from tests.stages.rest import holds, kinds, later, ready, rebuilds_equal, rest
from tests.stages.still import seen

FIELDS = ("Sourced", "First_Campaign", "Headline_Campaign", "Credit_Version")


def told(play: Play) -> list[Any]:
    """What the one deal's record says of the books."""
    (deal,) = (one for one in play.sf("Opportunity") if not one.get("IsDeleted"))
    return [deal.get(f"CrmBridge_{name}__c") for name in FIELDS]


def with_fields(files: CompanyFiles, **fields: Any) -> CompanyFiles:
    """The same company that writes these words onto deals, by the vendor's fields."""
    deal = files.mapping.sales.deal
    assert deal is not None
    made = DealMap.model_validate(deal.model_dump() | {"fields": fields})
    sales = files.mapping.sales.model_copy(update={"deal": made})
    return replace(files, mapping=files.mapping.model_copy(update={"sales": sales}))


def writes(play: Play) -> int:
    """How many writes onto deals the vendor took."""
    return sum(one.action == DEAL for _, one in entries(play.company, WriteDone))


def sold(play: Play, **campaigns: str) -> dict[str, str]:
    """Jo's deal, not won yet, after campaigns."""
    ready(play, "jo")
    rest(play)
    joins(play, JO, **campaigns)
    return deal_of(play)


def test_a_deal_says_whose_it_is_from_its_creation_on(play: Play) -> None:
    made = sold(play, **{FAIR: "Spring fair", SHOP: "Workshop"})
    version = str(told(play)[-1])
    assert told(play) == ["sourced", "Spring fair", "Workshop", version]
    edit_deal(play, made, StageName="Closed Won")
    later(play)
    assert told(play) == ["sourced", "Spring fair", "Workshop", version]
    assert writes(play) == 1
    joins_late(play)
    later(play)
    assert told(play)[1] == "Spring fair"
    assert rebuilds_equal(play)


def test_a_correction_of_the_books_follows_onto_the_deal(play: Play) -> None:
    sold(play, **{SHOP: "Workshop"})
    assert told(play)[1:3] == ["Workshop", "Workshop"]
    joins_late(play)
    later(play)
    assert told(play)[1] == "Spring fair"
    assert writes(play) == 2
    assert rebuilds_equal(play)


def test_nothing_is_written_twice_and_what_somebody_enters_stays(play: Play) -> None:
    made = sold(play)
    before = play.written()
    for _ in range(2):
        play.later(hours=2)
        rest(play)
    with play.company.ledger.write("test") as tx:
        books.mark_all(tx)
    rest(play)
    assert play.written() == before
    edit_deal(play, made, CrmBridge_Sourced__c="ours!")
    later(play)
    assert told(play)[0] == "ours!"
    assert writes(play) == 1


def test_a_deal_of_nobody_is_told_so(play: Play) -> None:
    ready(play, "jo")
    fields = {"Name": "Alone", "StageName": "Prospecting", "Amount": 5, "CloseDate": "2026-05-01"}
    play.box.sales.act("create", object="Opportunity", fields=fields)
    later(play)
    assert told(play)[:3] == ["none", None, None]


def test_amounts_of_the_books_may_stand_on_the_deal(acme: CompanyFiles, tmp_path: Path) -> None:
    words = {"won_amount": "Won__c", "pipeline_amount": "Made__c", "won_currency": "Code__c"}
    with at_work(with_fields(acme, **words), tmp_path) as play:
        made = sold(play)
        (deal,) = play.sf("Opportunity")
        assert (deal.get("Won__c"), float(deal["Made__c"])) == (None, 1000)
        edit_deal(play, made, StageName="Closed Won", Amount=1200)
        later(play)
        (deal,) = play.sf("Opportunity")
        assert (float(deal["Won__c"]), float(deal["Made__c"]), deal["Code__c"]) == (
            *(1200, 1000),
            "EUR",
        )
        edit_deal(play, made, StageName="Prospecting")
        later(play)
        (deal,) = play.sf("Opportunity")
        assert (deal.get("Won__c"), deal.get("Code__c"), float(deal["Made__c"])) == (
            None,
            None,
            1000,
        )


def test_a_deals_writes_have_one_lane_and_are_nobodys(play: Play) -> None:
    sold(play, **{SHOP: "Workshop"})
    joins_late(play)
    decide(play.company)
    ops = ops_of(play)
    assert {one.lane for one in ops} == {lane_of(ops[0].lead, LANES)}
    assert [one.state for one in ops] == [State.DONE, State.INTENT]
    assert {
        event.lead for event, one in entries(play.company, WriteDone) if one.action == DEAL
    } == {""}


def test_a_deal_that_is_deleted_meanwhile_is_let_be(play: Play) -> None:
    made = sold(play, **{SHOP: "Workshop"})
    joins_late(play)
    decide(play.company)
    play.box.sales.act("delete", object="Opportunity", id=made["opportunityId"])
    later(play)
    assert writes(play) == 1
    assert not kinds(play)
    with play.company.ledger.read() as tx:
        assert sum(outbox.pending(tx, side) for side in PAIR) == 0


def test_what_was_posted_before_anything_may_be_written_is_in_the_first_plan(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with begun(acme, tmp_path) as play:
        fields = {"Name": "Old", "StageName": "Prospecting", "Amount": 5, "CloseDate": "2026-05-01"}
        play.box.sales.act("create", object="Opportunity", fields=fields)
        play.turn()
        assert post_books(play.company) == 0
        (line,) = (one for one in plan(play.company).writes if one["action"] == DEAL)
        assert (line["lead"], line["object"]) == ("", "Opportunity")
        assert {one["field"]: one["after"] for one in line["changes"]}[
            "CrmBridge_Sourced__c"
        ] == "none"
        play.turn()
        assert told(play)[0] is None
        play.go_live()
        rest(play)
        assert told(play)[0] == "none"


def test_a_field_that_is_not_there_is_held_once_and_all_goes_after_a_retry(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    world = with_fields(acme).mapping
    with at_work(acme, tmp_path, world=world) as play:
        sold(play)
        fields = {"Name": "Two", "StageName": "Prospecting", "Amount": 5, "CloseDate": "2026-05-01"}
        play.box.sales.act("create", object="Opportunity", fields=fields)
        later(play)
        assert kinds(play)["deal_refused"] == 1
        made = [{"name": f"CrmBridge_{name}__c", "type": "string", "length": 99} for name in FIELDS]
        play.box.sales.seed(**{"describe/Opportunity": made})
        (row,) = (one for one in holds(play) if one.kind == "deal_refused")
        assert retry(play.company, row.id).again == 2
        play.later(hours=2)
        rest(play)
        found = sorted(str(one["CrmBridge_Sourced__c"]) for one in play.sf("Opportunity"))
        assert found == ["none", "sourced"]
        assert not kinds(play)["deal_refused"]


def test_a_line_that_is_added_waits_until_all_deals_were_read_again(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_work(with_fields(acme), tmp_path, world=acme.mapping) as play:
        made = sold(play)
        edit_deal(play, made, CrmBridge_Sourced__c="noted by hand")
        later(play)
        assert writes(play) == 0
        with opened(acme, play.box, tmp_path / "ledger.db") as company:
            again = Play(company=company, box=play.box)
            decide(company)
            assert owed(again) == []
            rest(again)
            assert told(again)[0] == "sourced"
            (op,) = ops_of(again)
            assert op.counts == "overwrites"
            assert op.payload["changes"]["CrmBridge_Sourced__c"][0] == "noted by hand"


def ops_of(play: Play) -> list[Op]:
    (deal,) = play.sf("Opportunity")
    with play.company.ledger.read() as tx:
        return outbox.of_lead(tx, f"sales:Opportunity:{deal['Id']}")


def owed(play: Play) -> list[Op]:
    """The writes onto the one deal that are under way."""
    return [one for one in ops_of(play) if one.state is not State.DONE]


def test_a_write_that_is_not_wanted_any_more_is_withdrawn(play: Play) -> None:
    sold(play, **{SHOP: "Workshop"})
    joins_late(play)
    decide(play.company)
    assert [one.state for one in owed(play)] == [State.INTENT]
    (contact,) = play.sf("Contact")
    mark = Ref(system="sales", obj="CampaignMember", id=f"00v{contact['Id']}")
    seen(play.company, [Gone(ref=mark, changed_at=play.company.now())])
    decide(play.company)
    assert [one.state for one in owed(play)] == [State.SUPERSEDED]
    rest(play)
    assert told(play)[1] == "Workshop"
    assert writes(play) == 1


def test_while_a_write_is_on_its_way_the_next_carries_all_that_is_wanted(play: Play) -> None:
    sold(play, **{SHOP: "Workshop"})
    joins_late(play)
    decide(play.company)
    (op,) = owed(play)
    with play.company.ledger.write("test") as tx:
        outbox.change(tx, [op.seq], state=State.SENDING)
    (contact,) = play.sf("Contact")
    mark = Ref(system="sales", obj="CampaignMember", id=f"00v{contact['Id']}")
    seen(play.company, [Gone(ref=mark, changed_at=play.company.now())])
    decide(play.company)
    newer = owed(play)[-1]
    assert newer.seq > op.seq
    assert len(newer.payload["values"]) == len(FIELDS)
