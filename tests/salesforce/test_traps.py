"""The traps of Salesforce (salesforce.md 13), each sprung once on the connector."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crmbridge.connector import Connector, LookUp
from crmbridge.errors import Refused, Throttled, Unavailable
from crmbridge.model.record import Outcome, ReadRequest, Record, Row, Written
from tests.salesforce.org import KEY, Org, serve_org

SEVEN = {
    "Lead": ("LastName", "Email", "Status"),
    "Contact": ("LastName", "Email"),
    "User": ("Name", "Email", "IsActive"),
    "Campaign": ("Name",),
    "CampaignMember": ("LeadId", "ContactId", "Campaign.Name"),
    "Opportunity": ("StageName", "Amount", "CurrencyIsoCode", "IsWon"),
    "OpportunityContactRole": ("OpportunityId", "ContactId", "Role"),
}
PEOPLE = ("LastName", "Email", "Company", "Status", "OwnerId", KEY)


@pytest.fixture
def org() -> Iterator[Org]:
    yield from serve_org()


@pytest.fixture
def sales(org: Org) -> Iterator[Connector]:
    connector = org.connect(page_size=2000)
    yield connector
    connector.close()


def row(key: str, *, record: str = "", **values: Any) -> Row:
    return Row(op=f"op-{key}-{record}", key=key, id=record, values=values)


def create(key: str, **values: Any) -> Row:
    return row(key, LastName=f"L {key}", Company="C", **values)


def read(sales: Any, obj: str, fields: Any, since: str | None = None) -> tuple[list[Record], str]:
    pages = list(sales.read(obj, fields, since))
    return [record for page in pages for record in page.records], pages[-1].cursor


def api(org: Org, *, method: str = "", path: str = "/services/data") -> list[dict[str, Any]]:
    lines = [line for line in org.remote.audit() if path in line["path"]]
    return [line for line in lines if method in ("", line["method"])]


def one(results: list[Written]) -> Written:
    assert len(results) == 1
    return results[0]


def test_no_write_lets_assignment_rules_move_a_lead(org: Org, sales: Any) -> None:
    (record,) = org.seed(1)
    sales.write("Lead", [create("a"), row("b", record=record, Title="T")])
    writes = api(org, method="PATCH")
    assert len(writes) == 2
    assert all(line["headers"]["sforce-auto-assign"] == "FALSE" for line in writes)


def test_a_token_that_expires_in_mid_run_loses_no_header(org: Org, sales: Any) -> None:
    sales.check()
    org.remote.config(revoke_tokens=True)
    assert one(sales.write("Lead", [create("a")])).outcome is Outcome.DONE
    writes = api(org, method="PATCH")
    assert [line["status"] for line in writes] == [401, 200]
    first, second = ({k: v for k, v in w["headers"].items() if "sforce" in k} for w in writes)
    assert first == second
    assert first["sforce-auto-assign"] == "FALSE"
    assert "sforce-duplicate-rule-header" in first


def test_a_merged_or_deleted_lead_is_not_created_anew_by_its_update(org: Org, sales: Any) -> None:
    made = sales.write("Lead", [create("winner"), create("loser"), create("dead")])
    winner, loser, dead = (result.id for result in made)
    org.merge(winner, loser)
    org.delete(dead)
    rows = [row("loser", record=loser, Title="T"), row("dead", record=dead, Title="T")]
    merged, gone = sales.write("Lead", rows)
    assert (merged.outcome, merged.moved_to) == (Outcome.MOVED, ("Lead", winner))
    assert (gone.outcome, gone.moved_to) == (Outcome.GONE, None)
    assert set(org.truth()) == {winner}


def test_a_chain_of_merges_that_ends_in_a_conversion_leads_to_the_contact(
    org: Org, sales: Any
) -> None:
    first, second, third = org.seed(3)
    org.merge(second, first)
    org.merge(third, second)
    became = org.convert(third)
    result = one(sales.write("Lead", [row("k", record=first, Title="T")]))
    assert (result.outcome, result.moved_to) == (Outcome.MOVED, became)


def test_a_converted_lead_met_by_its_key_alone_leads_to_the_contact(org: Org, sales: Any) -> None:
    made = one(sales.write("Lead", [create("k")]))
    became = org.convert(made.id)
    result = one(sales.write("Lead", [row("k", Title="T")]))
    assert (result.outcome, result.moved_to) == (Outcome.MOVED, became)


def test_all_lost_rows_of_a_write_are_looked_up_in_one_query(org: Org, sales: Any) -> None:
    records = org.seed(60)
    for record in records[:20]:
        org.convert(record)
    org.remote.empty_audit()
    results = sales.write("Lead", [row("k", record=r, Title="T") for r in records])
    assert [r.outcome for r in results].count(Outcome.MOVED) == 20
    assert len(api(org, path="/query")) == 1


def test_a_row_that_becomes_visible_late_is_found(org: Org, sales: Any) -> None:
    sales.write("Lead", [create("early")])
    org.settle()
    _, cursor = read(sales, "Lead", PEOPLE)
    org.remote.config(commit_delay=590)
    org.remote.act("create", object="Lead", fields={"LastName": "Late", "Company": "C"})
    for _ in range(5):
        org.remote.clock(advance=60)
        seen, cursor = read(sales, "Lead", PEOPLE, cursor)
        assert "Late" not in {r.values["LastName"] for r in seen}
    org.remote.clock(advance=300)
    seen, _ = read(sales, "Lead", PEOPLE, cursor)
    assert "Late" in {r.values["LastName"] for r in seen}


def test_a_server_whose_clock_is_wrong_loses_nothing(org: Org, sales: Any) -> None:
    org.seed(2)
    _, cursor = read(sales, "Lead", PEOPLE)
    org.remote.config(date_skew=-90)
    (record,) = org.seed(1)
    seen, cursor = read(sales, "Lead", PEOPLE, cursor)
    assert record in {r.id for r in seen}


def test_a_role_that_just_disappears_is_found_in_the_log(org: Org, sales: Any) -> None:
    (record,) = org.seed(1)
    _, contact = org.convert(record)
    deal = org.remote.act("create_deal")["id"]
    org.remote.act("add_role", opportunity=deal, contact=contact)
    org.settle()
    roles, cursor = read(sales, "OpportunityContactRole", SEVEN["OpportunityContactRole"])
    (role,) = [r for r in roles if r.values["OpportunityId"] == deal]
    *_, swept = sales.read_deleted("OpportunityContactRole", None)
    org.remote.act("remove_role", opportunity=deal, contact=contact)
    org.settle()
    later, _ = read(sales, "OpportunityContactRole", (), cursor)
    (told,) = sales.read_deleted("OpportunityContactRole", swept.cursor)
    assert role.id not in {r.id for r in later if r.deleted}
    assert [(r.id, r.deleted) for r in told.records] == [(role.id, True)]


def test_a_field_hidden_from_us_is_absent_and_the_rest_is_read(org: Org, sales: Any) -> None:
    org.seed(1)
    first, cursor = read(sales, "Lead", PEOPLE)
    org.remote.config(hidden_fields={"Lead": ["Email"]})
    second, _ = read(sales, "Lead", PEOPLE, cursor)
    assert "Email" in first[0].values
    assert set(PEOPLE) - set(second[0].values) == {"Email"}


def test_a_hidden_field_refuses_a_write_with_its_name(org: Org, sales: Any) -> None:
    org.remote.config(hidden_fields={"Lead": ["Email"]})
    good, bad = sales.write("Lead", [create("a"), create("b", Email="b@example.com")])
    assert good.outcome is Outcome.DONE
    assert (bad.outcome, bad.field) == (Outcome.REFUSED, "Email")


def test_the_used_up_day_stops_all_calls_for_long(org: Org) -> None:
    org.seed(1)
    org.remote.config(daily_limit=1)
    sales = org.connect()
    sales.describe("Lead")
    with pytest.raises(Throttled) as caught:
        read(sales, "Lead", PEOPLE)
    sales.close()
    assert caught.value.daily
    assert caught.value.retry_after > 60


def test_usage_that_the_vendor_reports_reaches_the_budget(org: Org) -> None:
    told: list[tuple[str, int | None, int | None]] = []

    class Listening:
        def take(self, names: Any, priority: int, cost: int = 1) -> float:
            return 0.0

        def feedback(
            self,
            name: str,
            *,
            retry_after: float | None = None,
            remaining: int | None = None,
            limit: int | None = None,
        ) -> None:
            told.append((name, remaining, limit))

    sales = type(org.connect())(org.credentials(), {}, Listening())
    sales.check()
    sales.close()
    assert ("daily", 115_000 - 1, 115_000) in told


def test_a_row_error_is_reported_with_code_and_field_and_without_the_person(
    org: Org, sales: Any
) -> None:
    result = one(sales.write("Lead", [create("k", Email="Quaxolotl at home")]))
    assert (result.outcome, result.code, result.field) == (
        Outcome.REFUSED,
        "INVALID_EMAIL_ADDRESS",
        "Email",
    )
    assert "Quaxolotl" not in result.message


def test_a_locked_row_is_for_later_and_the_rest_is_written(org: Org, sales: Any) -> None:
    records = org.seed(3)
    lock = {"object": "Lead", "code": "UNABLE_TO_LOCK_ROW", "ids": [records[1]]}
    org.remote.config(row_faults=[lock])
    results = sales.write("Lead", [row("k", record=r, Title="T") for r in records])
    assert [r.outcome.value for r in results] == ["done", "later", "done"]
    assert results[1].retry_after > 0


def test_our_key_on_another_record_is_a_move_for_an_update(org: Org, sales: Any) -> None:
    holder = one(sales.write("Lead", [create("k")]))
    (other,) = org.seed(1)
    result = one(sales.write("Lead", [Row(op="o", key="k", id=other, values={KEY: "k"})]))
    assert (result.outcome, result.moved_to) == (Outcome.MOVED, ("Lead", holder.id))


@pytest.mark.parametrize(("option", "outcome"), [("refuse", "ambiguous"), ("allow", "done")])
def test_a_duplicate_rule_asks_a_person_unless_the_company_allows(
    org: Org, option: str, outcome: str
) -> None:
    org.remote.seed(Lead=[{"LastName": "A", "Company": "C", "Email": "same@example.com"}])
    rule = {"object": "Lead", "match": ["Email"], "action": "alert", "name": "Same e-mail"}
    org.remote.config(duplicate_rules=[rule])
    sales = org.connect(duplicates=option)
    result = one(sales.write("Lead", [create("k", Email="same@example.com")]))
    sales.close()
    assert result.outcome.value == outcome
    assert option == "allow" or result.code == "DUPLICATES_DETECTED"


def test_an_owner_may_be_a_queue(org: Org, sales: Any) -> None:
    org.remote.seed(Group=[{"Name": "Queue", "Type": "Queue"}])
    queue = org.remote.state("Group")[-1]["Id"]
    (record,) = org.seed(1)
    org.remote.act("reassign", object="Lead", id=record, owner=queue)
    seen, _ = read(sales, "Lead", ("OwnerId", "Owner.Name"))
    assert seen[0].values["OwnerId"] == queue
    assert seen[0].values["Owner.Name"] == "Queue"


@pytest.mark.parametrize("many", [False, True])
def test_the_currency_is_asked_for_only_where_the_org_has_it(org: Org, *, many: bool) -> None:
    org.remote.config(multicurrency=many)
    org.remote.act("create_deal")
    sales = org.connect()
    seen, _ = read(sales, "Opportunity", SEVEN["Opportunity"])
    sales.close()
    assert ("CurrencyIsoCode" in seen[0].values) is many


def test_short_ids_are_taken_and_long_ones_given(org: Org, sales: Any) -> None:
    (record,) = org.seed(1)
    found = sales.find("Lead", "id", [record[:15]], PEOPLE)
    result = one(sales.write("Lead", [row("k", record=record[:15], Title="T")]))
    assert [r.id for r in found] == [record]
    assert (result.outcome, result.id) == (Outcome.DONE, record)


@pytest.mark.parametrize("ident", ["http://127.0.0.1:9/x", "//h/x", "../Account/001", "a b"])
def test_an_id_that_is_none_makes_no_call(org: Org, sales: Any, ident: str) -> None:
    result = one(sales.write("Lead", [row("k", record=ident, Title="T")]))
    assert result.outcome is Outcome.REFUSED
    assert org.calls() == 0


def test_hostile_texts_find_themselves_and_nothing_else(org: Org, sales: Any) -> None:
    names = ["O'Brien", "back\\slash", "' OR Id != null --", 'qu"ote', "new\nline", "50%_"]
    rows = [row(f"k{n}", LastName=name, Company="C") for n, name in enumerate(names)]
    assert {r.outcome for r in sales.write("Lead", rows)} == {Outcome.DONE}
    for name in names:
        found = sales.find("Lead", "LastName", [name], ("LastName",))
        assert [r.values["LastName"] for r in found] == [name]


def test_paths_to_parents_keep_their_names(org: Org, sales: Any) -> None:
    org.seed(1)
    org.remote.seed(Campaign=[{"Name": "Spring"}])
    (lead,) = org.remote.state("Lead")
    (campaign,) = org.remote.state("Campaign")
    org.remote.act("add_to_campaign", campaign=campaign["Id"], lead=lead["Id"])
    seen, _ = read(sales, "CampaignMember", SEVEN["CampaignMember"])
    assert seen[0].values["Campaign.Name"] == "Spring"
    assert seen[0].values["LeadId"] == lead["Id"]


def cycle(sales: Any, cursors: dict[str, str | None]) -> dict[str, list[Record]]:
    requests = [ReadRequest(obj=o, fields=f, since=cursors.get(o)) for o, f in SEVEN.items()]
    seen: dict[str, list[Record]] = {obj: [] for obj in SEVEN}
    for obj, page in sales.read_many(requests):
        seen[obj] += page.records
        cursors[obj] = page.cursor
    return seen


def test_seven_quiet_objects_cost_two_calls(org: Org, sales: Any) -> None:
    org.seed(5)
    org.settle()
    cursors: dict[str, str | None] = {}
    first = cycle(sales, cursors)
    org.settle()
    org.remote.empty_audit()
    second = cycle(sales, cursors)
    assert len(first["Lead"]) == 5
    assert all(records == [] for records in second.values())
    assert [line["method"] for line in api(org)] == ["POST", "POST"]


@pytest.mark.parametrize("size", [1_000, 10_000])
def test_a_hundred_changes_cost_the_same_among_many_records(
    org: Org, sales: Any, size: int
) -> None:
    records = org.seed(size)
    org.settle()
    cursors: dict[str, str | None] = {}
    first = cycle(sales, cursors)
    org.settle()
    for record in records[:100]:
        org.edit(record, "Changed")
    org.remote.empty_audit()
    seen = cycle(sales, cursors)
    assert len(first["Lead"]) == size
    assert {r.id for r in seen["Lead"]} == set(records[:100])
    assert len(api(org)) == 2


def test_many_objects_where_one_is_unknown_still_give_the_others(org: Org, sales: Any) -> None:
    org.seed(2)
    names = ("Nonsense__c", "Lead", "Contact")
    pages = sales.read_many([ReadRequest(obj=name, fields=("LastName",)) for name in names])
    assert [next(pages)[0], next(pages)[0]] == ["Lead", "Contact"]
    with pytest.raises(Refused):
        next(pages)


def test_pages_that_shrink_and_locators_that_expire_lose_nothing(org: Org) -> None:
    records = org.seed(700)
    org.remote.config(page_shrink=0.5)
    sales = org.connect()
    pages = sales.read("Lead", PEOPLE, None)
    seen = [r.id for r in next(pages).records]
    org.remote.config(expire_locators=True)
    rest = list(pages)
    sales.close()
    seen += [r.id for page in rest for r in page.records]
    assert set(seen) == set(records)


def test_eight_thousand_creates_are_forty_calls(org: Org, sales: Any) -> None:
    results = sales.write("Lead", [create(f"k{n}") for n in range(8_000)])
    assert {r.outcome for r in results} == {Outcome.DONE}
    assert len({r.id for r in results}) == 8_000
    assert len(api(org, method="PATCH")) == 40
    assert len(api(org)) == 40


def _looks(addresses: list[str]) -> list[LookUp]:
    return [
        LookUp(obj=obj, by="Email", values=addresses, fields=["Email", "LastName"])
        for obj in ("Lead", "Contact")
    ]


def test_leads_and_contacts_are_looked_up_in_one_call(org: Org, sales: Any) -> None:
    org.remote.seed(
        Lead=[{"LastName": "A", "Company": "x", "Email": "a@x.example"}],
        Contact=[{"LastName": "B", "Email": "b@x.example"}],
    )
    addresses = [f"{n}@x.example" for n in range(198)] + ["a@x.example", "b@x.example"]
    sales.find_many(_looks(addresses))
    before = org.calls()
    leads, contacts = sales.find_many(_looks(addresses))
    assert org.calls() - before == 1
    assert [one.values["LastName"] for one in leads] == ["A"]
    assert [one.values["LastName"] for one in contacts] == ["B"]


@pytest.mark.parametrize(("people", "calls"), [(400, 1), (1_000, 2)])
def test_many_people_are_looked_up_by_five_queries_a_call(
    org: Org, sales: Any, people: int, calls: int
) -> None:
    last = f"{people - 1}@x.example"
    org.remote.seed(
        Lead=[{"LastName": "A", "Company": "x", "Email": last}],
        Contact=[{"LastName": "B", "Email": "0@x.example"}, {"LastName": "C", "Email": last}],
    )
    addresses = [f"{n}@x.example" for n in range(people)]
    sales.find_many(_looks(addresses[:1]))
    before = org.calls()
    leads, contacts = sales.find_many(_looks(addresses))
    assert org.calls() - before == calls
    assert [one.values["LastName"] for one in leads] == ["A"]
    assert sorted(str(one.values["LastName"]) for one in contacts) == ["B", "C"]


@pytest.mark.parametrize("status", [413, 500, 503])
def test_a_common_look_up_that_fails_finds_nobody_missing(
    org: Org, sales: Any, status: int
) -> None:
    org.remote.seed(Contact=[{"LastName": "B", "Email": "b@x.example"}])
    sales.find_many(_looks(["b@x.example"]))
    org.remote.faults(
        {
            "route": "POST /services/data/v*/composite",
            "kind": "status",
            "status": status,
            "times": 1,
        }
    )
    with pytest.raises(Unavailable):
        sales.find_many(_looks(["b@x.example"]))
    _, contacts = sales.find_many(_looks(["b@x.example"]))
    assert [one.values["LastName"] for one in contacts] == ["B"]


def test_more_than_fits_one_query_is_looked_up_all_the_same(org: Org, sales: Any) -> None:
    org.remote.seed(Contact=[{"LastName": "B", "Email": "b@x.example"}])
    _, contacts = sales.find_many(_looks([*(f"{n}@x.example" for n in range(450)), "b@x.example"]))
    assert [one.values["LastName"] for one in contacts] == ["B"]
