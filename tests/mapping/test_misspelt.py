"""Every vendor's name in the example's mapping, misspelt alone, is found where it stands."""

from __future__ import annotations

import pytest

from crmbridge.agreement import Teams
from crmbridge.company import Company
from crmbridge.errors import MappingError
from crmbridge.flows.operate.survey import must_fit, survey
from crmbridge.testing.sandbox import Sandbox
from tests.mapping.conftest import RAW, changed, told
from tests.mapping.misspelt import Slip, slips

ALL = list(slips(RAW))
FATAL = {
    "marketing.lead.key",
    "marketing.lead.fields.opted_out",
    "sales.lead.key",
    "sales.lead.fields.opted_out",
    "sales.contact.key",
    "sales.contact.fields.opted_out",
    "sales.task.key",
    "sales.deal.amount",
    "sales.deal.currency",
    "sales.campaign.currency",
    "sales.deal.is_won",
    "sales.deal.is_closed",
    "sales.role.deal",
    "sales.role.person",
    "sales.role.person_object",
}
"""Lines whose wrong name loses money, consent or a key; so does every object that is read."""


def test_the_example_as_it_stands_has_no_finding(world: tuple[Sandbox, Company]) -> None:
    for side in ("marketing", "sales"):
        assert told(survey(world[1], side)) == []
        assert must_fit(world[1], side) == []


def test_the_walk_meets_every_table_of_both_sides() -> None:
    assert len(ALL) > 130
    assert {slip.table.split(".")[1] for slip in ALL} == {
        *("lead", "contact", "touch", "activity", "deal", "role", "rep", "task"),
        *("campaign", "member", "firm"),
    }


@pytest.mark.parametrize("slip", ALL, ids=str)
def test_a_misspelt_name_is_found_where_it_stands(
    slip: Slip, world: tuple[Sandbox, Company]
) -> None:
    side = slip.table.split(".")[0]
    company = changed(world[1], slip.in_file(RAW))
    found = survey(company, side)
    line = slip.line + slip.wrong if slip.line.endswith(".") else slip.line
    place = f"mapping.toml {slip.table}.{line}"
    mine = [one for one in found if one.place == place and slip.wrong in one.what]
    assert mine, told(found)
    fatal = f"{slip.table}.{slip.line}" in FATAL or slip.line == "object"
    assert any(one.fatal for one in mine) is fatal
    assert any(one.fatal for one in found) is fatal
    assert fatal is _refused(company, side)
    if "opted_out" in slip.line:
        assert not [one for one in mine if "did you mean" in one.advice]


def _refused(company: Company, side: str) -> bool:
    try:
        must_fit(company, side)
    except MappingError as error:
        return "`crmbridge validate acme --online` shows all" in str(error)
    return False


@pytest.mark.parametrize("word", RAW["tracks"])
def test_a_misspelt_list_is_found(word: str, world: tuple[Sandbox, Company]) -> None:
    tracks = RAW["tracks"] | {word: RAW["tracks"][word][:-1]}
    (one,) = survey(changed(world[1], RAW | {"tracks": tracks}), "marketing")
    assert one.place == f"mapping.toml tracks.{word}"
    assert not one.fatal


def test_a_track_that_no_version_of_the_agreement_has_is_found_by_a_near_name(
    world: tuple[Sandbox, Company],
) -> None:
    tracks = RAW["tracks"] | {"genral": RAW["tracks"]["general"], "hibernate": "Nurture: general"}
    (one,) = survey(changed(world[1], RAW | {"tracks": tracks}), "marketing")
    assert one.place == "mapping.toml tracks.genral"
    assert one.advice == "did you mean 'general'?"


def test_another_currency_than_the_accounts_is_found(world: tuple[Sandbox, Company]) -> None:
    (one,) = survey(changed(world[1], RAW | {"currency": "CHF"}), "sales")
    assert one.place == "mapping.toml currency"
    assert ("'CHF'" in one.what, "'EUR'" in one.what, one.fatal) == (True, True, False)


def test_another_currency_is_fatal_where_no_deal_names_its_own(
    world: tuple[Sandbox, Company],
) -> None:
    deal = {name: line for name, line in RAW["sales"]["deal"].items() if name != "currency"}
    raw = RAW | {"currency": "CHF", "sales": RAW["sales"] | {"deal": deal}}
    (one,) = survey(changed(world[1], raw), "sales")
    assert (one.place, one.fatal) == ("mapping.toml currency", True)


@pytest.mark.parametrize("rep", ["ann", "bob", "cat", "dev", "eva"])
def test_a_rep_whom_no_user_is_behind_is_found(rep: str, world: tuple[Sandbox, Company]) -> None:
    raw = world[1].teams.model_dump(mode="json", by_alias=True)
    for team in raw["teams"]:
        for one in team["reps"]:
            if one["id"] == rep:
                one["email"] = "x" + one["email"]
    (found,) = survey(changed(world[1], RAW, Teams.model_validate(raw)), "sales")
    assert found.place == f"teams.toml reps.{rep}.email"
    assert "no user has this address" in found.what
    assert "@" not in str(found)
