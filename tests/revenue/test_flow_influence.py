"""What campaigns are credited with of won deals goes into Salesforce's own campaign influence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.decide import decide
from crmbridge.flows.held.answers import retry
from crmbridge.flows.limits import gate
from crmbridge.flows.operate.plan import plan
from crmbridge.flows.operate.survey import survey
from crmbridge.flows.operate.turn import turn
from crmbridge.flows.read.pull import pull
from crmbridge.mapping.schema import SystemMap
from crmbridge.model.lead import Ref
from crmbridge.model.payload import WriteDone
from crmbridge.model.payload.writes import INFLUENCE
from crmbridge.model.touch import Gone, Touch
from crmbridge.store import books, trail
from crmbridge.store.lanes import LANES, lane_of
from crmbridge.store.outbox import State
from tests.deliver.test_faults import fired
from tests.revenue.test_flow_deal_write_back import ops_of
from tests.revenue.test_flow_write_back import FAIR, SHOP, deal_of, edit_deal, joins, joins_late
from tests.stages.kept import entries
from tests.stages.places import AL, JO
from tests.stages.play import Play, begun, example, opened
from tests.stages.process import age
from tests.stages.rest import holds, kinds, later, ready, rebuilds_equal, rest
from tests.stages.still import seen

MODEL = "CrmBridge_Credit"


def crediting(files: CompanyFiles, model: str = MODEL, **more: Any) -> CompanyFiles:
    """The same company that writes influence of a model, and nothing else onto deals."""
    told = files.mapping.sales.model_dump()
    told["deal"] |= {"fields": {}, "influence": {"model": model}}
    sales = SystemMap.model_validate(told | more)
    return replace(files, mapping=files.mapping.model_copy(update={"sales": sales}))


def switched_on(play: Play) -> None:
    """The admin switches influence on, and makes a model of ours beside the vendor's."""
    play.box.sales.config(campaign_influence=True)
    custom = {"DeveloperName": MODEL, "MasterLabel": "Credit", "ModelType": "2"}
    other = {"DeveloperName": "Others", "MasterLabel": "Others", "ModelType": "2"}
    play.box.sales.seed(CampaignInfluenceModel=[custom, other])


