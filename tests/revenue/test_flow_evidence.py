"""Whose a deal is, where sales gave it no contact role: the other evidence, and what it moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crmbridge.agreement.revenue.rates import Rate
from crmbridge.files import CompanyFiles
from crmbridge.flows.explain import explain
from crmbridge.mapping.tables.deals import InfluenceMap
from crmbridge.report.explain.whole import text
from crmbridge.report.won import ADVICE, told, unreached, won
from crmbridge.store import held, leads
from tests.stages.places import JO
from tests.stages.play import Play, at_work, begun, example
from tests.stages.rest import ready, rebuilds_equal, rest

AL = "al@buyer.example"


def entered(play: Play, **fields: Any) -> str:
    """Sales enters a deal by hand."""
    told = {"Name": "deal", "StageName": "Prospecting", "CloseDate": "2026-04-01", "Amount": 500}
    return str(play.box.sales.act("create", object="Opportunity", fields=told | fields)["id"])


def over(play: Play, deal: str, *, is_won: bool = True, **more: Any) -> None:
    play.later(days=1)
    play.box.sales.act("close_deal", id=deal, won=is_won, **more)
    play.later(minutes=5)
    rest(play)


def converted(play: Play, email: str = JO, account: str | None = None) -> dict[str, str]:
    """Sales converts a lead without a deal; returns the ids that it made."""
    more = {"account": account} if account else {}
    made: dict[str, str] = play.box.sales.act(
        "convert", id=play.lead(email)["Id"], opportunity=False, **more
    )
    return made


def amount(play: Play, email: str = JO) -> Decimal:
    return Decimal(play.person(email).get("crmbridge_won_amount") or 0)


def lines(play: Play) -> str:
    with play.company.ledger.read() as tx:
        return "\n".join(told(won(tx, play.company.exchange)))


def test_a_deal_on_the_account_alone_is_the_accounts_peoples(play: Play) -> None:
    ready(play, "jo")
    made = converted(play)
    deal = entered(play, AccountId=made["accountId"], Amount=9000)
    play.later(minutes=5)
    rest(play)
    assert play.person(JO)["lifecyclestage"] == "opportunity"
    over(play, deal)
    assert amount(play) == 9000
    assert play.person(JO)["lifecyclestage"] == "customer"
    assert "  by account: 9000.00 EUR" in lines(play)
    assert rebuilds_equal(play)


def test_a_role_that_comes_later_takes_what_the_account_gave(play: Play) -> None:
    """Nothing of it is left: who was never on the deal was not lost with it either."""
    ready(play, "jo", "al")
    made = converted(play)
    other = converted(play, AL, made["accountId"])
    over(play, entered(play, AccountId=made["accountId"], Amount=100.01))
    assert sorted([amount(play), amount(play, AL)]) == [Decimal("50.00"), Decimal("50.01")]
    (deal,) = play.sf("Opportunity")
    play.box.sales.act("add_role", opportunity=deal["Id"], contact=other["contactId"])
    play.later(minutes=5)
    rest(play)
    assert (amount(play), amount(play, AL)) == (0, Decimal("100.01"))
    person = play.person(JO)
    assert person["lifecyclestage"] == "salesqualifiedlead"
    assert not person.get("crmbridge_trips")
    assert "  by role: 100.01 EUR" in lines(play)
    assert rebuilds_equal(play)


def test_an_open_deal_moves_nobody_of_the_account_who_is_with_marketing(play: Play) -> None:
    ready(play, "jo")
    made = converted(play)
    cold = play.contact(AL, lastname="Cold")
    contact = {"LastName": "Cold", "Email": AL, "AccountId": made["accountId"]}
    play.box.sales.act("create", object="Contact", fields=contact)
    deal = entered(play, AccountId=made["accountId"])
    play.later(minutes=5)
    rest(play)
    assert cold
    assert play.person(AL).get("lifecyclestage") in (None, "lead")
    over(play, deal, is_won=False)
    assert not play.person(AL).get("crmbridge_trips")
    assert play.person(JO)["crmbridge_trips"].endswith("missing reason")


@pytest.mark.parametrize("has_account", [True, False])
def test_a_won_deal_that_reaches_nobody_has_a_line_of_its_own(
    play: Play, has_account: bool
) -> None:
    ready(play, "jo")
    account = play.box.sales.act("create", object="Account", fields={"Name": "Nobody GmbH"})["id"]
    over(play, entered(play, Amount=5000, **({"AccountId": account} if has_account else {})))
    with play.company.ledger.read() as tx:
        (one,) = unreached(tx)
    assert one["reach"] == ("no_person" if has_account else "no_account")
    assert (one["deal"], one["amount"]) == (
        f"sales:Opportunity:{play.sf('Opportunity')[0]['Id']}",
        "5000.00 EUR",
    )
    assert bool(one["account"]) is has_account
    said = "with an account, but" if has_account else "without an account, and"
    assert f"won, {said} nobody of ours shares it: 1 deal, 5000.00 EUR" in lines(play)
    assert "all that sales won: 1 deal, 5000.00 EUR" in lines(play)
    assert "give somebody a contact role on it" in ADVICE[one["reach"]]
    deal = play.sf("Opportunity")[0]["Id"]
    play.box.sales.act("add_role", opportunity=deal, contact=converted(play)["contactId"])
    play.later(minutes=5)
    rest(play)
    with play.company.ledger.read() as tx:
        assert unreached(tx) == []
    assert amount(play) == 5000


def test_the_contact_that_a_deal_names_itself_has_it(tmp_path: Path) -> None:
    files = example()
    spec = files.mapping.sales.deal
    assert spec is not None
    deal = spec.model_copy(update={"people": {"ContactId": "Contact"}})
    sales = files.mapping.sales.model_copy(update={"deal": deal})
    files = replace(files, mapping=files.mapping.model_copy(update={"sales": sales}))
    with at_work(files, tmp_path) as play:
        ready(play, "jo")
        made = converted(play)
        over(play, entered(play, ContactId=made["contactId"], Amount=70))
        assert amount(play) == 70
        assert "  by contact: 70.00 EUR" in lines(play)


def test_people_who_are_known_and_share_nothing_are_not_called_unknown(tmp_path: Path) -> None:
    """Where only roles count, an account may be full of people whom we know."""
    files = example()
    attribution = files.agreement.attribution.model_copy(update={"people": "explicit"})
    agreement = files.agreement.model_copy(update={"attribution": attribution})
    with at_work(replace(files, agreement=agreement), tmp_path) as play:
        ready(play, "jo")
        over(play, entered(play, AccountId=converted(play)["accountId"], Amount=100))
        assert "won, with an account, but nobody of ours shares it: 1 deal, 100.00 EUR" in (
            lines(play).splitlines()
        )


def test_what_was_won_by_a_past_moment_is_not_told_as_nothing(play: Play) -> None:
    ready(play, "jo")
    over(play, entered(play, AccountId=converted(play)["accountId"], Amount=100))
    with play.company.ledger.read() as tx:
        (lead,) = leads.ids(tx)
        now = explain(play.company, tx, lead)
        then = explain(play.company, tx, lead, play.company.now())
    assert (now["won"]["value"], now["account"]["won_deals"]) == ("100.00 EUR", 1)
    assert (then["stage"], then["won"], then["account"]) == ("customer", None, None)
    said = "its shares of won deals and its account's deals are told of today only"
    assert said in "\n".join(text(then))


def test_a_deal_closed_with_a_day_to_come_is_won_today(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 500})
    over(play, made["opportunityId"], close_date="2026-12-31")
    (first,) = {play.person(JO)["crmbridge_won_at"]}
    assert first[:10] == (play.company.now() - timedelta(minutes=5)).date().isoformat()
    play.later(days=400)  # the day has passed, and the deal is told again
    fields = {"Amount": 501}
    play.box.sales.act("edit", object="Opportunity", id=made["opportunityId"], fields=fields)
    play.later(minutes=5)
    rest(play)
    assert amount(play) == 501
    assert play.person(JO)["crmbridge_won_at"] == first


def test_a_colleague_of_an_open_deal_is_no_new_business(play: Play) -> None:
    """By the account of their own record in sales, and by the name that marketing knows."""
    account = play.box.sales.act("create", object="Account", fields={"Name": "Vogel Pumpen"})["id"]
    deal = entered(play, AccountId=account)
    play.turn()
    play.keen(JO)
    play.later(minutes=5)
    rest(play)
    assert play.sf() == []
    play.box.sales.act("close_deal", id=deal, won=False)
    play.later(minutes=5)
    rest(play)
    play.form(JO)
    play.later(minutes=5)
    rest(play)
    assert len(play.sf()) == 1


def test_accounts_that_are_merged_keep_whose_deals_they_had(play: Play) -> None:
    ready(play, "jo", "al")
    mine, other = converted(play), converted(play, AL)
    over(play, entered(play, AccountId=mine["accountId"], Amount=100))
    assert (amount(play), amount(play, AL)) == (100, 0)
    ids = {"winner": other["accountId"], "losers": [mine["accountId"]]}
    play.box.sales.act("merge", object="Account", **ids)
    play.later(minutes=20)
    rest(play)
    assert (amount(play), amount(play, AL)) == (50, 50)
    assert rebuilds_equal(play)


def test_money_stands_on_one_record_of_a_person(play: Play) -> None:
    """Sales merged two contacts; marketing has two records of the person still."""
    ready(play, "jo", "al")
    mine = converted(play)
    other = converted(play, AL, mine["accountId"])
    over(play, entered(play, AccountId=mine["accountId"], Amount=100.01))
    assert amount(play) + amount(play, AL) == Decimal("100.01")
    ids = {"winner": mine["contactId"], "losers": [other["contactId"]]}
    play.box.sales.act("merge", object="Contact", **ids)
    play.later(minutes=20)
    rest(play)
    assert sorted([amount(play), amount(play, AL)]) == [0, Decimal("100.01")]
    play.later(minutes=20)
    assert play.turn().writes == 0
    assert rebuilds_equal(play)


@pytest.fixture
def influenced(tmp_path: Path) -> Iterator[Play]:
    """A company whose org has campaign influence."""
    files = example()
    spec = InfluenceMap(
        object="CampaignInfluence",
        deal="OpportunityId",
        person="ContactId",
        person_object="Contact",
    )
    sales = files.mapping.sales.model_copy(update={"influence": spec})
    mapping = files.mapping.model_copy(update={"sales": sales})
    with begun(replace(files, mapping=mapping), tmp_path) as play:
        play.box.sales.config(campaign_influence=True)
        play.go_live()
        yield play


def test_campaign_influence_goes_before_the_account(influenced: Play) -> None:
    play = influenced
    ready(play, "jo", "al")
    made = converted(play)
    converted(play, AL, made["accountId"])
    deal = entered(play, AccountId=made["accountId"], Amount=90)
    campaign = play.box.sales.act("create", object="Campaign", fields={"Name": "Fair"})["id"]
    fields = {"OpportunityId": deal, "CampaignId": campaign, "ContactId": made["contactId"]}
    row = play.box.sales.act("create", object="CampaignInfluence", fields=fields)["id"]
    over(play, deal)
    assert (amount(play), amount(play, AL)) == (90, 0)
    assert "  by influence: 90.00 EUR" in lines(play)
    play.box.sales.act("delete", object="CampaignInfluence", id=row)
    play.later(minutes=20)
    rest(play)
    assert (amount(play), amount(play, AL)) == (45, 45)
    assert "  by account: 90.00 EUR" in lines(play)


def filtered() -> CompanyFiles:
    files = example()
    spec = files.mapping.sales.deal
    assert spec is not None
    deal = spec.model_copy(update={"when": {"Type": ["New Business", "Existing Business"]}})
    sales = files.mapping.sales.model_copy(update={"deal": deal})
    return replace(files, mapping=files.mapping.model_copy(update={"sales": sales}))


def test_a_deal_outside_the_filter_is_nobodys_and_has_its_line(tmp_path: Path) -> None:
    with at_work(filtered(), tmp_path) as play:
        ready(play, "jo")
        made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 10})
        over(play, made["opportunityId"])
        assert amount(play) == 0
        assert "outside the filter of the mapping: 1 deal, 10.00 EUR" in lines(play)
        assert "all that sales won: 1 deal, 10.00 EUR" in lines(play)
        for kind, home in (("New Business", 10), (None, 0)):
            edit = {"object": "Opportunity", "id": made["opportunityId"]}
            play.box.sales.act("edit", **edit, fields={"Type": kind})
            play.later(minutes=5)
            rest(play)
            assert amount(play) == home
        assert play.person(JO)["lifecyclestage"] == "salesqualifiedlead"
        assert rebuilds_equal(play)


def days_alone() -> CompanyFiles:
    """The example whose deals tell a day of their close and no time."""
    files = example()
    spec = files.mapping.sales.deal
    assert spec is not None
    sales = files.mapping.sales.model_copy(
        update={"deal": spec.model_copy(update={"closed_at": ""})}
    )
    return replace(files, mapping=files.mapping.model_copy(update={"sales": sales}))


@pytest.mark.parametrize("days", [0, -1])
def test_who_came_to_the_account_on_the_day_of_a_win_without_a_time_shares_it(
    tmp_path: Path, days: int
) -> None:
    """Noon stands for a day without a time: who came in the afternoon was there all the same."""
    with at_work(days_alone(), tmp_path) as play:
        ready(play, "jo")
        play.later(hours=5)
        made = converted(play)
        deal = entered(play, AccountId=made["accountId"], Amount=80)
        day = (play.company.now() + timedelta(days=days)).date().isoformat()
        play.box.sales.act("close_deal", id=deal, won=True, close_date=day)
        play.later(minutes=5)
        rest(play)
        assert amount(play) == (0 if days else 80)
        assert rebuilds_equal(play)


def two_currencies(play: Play) -> None:
    """Jo won 10 EUR, and 7 USD on the next day."""
    ready(play, "jo")
    made = play.box.sales.act(
        "convert", id=play.lead(JO)["Id"], opportunity={"Amount": 10, "CurrencyIsoCode": "EUR"}
    )
    over(play, made["opportunityId"])
    assert amount(play) == 10
    deal = entered(play, Amount=7, CurrencyIsoCode="USD")
    play.box.sales.act("add_role", opportunity=deal, contact=made["contactId"])
    over(play, deal)


def test_money_without_a_rate_stands_apart_and_erases_nothing(tmp_path: Path) -> None:
    files = example()
    line = files.mapping.marketing.lead.fields["won_deals"]
    apart = line.model_copy(update={"field": "crmbridge_won_apart"})
    fields = {**files.mapping.marketing.lead.fields, "won_apart": apart}
    lead = files.mapping.marketing.lead.model_copy(update={"fields": fields})
    marketing = files.mapping.marketing.model_copy(update={"lead": lead})
    mapping = files.mapping.model_copy(update={"marketing": marketing})
    with at_work(replace(files, mapping=mapping), tmp_path) as play:
        two_currencies(play)
        person = play.person(JO)
        assert (amount(play), person["crmbridge_won_currency"]) == (10, "EUR")
        assert person["crmbridge_won_apart"] == "7.00 USD"
        assert person["crmbridge_won_deals"] == "2"
        assert "of this without a rate into the company's currency: 1 deal, 7.00 USD" in lines(play)
        with play.company.ledger.read() as tx:
            (row,) = held.find(tx, kind="no_rate")
        assert (row.op, row.lead) == ("USD", "")


def test_money_is_added_by_the_rate_of_the_day_of_the_win(tmp_path: Path) -> None:
    files = example()
    rates = tuple(
        Rate.model_validate({"currency": "USD", "from": day, "per_unit": rate})
        for day, rate in ((date(2026, 1, 1), "0.90"), (date(2027, 1, 1), "0.10"))
    )
    agreement = files.agreement.model_copy(update={"rates": rates})
    with at_work(replace(files, agreement=agreement), tmp_path) as play:
        two_currencies(play)
        assert amount(play) == Decimal("16.30")
        assert "without a rate" not in lines(play)
