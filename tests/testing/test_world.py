"""A company that has lived: what the emulators hold of it, and that it can be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import load
from crmbridge.mapping.schema import Mapping
from crmbridge.testing.emulator import parse
from crmbridge.testing.sandbox import Sandbox, sandbox
from crmbridge.testing.world import EVERY_KIND, KINDS, TODAY, Populated, populate
from crmbridge.testing.world.kinds import shares
from crmbridge.testing.world.people import Registry
from tests.stages.places import MAPPINGS, REASON
from tests.stages.play import begun, example

KEY = "CrmBridge_Id__c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A world as its emulators tell it: rows by object."""

    told: Populated
    marketing: dict[str, list[dict[str, Any]]]
    sales: dict[str, list[dict[str, Any]]]

    @property
    def contacts(self) -> list[dict[str, Any]]:
        """The properties of the marketing contacts."""
        return [one["properties"] for one in self.marketing["contacts"]]

    def ids(self, object: str) -> set[str]:
        return {one["Id"] for one in self.sales[object]}


@contextmanager
def living(people: int, seed: int = 0, mapping: Mapping | None = None) -> Iterator[Lived]:
    files = load(MAPPINGS, "acme")
    with sandbox(mapping or files.mapping, files.teams, at=TODAY) as box:
        told = populate(box, (mapping or files.mapping).company, people=people, seed=seed)
        yield seen(box, told)


def seen(box: Sandbox, told: Populated) -> Lived:
    marketing = ("contacts", "form_submissions", "owners", "lists")
    sales = (*told.sales, "Group")
    # the vendor's own user was made before the clock was set
    users = [one for one in box.sales.state("User") if one.get("LastName") != "User"]
    return Lived(
        told=told,
        marketing={name: box.marketing.state(name) for name in marketing},
        sales={name: box.sales.state(name) for name in sales} | {"User": users},
    )


@pytest.fixture(scope="module")
def fifty() -> Iterator[Lived]:
    with living(50) as lived:
        yield lived


def test_the_shares_of_all_kinds_are_a_thousand() -> None:
    assert sum(one.share for one in KINDS) == 1000
    assert shares(1000)["rejected"] == 110
    assert shares(10_000)["won"] == 450


@pytest.mark.parametrize("number", [1, 5, 33, 34, 49, 50, 51, 77, 120, 200, 999, 12_345])
def test_everybody_is_of_one_kind_whatever_the_number(number: int) -> None:
    assert sum(shares(number).values()) == number
    if number >= EVERY_KIND:
        assert all(shares(number)[one.name] >= one.least for one in KINDS)


def test_fifty_people_are_of_every_kind(fifty: Lived) -> None:
    assert EVERY_KIND == 50
    assert fifty.told.kinds == {one.name: one.least for one in KINDS}


def test_what_is_told_is_what_the_emulators_hold(fifty: Lived) -> None:
    for name, number in fifty.told.marketing.items():
        assert len(fifty.marketing[name]) == number
    for name, number in fifty.told.sales.items():
        assert len(fifty.sales[name]) == number
    assert fifty.told.marketing["contacts"] >= 40
    assert fifty.told.sales["Lead"] >= 30


def test_the_same_number_and_seed_give_the_same_world(fifty: Lived) -> None:
    with living(50) as again:
        assert again == fifty
    with living(50, seed=1) as other:
        assert other.marketing["contacts"] != fifty.marketing["contacts"]


def test_contacts_stand_in_every_stage_with_and_without_an_owner(fifty: Lived) -> None:
    assert {one["lifecyclestage"] for one in fifty.contacts} == {
        *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead"),
        *("opportunity", "customer", "evangelist", "other", "partner"),
    }
    owners = {one["id"]: one["archived"] for one in fifty.marketing["owners"]}
    owned = {one.get("hubspot_owner_id") for one in fifty.contacts}
    assert None in owned
    assert {owners[one] for one in owned - {None}} == {True, False}


def test_leads_of_sales_are_in_every_status_and_given_back_for_every_reason(fifty: Lived) -> None:
    leads = fifty.sales["Lead"]
    assert {one["Status"] for one in leads} == {
        *("Open - Not Contacted", "Working - Contacted"),
        *("Closed - Converted", "Closed - Not Converted"),
    }
    ended = [one for one in leads if one["Status"] == "Closed - Not Converted"]
    reasons = set(load(MAPPINGS, "acme").mapping.sales.lead.status.reason.values)  # type: ignore[union-attr]
    assert {one.get(REASON) for one in ended} == {*reasons, None}
    converted = [one for one in leads if one["IsConverted"]]
    assert {bool(one.get("ConvertedOpportunityId")) for one in converted} == {True, False}


