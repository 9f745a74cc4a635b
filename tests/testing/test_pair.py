"""Which two connectors play: the worked example's mapping for any pair whose emulators play it."""

from __future__ import annotations

import tomllib

import pytest

from crmbridge.errors import ConfigError
from crmbridge.files import load
from crmbridge.registry import faults_of, screens
from crmbridge.testing.named import setup_of
from crmbridge.testing.pair import Pair
from crmbridge.testing.world import with_past
from tests.stages.pairs import PAIRS, config_of, named
from tests.stages.places import ACME

TEXT = (ACME / "mapping.toml").read_text("utf-8")


def test_the_pair_of_the_worked_example_leaves_its_text_alone() -> None:
    shipped = Pair.shipped()
    assert (shipped.marketing, shipped.sales) == ("hubspot", "salesforce")
    assert shipped.mapping(TEXT) == TEXT


def test_another_side_takes_the_place_of_the_examples_and_leaves_the_rest() -> None:
    made = Pair(marketing="hubspot", sales="hubspot").mapping(TEXT)
    before, after = tomllib.loads(TEXT), tomllib.loads(made)
    assert after["sales"]["connector"] == "hubspot"
    assert {name for name in before if before[name] != after[name]} == {"sales"}
    assert "Salesforce" not in made.partition("[sales]")[2]


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_the_files_of_a_pair_are_sound(
    pair: Pair, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = load(config_of(pair, tmp_path_factory.mktemp("pair")), "acme")
    assert Pair.of(files.mapping) == pair
    assert faults_of(files.mapping, files.teams) == []
    assert [one.text for one in files.findings() if one.fatal] == []


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_a_setup_names_a_status_for_all_that_a_rep_does(
    pair: Pair, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = load(config_of(pair, tmp_path_factory.mktemp("pair")), "acme")
    lead = setup_of(files.mapping, "sales", files.teams).lead
    for kind in ("open", "ongoing", "won", "lost"):
        assert lead.status_of(kind) in lead.statuses
    with pytest.raises(LookupError, match="no status that is 'asleep'"):
        lead.status_of("asleep")


def test_two_systems_of_one_vendor_are_told_apart_by_their_sides() -> None:
    titles = Pair(marketing="hubspot", sales="hubspot").titles()
    assert titles == {"marketing": "HubSpot (marketing)", "sales": "HubSpot (sales)"}
    assert set(Pair.shipped().titles().values()) == {"HubSpot", "Salesforce"}


def test_a_side_without_screens_is_refused_with_those_that_have_them() -> None:
    with pytest.raises(ConfigError, match="'salesforce' cannot be played as the marketing system"):
        screens("salesforce", "marketing")
    with pytest.raises(ConfigError, match="There are those of: hubspot, salesforce"):
        Pair.shipped(sales="tables").lacks()


def test_a_past_is_written_where_an_emulator_offers_one() -> None:
    assert with_past("marketing") == ["hubspot"]
    assert with_past("sales") == ["salesforce"]
