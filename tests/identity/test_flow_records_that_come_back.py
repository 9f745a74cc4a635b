"""Records that are restored, doubled or in conflict: nothing of theirs stays behind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.turn import arm
from crmbridge.flows.read.backfill import backfill
from crmbridge.report.revenue import sources
from tests.stages.places import JO
from tests.stages.play import Play, begun
from tests.stages.rest import edit, holds, look, ready, rebuilds_equal, rest, retouch


def act(play: Play, verb: str, **body: Any) -> dict[str, Any]:
    return dict(play.box.sales.act(verb, **body))


def go(play: Play, **delta: float) -> None:
    play.later(**(delta or {"minutes": 20}))
    rest(play)


def converted(play: Play, email: str, **how: Any) -> dict[str, Any]:
    return act(play, "convert", id=play.lead(email)["Id"], **how)


def two_contacts(play: Play) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    """Anna with a deal, and Bert without one, as contacts of one account."""
    anna, bert = ready(play, "anna", "bert")
    rest(play)
    first = converted(play, anna)
    second = converted(play, bert, account=first["accountId"], opportunity=False)
    go(play)
    return anna, bert, first, second


def stage(play: Play, email: str) -> str:
    return str(play.person(email)["lifecyclestage"])


@pytest.mark.parametrize("won", [True, False])
def test_a_deal_that_is_deleted_and_restored_has_its_people_again(play: Play, won: bool) -> None:
    (email,) = ready(play, "jo")
    rest(play)
    deal = converted(play, email)["opportunityId"]
    act(play, "edit", object="Opportunity", id=deal, fields={"Amount": 900})
    if won:
        act(play, "close_deal", id=deal, won=True, amount=900)
    go(play)
    act(play, "delete", object="Opportunity", id=deal)
    go(play)
    assert stage(play, email) == "lead"
    act(play, "undelete", object="Opportunity", id=deal)
    go(play)
    assert stage(play, email) == ("customer" if won else "opportunity")
    assert play.person(email).get("crmbridge_won_amount") == ("900.00" if won else None)
    assert rebuilds_equal(play)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Open - Not Contacted", "marketingqualifiedlead"),
        ("Working - Contacted", "salesqualifiedlead"),
        ("Closed - Not Converted", "lead"),
    ],
)
def test_a_lead_that_sales_deletes_and_restores_is_as_sales_has_it(
    play: Play, status: str, expected: str
) -> None:
    (email,) = ready(play, "jo")
    rest(play)
    go(play, hours=1)
    edit(play, email, Status=status)
    go(play)
    lead = play.lead(email)["Id"]
    act(play, "delete", object="Lead", id=lead)
    go(play)
    assert stage(play, email) == "lead"
    trips = play.person(email)["crmbridge_trips"]
    act(play, "undelete", object="Lead", id=lead)
    go(play)
    assert stage(play, email) == expected
    assert play.person(email)["crmbridge_trips"] == trips
    assert rebuilds_equal(play)


def test_a_rejection_outside_the_first_window_of_a_backfill_is_heard_with_the_second(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with begun(acme, tmp_path) as play:
        company, email = play.company, "an@past.example"
        play.contact(email, firstname="A", lastname="K", company="B")
        fields = {"LastName": "K", "Company": "B", "Email": email}
        ident = act(play, "create", object="Lead", fields=fields)["id"]
        act(play, "reject", id=ident, reason="No fit", reason_field="Rejection_Reason__c")
        play.later(days=50)
        retouch(play, email, jobtitle="Chief")
        play.later(days=1)
        cut = company.now() - timedelta(days=30)
        backfill(company, since=cut, sleep=lambda _s: None)
        backfill(company, until=cut, sleep=lambda _s: None)
        arm(company)
        rest(play)
        play.form(email)
        go(play)
        assert play.lead(email)["Status"] == "Closed - Not Converted"
        assert play.person(email)["crmbridge_reason"] == "no_fit"


@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_an_opt_out_reaches_however_many_second_records(play: Play, number: int) -> None:
    (email,) = ready(play, "anna")
    rest(play)
    for n in range(number):
        fields = {"LastName": f"K{n}", "Company": "B", "Email": email}
        act(play, "create", object="Lead" if n % 2 == 0 else "Contact", fields=_of(n, fields))
    go(play)
    play.box.marketing.act("opt_out", email=email)
    go(play)
    rows = [one for obj in ("Lead", "Contact") for one in play.sf(obj)]
    assert [bool(one["HasOptedOutOfEmail"]) for one in rows] == [True] * (number + 1)


def _of(n: int, fields: dict[str, str]) -> dict[str, str]:
    return fields if n % 2 == 0 else {k: v for k, v in fields.items() if k != "Company"}


def test_when_sales_merges_two_contacts_both_records_of_marketing_stay_in_sight(
    play: Play,
) -> None:
    anna, _, first, second = two_contacts(play)
    act(play, "close_deal", id=first["opportunityId"], won=True, amount=100)
    go(play)
    winner, loser = second["contactId"], first["contactId"]
    act(play, "merge", object="Contact", winner=winner, losers=[loser])
    go(play)
    go(play, hours=1)
    assert "two_records" in {one.kind for one in holds(play)}
    fields = {"HasOptedOutOfEmail": True}
    act(play, "edit", object="Contact", id=winner, fields=fields)
    go(play)
    go(play, days=1)
    assert play.person(anna).get("hs_email_optout") == "true"
    assert rebuilds_equal(play)


def test_a_contact_that_is_gone_when_its_task_is_given_is_not_the_end_of_its_lead(
    play: Play,
) -> None:
    (email,) = ready(play, "jo")
    rest(play)
    deal = converted(play, email)["opportunityId"]
    go(play)
    why = {"Loss_Reason__c": "No budget"}
    act(play, "close_deal", id=deal, won=False, fields=why)
    go(play, days=200)
    play.form(email)
    look(play)
    act(play, "delete", object="Contact", id=play.sf("Contact")[0]["Id"])
    for _ in range(3):
        go(play, days=1)
    fresh = [one for one in play.sf() if not one["IsConverted"] and not one["IsDeleted"]]
    assert fresh or holds(play)


def test_who_was_taken_off_a_won_deal_has_no_part_of_it_in_the_reports(play: Play) -> None:
    anna, bert, first, second = two_contacts(play)
    retouch(play, anna, hs_analytics_source="ORGANIC_SEARCH")
    retouch(play, bert, hs_analytics_source="PAID_SEARCH")
    deal = first["opportunityId"]
    act(play, "add_role", opportunity=deal, contact=second["contactId"])
    act(play, "close_deal", id=deal, won=True, amount=100)
    go(play)
    act(play, "remove_role", opportunity=deal, contact=first["contactId"])
    go(play)
    go(play, hours=1)
    with play.company.ledger.read() as tx:
        found = {row["source"]: row["revenue"] for row in sources(tx)["sources"]}
    assert found == {"ORGANIC_SEARCH": {}, "PAID_SEARCH": {"EUR": "100.00"}}


def test_two_live_leads_of_contacts_that_marketing_merged_wait_for_a_person(play: Play) -> None:
    anna, bert = ready(play, "anna", "bert")
    rest(play)
    primary, other = play.person(anna)["id"], play.person(bert)["id"]
    play.box.marketing.act("merge", primary=primary, other=other)
    go(play)
    assert "two_records" in {one.kind for one in holds(play)}


@pytest.mark.parametrize("won", [True, False])
def test_an_import_of_an_old_deal_moves_nobody_who_is_in_work_now(play: Play, won: bool) -> None:
    _, bert, _, second = two_contacts(play)
    before = stage(play, bert)
    how: dict[str, Any] = {"stage": "Closed Won", "amount": 70} if won else {}
    how = how or {"stage": "Closed Lost", "fields": {"Loss_Reason__c": "No budget"}}
    contact = second["contactId"]
    act(play, "create_deal", contact=contact, name="old", close_date="2015-01-05", **how)
    go(play)
    assert stage(play, bert) == ("customer" if won else before)
    assert play.person(bert)["lists"] == []
    assert play.person(bert).get("crmbridge_won_amount") == ("70.00" if won else None)
    assert rebuilds_equal(play)


@pytest.mark.parametrize("won", [True, False, None])
def test_a_lead_that_is_thrown_away_after_its_conversion_lives_on_as_the_contact(
    play: Play, won: bool | None
) -> None:
    """All of it before our next look, whichever record we see first."""
    ready(play, "jo")
    rest(play)
    play.later(hours=1)
    ident = play.lead(JO)["Id"]
    play.box.sales.act("convert", id=ident, opportunity={"Amount": 10})
    (deal,) = play.sf("Opportunity")
    if won is not None:
        play.box.sales.act("close_deal", id=deal["Id"], won=won)
    play.box.sales.act("delete", object="Lead", id=ident)
    for _ in range(2):
        play.later(hours=1)
        rest(play)
    stage = {True: "customer", False: "lead", None: "opportunity"}[won]
    assert play.person(JO)["lifecyclestage"] == stage
    assert "recalled" not in play.person(JO).get("crmbridge_trips", "")
    assert rebuilds_equal(play)


def test_a_record_that_comes_back_beside_another_is_a_question(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    ident = play.lead(JO)["Id"]
    play.later(hours=1)
    play.box.sales.act("delete", object="Lead", id=ident)
    fields = {"LastName": "Kern", "Company": "B", "Email": JO}
    play.box.sales.act("create", object="Lead", fields=fields)
    play.later(hours=1)
    rest(play)
    play.box.sales.act("undelete", object="Lead", id=ident)
    play.later(hours=1)
    rest(play)
    assert [one.kind for one in holds(play)] == ["two_records"]
    play.box.marketing.act("opt_out", email=JO)
    play.later(hours=1)
    rest(play)
    live = [one for one in play.sf() if not one["IsDeleted"]]
    assert [one["HasOptedOutOfEmail"] for one in live] == [True, True]
    play.box.sales.act("delete", object="Lead", id=ident)
    play.later(hours=1)
    rest(play)
    assert not holds(play)
    assert rebuilds_equal(play)