@pytest.fixture
def play(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company whose org has a model of influence for it."""
    with begun(crediting(acme), tmp_path) as made:
        switched_on(made)
        made.go_live()
        yield made


def model_of(play: Play, name: str = MODEL) -> str:
    rows = play.sf("CampaignInfluenceModel")
    return str(next(one["Id"] for one in rows if one["DeveloperName"] == name))


def credited(play: Play, name: str = MODEL) -> dict[tuple[str, str], float]:
    """The percent of each campaign and contact by the live records of a model."""
    ident, people = model_of(play, name), {one["Id"]: one for one in play.sf("Contact")}
    rows = [
        one
        for one in play.sf("CampaignInfluence")
        if one["ModelId"] == ident and not one.get("IsDeleted")
    ]
    found = {
        (one["CampaignId"], str(people[one["ContactId"]]["Email"])): one["Influence"]
        for one in rows
    }
    assert len(found) == len(rows)
    return found


def won(play: Play, **campaigns: str) -> dict[str, str]:
    """Jo's deal, won after campaigns."""
    ready(play, "jo")
    rest(play)
    joins(play, JO, **(campaigns or {FAIR: "Spring fair", SHOP: "Workshop"}))
    made = deal_of(play)
    edit_deal(play, made, StageName="Closed Won")
    later(play)
    return made


def written(play: Play) -> int:
    """How many writes of influence the vendor took."""
    return sum(one.action == INFLUENCE for _, one in entries(play.company, WriteDone))


def lose(play: Play, method: str, when: str) -> None:
    """The answer to the next write of influence by this method is lost."""
    rule = {"kind": "reset", "when": when, "times": 1, "route": f"{method} composite/sobjects*"}
    named = {} if method == "DELETE" else {"contains": '"CampaignInfluence"'}
    play.box.sales.faults(rule | named)


def loses(play: Play, *campaigns: str) -> None:
    """A touch of Jo's contact turns out to have been none."""
    for one in campaigns:
        mark = Ref(system="sales", obj="CampaignMember", id=one)
        seen(play.company, [Gone(ref=mark, changed_at=play.company.now())])


def test_a_won_deal_has_a_record_for_each_campaign_and_contact(play: Play) -> None:
    made = won(play)
    found = credited(play)
    assert set(found) == {(FAIR, JO), (SHOP, JO)}
    assert 0 < sum(found.values()) <= 100
    (row, _) = (one for one in play.sf("CampaignInfluence"))
    assert row["OpportunityId"] == made["opportunityId"]
    assert credited(play, "Primary_Campaign_Source") == {}
    assert written(play) == 1
    assert rebuilds_equal(play)


def test_an_open_deal_has_none_and_one_that_is_opened_again_loses_its(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    joins(play, JO, **{FAIR: "Spring fair"})
    made = deal_of(play)
    later(play)
    assert credited(play) == {}
    assert written(play) == 0
    edit_deal(play, made, StageName="Closed Won")
    later(play)
    assert set(credited(play)) == {(FAIR, JO)}
    edit_deal(play, made, StageName="Prospecting")
    later(play)
    assert credited(play) == {}
    edit_deal(play, made, StageName="Closed Won")
    later(play)
    assert set(credited(play)) == {(FAIR, JO)}
    assert rebuilds_equal(play)


def test_a_correction_follows_and_records_of_others_stay(play: Play) -> None:
    made = won(play, **{SHOP: "Workshop"})
    before = credited(play)
    (contact,) = play.sf("Contact")
    mine = {"OpportunityId": made["opportunityId"], "ContactId": contact["Id"], "Influence": 77}
    for name in ("Others", "Primary_Campaign_Source"):
        fields = {**mine, "CampaignId": SHOP, "ModelId": model_of(play, name)}
        play.box.sales.act("create", object="CampaignInfluence", fields=fields)
    joins_late(play)
    later(play)
    found = credited(play)
    assert set(found) == {(FAIR, JO), (SHOP, JO)}
    assert found[SHOP, JO] < before[SHOP, JO]
    loses(play, f"00v{contact['Id']}")
    later(play)
    assert credited(play) == before
    for name in ("Others", "Primary_Campaign_Source"):
        assert credited(play, name) == {(SHOP, JO): 77}
    assert written(play) == 3
    assert rebuilds_equal(play)


def test_nothing_is_written_twice_and_shares_in_percent_do_not_follow_the_amount(
    play: Play,
) -> None:
    made = won(play)
    before, found = play.written(), credited(play)
    with play.company.ledger.write("test") as tx:
        books.mark_all(tx)
    later(play)
    edit_deal(play, made, Amount=777)
    later(play)
    assert credited(play) == found
    assert written(play) == 1
    assert sum(one for one in play.written().values()) - sum(before.values()) <= 1


def test_two_people_of_a_deal_have_records_of_their_own(play: Play) -> None:
    ready(play, "jo", "al")
    rest(play)
    joins(play, JO, **{FAIR: "Spring fair"})
    joins(play, AL, **{FAIR: "Spring fair"})
    made = deal_of(play)
    second = play.box.sales.act(
        "convert", id=play.lead(AL)["Id"], account=made["accountId"], opportunity=False
    )
    play.box.sales.act("add_role", opportunity=made["opportunityId"], contact=second["contactId"])
    edit_deal(play, made, StageName="Closed Won")
    later(play)
    found = credited(play)
    assert set(found) == {(FAIR, JO), (FAIR, AL)}
    assert sum(found.values()) <= 100


def test_a_record_that_is_there_already_is_taken_over(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    joins(play, JO, **{FAIR: "Spring fair", SHOP: "Workshop"})
    made = deal_of(play)
    (contact,) = play.sf("Contact")
    mine = {"OpportunityId": made["opportunityId"], "ContactId": contact["Id"]}
    mine |= {"CampaignId": FAIR, "ModelId": model_of(play), "Influence": 99}
    row = play.box.sales.act("create", object="CampaignInfluence", fields=mine)["id"]
    edit_deal(play, made, StageName="Closed Won")
    later(play)
    found = credited(play)
    assert set(found) == {(FAIR, JO), (SHOP, JO)}
    assert found[FAIR, JO] < 99
    assert row in [one["Id"] for one in play.sf("CampaignInfluence")]


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_makes_nothing_twice(play: Play, when: str, method: str) -> None:
    """The answer to a creation, a change or a deletion is lost; the next look mends it."""
    if method == "POST":
        lose(play, method, when)
    won(play, **{SHOP: "Workshop"})
    if method != "POST":
        joins_late(play)
        if method == "PATCH":
            lose(play, method, when)
        later(play)
        (contact,) = play.sf("Contact")
        if method == "DELETE":
            lose(play, method, when)
        loses(play, f"00v{contact['Id']}")
        later(play)
    assert fired(play)[0] == 1
    assert set(credited(play)) == {(SHOP, JO)}
    assert not kinds(play)
    assert rebuilds_equal(play)


def test_what_a_lost_answer_may_have_left_goes_when_it_is_wanted_no_more(play: Play) -> None:
    """The record of a campaign is made, nobody hears of it, and then the touch was none."""
    won(play, **{SHOP: "Workshop"})
    joins_late(play)
    lose(play, "POST", "after")
    turn(play.company, sleep=lambda _s: None)
    assert fired(play)[0] == 1
    assert [one.state for one in ops_of(play)] == [State.DONE, State.UNKNOWN]
    (contact,) = play.sf("Contact")
    loses(play, f"00v{contact['Id']}")
    decide(play.company)
    age(play.company.ledger)
    later(play)
    assert set(credited(play)) == {(SHOP, JO)}
    assert rebuilds_equal(play)


def test_writes_of_a_deal_have_its_lane_count_and_stand_in_a_plan(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with begun(crediting(acme), tmp_path) as play:
        switched_on(play)
        play.go_live()
        ready(play, "jo")
        rest(play)
        joins(play, JO, **{FAIR: "Spring fair", SHOP: "Workshop"})
        made = deal_of(play)
        edit_deal(play, made, StageName="Closed Won")
        play.later(minutes=5)
        for _ in range(2):
            look_and_plan(play)
        line = look_and_plan(play)
        assert (line["lead"], line["object"]) == ("", "Opportunity")
        names = [one["field"] for one in line["changes"]]
        (contact,) = play.sf("Contact")
        assert names == [f"influence {one} {contact['Id']}" for one in (FAIR, SHOP)]
        assert "mapping.toml sales.deal.influence" in line["changes"][0]["rule"]
        rest(play)
        (op,) = (one for one in ops_of(play) if one.action == INFLUENCE)
        assert op.lane == lane_of(op.lead, LANES)
        assert op.counts == "creates creates"
        assert credited(play)


def look_and_plan(play: Play) -> dict[str, Any]:
    """The line of a plan about influence, once both systems were read."""
    for side in ("marketing", "sales"):
        pull(play.company, side, sleep=lambda _s: None)
    found = [one for one in plan(play.company).writes if one["action"] == INFLUENCE]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("Primary_Campaign_Source", "Primary Campaign Source model"),
        ("Nobodys", f"custom models are: {MODEL}, Others"),
    ],
)
def test_a_model_that_is_not_ours_to_write_is_refused_with_words(
    acme: CompanyFiles, tmp_path: Path, model: str, says: str
) -> None:
    with begun(crediting(acme, model), tmp_path) as play:
        switched_on(play)
        (found,) = (one for one in survey(play.company, "sales") if "influence" in one.where)
        assert says in found.what
        play.go_live()
        won(play)
        (row,) = (one for one in holds(play) if one.kind == "deal_refused")
        assert says in row.advice
        assert "[sales.deal.influence]" in row.advice
        assert not play.sf("CampaignInfluence")


def test_an_org_without_influence_says_so_and_all_goes_after_a_retry(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with begun(crediting(acme), tmp_path) as play:
        (found,) = (one for one in survey(play.company, "sales") if "influence" in one.where)
        assert "no Customizable Campaign Influence" in found.what
        play.go_live()
        won(play)
        (row,) = (one for one in holds(play) if one.kind == "deal_refused")
        switched_on(play)
        assert retry(play.company, row.id).again == 1
        rest(play)
        assert set(credited(play)) == {(FAIR, JO), (SHOP, JO)}
        assert not kinds(play)


def test_touches_of_campaigns_that_the_org_does_not_have_are_left_out(play: Play) -> None:
    won(play, **{SHOP: "Workshop"})
    assert set(credited(play)) == {(SHOP, JO)}
    assert sum(credited(play).values()) < 100  # the form is of no campaign there


def test_our_records_are_no_evidence_of_who_is_on_a_deal(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    read = {
        "object": "CampaignInfluence",
        "deal": "OpportunityId",
        "person": "ContactId",
        "person_object": "Contact",
        "model": "Model.DeveloperName",
    }
    with begun(crediting(acme, influence=read), tmp_path) as play:
        switched_on(play)
        play.go_live()
        won(play)
        found = credited(play)
        for _ in range(2):
            later(play)
        with play.company.ledger.read() as tx:
            deal = f"sales:Opportunity:{play.sf('Opportunity')[0]['Id']}"
            rows = trail.roles_of_deals(tx, [deal]).get(deal, [])
        assert not [one for one in rows if one.live and one.kind == "influence"]
        assert credited(play) == found
        assert written(play) == 1


def test_touches_that_marketing_saw_count_where_their_campaign_is_one_of_the_org(
    play: Play,
) -> None:
    """A click in marketing names the campaign of sales; another names one of marketing's own."""
    won(play, **{SHOP: "Workshop"})
    play.box.sales.seed(Campaign=[{"Id": FAIR, "Name": "Spring fair"}])
    person = Ref(system="marketing", obj="contacts", id=play.person(JO)["id"])
    at = play.company.now() - timedelta(hours=1, minutes=30)
    clicks = {
        FAIR: Ref(system="sales", obj="Campaign", id=FAIR),
        "news": Ref(system="marketing", obj="campaigns", id="news"),
    }
    before = credited(play)[SHOP, JO]
    told = [
        Touch(ref=Ref(system="marketing", obj="clicks", id=name), at=at + timedelta(minutes=n),
              kind="email", person=person, campaign=campaign, asset=name)
        for n, (name, campaign) in enumerate(clicks.items())
    ]  # fmt: skip
    seen(play.company, told)
    later(play)
    found = credited(play)
    assert set(found) == {(FAIR, JO), (SHOP, JO)}
    assert found[SHOP, JO] < before


def test_a_campaign_that_was_deleted_is_credited_no_more(play: Play) -> None:
    """Its records went with it; the next correction does not try to make them again."""
    won(play)
    play.box.sales.act("delete", object="Campaign", id=FAIR)
    later(play)
    with play.company.ledger.write("test") as tx:
        books.mark_all(tx)
    later(play)
    assert set(credited(play)) == {(SHOP, JO)}
    assert not kinds(play)


def test_records_that_are_made_are_under_the_limits(acme: CompanyFiles, tmp_path: Path) -> None:
    with begun(crediting(acme), tmp_path) as play:
        switched_on(play)
        play.go_live()
        ready(play, "jo")
        rest(play)
        joins(play, JO, **{FAIR: "Spring fair", SHOP: "Workshop"})
        made = deal_of(play)
        limits = play.company.mapping.limits
        few = limits.model_copy(update={"creates": limits.creates.model_copy(update={"day": 2})})
        files = crediting(acme)
        files = replace(files, mapping=files.mapping.model_copy(update={"limits": few}))
        edit_deal(play, made, StageName="Closed Won")
        play.later(minutes=5)
        with opened(files, play.box, tmp_path / "ledger.db") as company:
            limited = Play(company=company, box=play.box)
            turn(company, sleep=lambda _s: None)
            assert [(one.kind, one.number) for one in gate.look(company)] == [("creates", 3)]
            assert credited(limited) == {}


def test_under_another_model_all_is_written_there_anew(play: Play, tmp_path: Path) -> None:
    won(play)
    before = credited(play)
    files = crediting(example(), "Others")
    with opened(files, play.box, tmp_path / "ledger.db") as company:
        again = Play(company=company, box=play.box)
        rest(again)
        assert credited(again, "Others") == credited(again) == before


def test_who_loses_their_contact_and_what_is_merged_follows(play: Play) -> None:
    """Sales merges Jo's contact into another one: the records are the survivor's."""
    made = won(play)
    before = credited(play)
    (contact,) = play.sf("Contact")
    fields = {"LastName": "Kern", "Email": "jo.kern@buyer.example", "AccountId": made["accountId"]}
    other = play.box.sales.act("create", object="Contact", fields=fields)["id"]
    later(play)
    play.box.sales.act("merge", object="Contact", winner=other, losers=[contact["Id"]])
    later(play)
    later(play)
    (found,) = ({one for _, one in credited(play)},)
    assert found == {"jo.kern@buyer.example"}
    assert sorted(credited(play).values()) == sorted(before.values())
    assert not kinds(play)
    assert rebuilds_equal(play)