def test_deals_are_open_won_over_years_and_lost_for_reasons(fifty: Lived) -> None:
    deals = fifty.sales["Opportunity"]
    on = {one["OpportunityId"] for one in fifty.sales["OpportunityContactRole"]}
    won = [one for one in deals if one["IsWon"]]
    assert {one["CloseDate"][:4] for one in won} >= {"2024", "2025"}
    assert {one["Id"] in on for one in won} == {True, False}
    lost = [one for one in deals if one["IsClosed"] and not one["IsWon"]]
    assert len({one["Loss_Reason__c"] for one in lost}) == 2
    running = [one for one in deals if not one["IsClosed"]]
    assert all(one["CloseDate"] > "2026-11-24" for one in running)
    assert all(one["CurrencyIsoCode"] == "EUR" for one in deals)


def test_a_rep_who_left_and_a_queue_own_open_work(fifty: Lived) -> None:
    (left,) = (one["Id"] for one in fifty.sales["User"] if not one["IsActive"])
    (queue,) = (one["Id"] for one in fifty.sales["Group"])
    leads = Counter(one["OwnerId"] for one in fifty.sales["Lead"] if one["Status"][:4] == "Open")
    deals = Counter(one["OwnerId"] for one in fifty.sales["Opportunity"] if not one["IsClosed"])
    assert (leads[left], leads[queue], deals[left]) == (1, 1, 1)


def test_people_exist_twice_and_under_several_addresses(fifty: Lived) -> None:
    leads = Counter(one["Email"].lower() for one in fifty.sales["Lead"])
    assert max(leads.values()) == 2
    clients = {one["Email"].lower() for one in fifty.sales["Contact"]}
    assert {one for one in clients if one in leads}
    further = {one.get("hs_additional_emails") for one in fifty.contacts} - {None}
    assert further & (clients | set(leads))
    hidden = [one["email"] for one in fifty.contacts if "\u200b" in one["email"]]
    assert [one.replace("\u200b", "") in leads for one in hidden] == [True]
    emails = {one["email"] for one in fifty.contacts}
    assert [one for one in emails if one.replace(".", "", 1) in emails - {one}]
    assert any(one["Email"].isupper() for one in fifty.sales["Lead"])


def test_whoever_opted_out_did_so_in_one_place(fifty: Lived) -> None:
    out = {one["email"] for one in fifty.contacts if one.get("hs_email_optout") == "true"}
    assert len(out) == 1
    people = fifty.sales["Lead"] + fifty.sales["Contact"]
    said = [one for one in people if one["HasOptedOutOfEmail"]]
    assert not out & {one["Email"] for one in said}
    assert out & {one["Email"] for one in people}
    assert {one["Id"][:3] for one in said} == {"00Q", "003"}
    assert {one["IsDeleted"] for one in said} == {True, False}
    twice = Counter(one["Email"] for one in fifty.sales["Lead"])
    assert any(twice[one["Email"]] == 2 for one in said)
    assert any(one["Email"].endswith("@home-mail.example") for one in said)


def test_demos_were_asked_for_days_and_months_ago_by_customers_too(fifty: Lived) -> None:
    asked = {}
    for one in fifty.marketing["form_submissions"]:
        if one["pageUrl"].endswith("/demo"):
            (email,) = (pair["value"] for pair in one["values"])
            asked[email] = (TODAY.timestamp() * 1000 - one["submittedAt"]) / 86_400_000
    stages = {one["email"]: one["lifecyclestage"] for one in fifty.contacts}
    assert any(days < 7 for days in asked.values())
    assert any(days > 30 for days in asked.values())
    assert "customer" in {stages[email] for email in asked}


def test_some_records_have_blanks_long_texts_umlauts_and_several_choices(fifty: Lived) -> None:
    assert any("lastname" not in one and "company" not in one for one in fifty.contacts)
    assert any(len(one.get("jobtitle", "")) > 128 for one in fifty.contacts)
    assert any(not one.get("lastname", "a").isascii() for one in fifty.contacts)
    assert any(one.get("interests") == "Pumps;Inline control" for one in fifty.contacts)
    assert any(one["Company"] == "[not given]" for one in fifty.sales["Lead"])


def test_an_earlier_ledger_left_its_stamps_and_keys(fifty: Lived) -> None:
    (back,) = (one for one in fifty.contacts if one.get("crmbridge_outcome") == "rejected")
    assert back["crmbridge_reason"] == "bad_timing"
    (lead,) = (one for one in fifty.sales["Lead"] if one.get(KEY))
    assert lead[KEY] == back["crmbridge_id"]
    assert lead[REASON] == "Bad timing"
    listed = {one["name"]: len(one["members"]) for one in fifty.marketing["lists"]}
    assert listed["Nurture: bad timing"] == 1


