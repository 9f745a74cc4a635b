"""Two leads, each with a rep of another org, turn out to be one: the rep is that of the trip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.parting import join_leads
from crmbridge.testing.emulator import Remote
from tests.stages.places import JO
from tests.stages.rest import rebuilds_equal
from tests.stages.vendors import KEEN
from tests.systems.orgs import SAM, US, TwoOrgs, two_orgs, with_orgs


@pytest.fixture
def play(acme: CompanyFiles, tmp_path: Path) -> Iterator[TwoOrgs]:
    with two_orgs(with_orgs(acme), tmp_path) as made:
        made.go_live()
        yield made


@pytest.mark.parametrize("first", [SAM, JO])
@pytest.mark.parametrize("known_first", [SAM, JO])
def test_who_has_the_lead_is_the_rep_of_the_org_that_has_it(
    play: TwoOrgs, first: str, known_first: str
) -> None:
    country = {SAM: "USA", JO: "Germany"}
    for email in sorted(country, key=lambda one: one != known_first):
        play.contact(email, **KEEN | {"country": country[email]})
        play.on()
    for email in sorted(country, key=lambda one: one != first):
        play.form(email)
        play.on()
    owners = {US: play.told(SAM)["owner"], "sales": play.told(JO)["owner"]}
    assert owners[US] == "uma" != owners["sales"]
    join_leads(play.company, SAM, JO, by="ann", why="she told me on the phone")
    play.on()
    told = play.told(SAM)
    where: dict[str, Remote] = {US: play.us, "sales": play.box.sales}
    assert told["org"]["system"] == (US if first == SAM else "sales")
    assert told["owner"] == owners[told["org"]["system"]]
    play.give_back(where[told["org"]["system"]], first, "Bad timing")
    play.on()
    assert play.told(SAM)["side"] == "marketing"
    assert rebuilds_equal(play)