def test_everything_points_to_a_record_that_is_there() -> None:
    with living(200) as lived:
        contacts, accounts = lived.ids("Contact"), lived.ids("Account")
        deals, campaigns = lived.ids("Opportunity"), lived.ids("Campaign")
        for one in lived.sales["OpportunityContactRole"]:
            assert one["ContactId"] in contacts
            assert one["OpportunityId"] in deals
        for one in lived.sales["CampaignMember"]:
            assert one["CampaignId"] in campaigns
            assert one.get("LeadId", one.get("ContactId")) in contacts | lived.ids("Lead")
        assert {bool(one.get("LeadId")) for one in lived.sales["CampaignMember"]} == {True, False}
        for one in lived.sales["Lead"]:
            if one["IsConverted"]:
                assert one["ConvertedContactId"] in contacts
                assert one.get("ConvertedOpportunityId") in deals | {None}
        keys = {one["crmbridge_id"] for one in lived.contacts if one.get("crmbridge_id")}
        assert {one[KEY] for one in lived.sales["Contact"] if one.get(KEY)} <= keys
        assert {one[KEY] for one in lived.sales["Lead"] if one.get(KEY)} < keys
        for one in [*lived.sales["Contact"], *lived.sales["Opportunity"]]:
            assert one["AccountId"] in accounts
        for one in lived.sales["Task"]:
            assert one["WhoId"] in contacts | lived.ids("Lead")
        owners = lived.ids("User") | lived.ids("Group")
        assert {one["OwnerId"] for one in lived.sales["Lead"]} <= owners


def test_everything_happened_before_the_day_on_which_the_world_begins() -> None:
    with living(300) as lived:
        for one in lived.marketing["contacts"]:
            if one["archived"]:
                continue  # this very morning
            assert parse(one["createdAt"]) <= parse(one["updatedAt"]) < TODAY
        for one in lived.marketing["form_submissions"]:
            assert one["submittedAt"] < TODAY.timestamp() * 1000
        for name in lived.told.sales:
            for row in lived.sales[name]:
                assert parse(row["CreatedDate"]) <= parse(row["SystemModstamp"]) < TODAY, name
        born = {one["Id"]: one["CreatedDate"] for one in lived.sales["Contact"]}
        for one in lived.sales["OpportunityContactRole"]:
            assert born[one["ContactId"]] <= one["CreatedDate"]


def test_somebody_said_no_on_a_record_that_marketing_archived() -> None:
    with living(500) as lived:
        (gone,) = (one for one in lived.marketing["contacts"] if one["archived"])
        assert gone["properties"]["hs_email_optout"] == "true"
        (lead,) = (
            one for one in lived.sales["Lead"] if one["Email"] == gone["properties"]["email"]
        )
        assert not lead["HasOptedOutOfEmail"]


def test_no_address_is_given_twice_and_nobody_real_is_meant() -> None:
    from random import Random

    registry = Registry(Random(1), 9000)
    made = [registry.person(sold=bool(nth % 2)).email for nth in range(9000)]
    assert len(set(made)) == 9000
    assert all(one.endswith(".example") for one in made)


def test_a_mapping_that_reads_little_gets_a_world_too() -> None:
    mapping = load(MAPPINGS, "acme").mapping
    marketing = mapping.marketing.model_copy(update={"touch": {}})
    lead = mapping.sales.lead.model_copy(update={"status": None, "converted": None})
    sales = mapping.sales.model_copy(update={"lead": lead, "deal": None, "role": None})
    little = mapping.model_copy(update={"marketing": marketing, "sales": sales, "tracks": {}})
    with living(50, mapping=little) as lived:
        assert "form_submissions" not in lived.told.marketing
        assert lived.told.sales["Opportunity"] > 10
        assert not any(REASON in one for one in lived.sales["Lead"])


def test_a_first_look_reads_the_whole_world(tmp_path: Path) -> None:
    with begun(example(), tmp_path, at=TODAY) as play:
        told = populate(play.box, play.company.mapping.company, people=120, seed=3)
        made = play.turn()
        read = {
            name: one.read for side in made.pulled.values() for name, one in side.counts.items()
        }
        assert read["contacts"] == told.marketing["contacts"]
        for name in ("Contact", "Opportunity", "OpportunityContactRole", "Account"):
            assert read[name] == told.sales[name], name
        assert read["CampaignMember"] == 2 * told.sales["CampaignMember"]  # touches and members
        assert read["Lead"] == told.sales["Lead"]
        assert read["Task"] >= told.sales["Task"]
        assert made.writes == 0
