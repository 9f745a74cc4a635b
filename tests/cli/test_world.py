"""`crmbridge emulate --world`: a living company as a process, and what is refused."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from crmbridge.testing.emulator import Remote
from tests.cli.test_process import document, started
from tests.cli.test_unfriendly import clear
from tests.stages.line import Line

BOTH = ("emulate", "hubspot", "salesforce", "--port", "0")


def test_a_living_company_is_served_and_told(bare: Line) -> None:
    with started(bare, *BOTH, "--world", "acme", "--people", "60", "--json") as process:
        said: Any = document(process)
        world = said["world"]
        assert (world["people"], world["seed"]) == (60, 0)
        assert world["now"] == "2026-11-24T09:00:00.000000Z"
        assert sum(world["kinds"].values()) == 60
        hubspot = Remote(said["urls"]["hubspot"])
        assert len(hubspot.state("contacts")) == world["hubspot"]["contacts"]
        assert hubspot.clock()["rate"] == 1
        assert hubspot.audit() == []
        line = Line(home=bare.home, env=bare.env | said["environment"])
        assert "has no field" not in line.ok("validate", "--online").out
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_person_reads_who_lives_there(bare: Line) -> None:
    with started(bare, *BOTH, "--world", "acme", "--people", "20") as process:
        text = ""
        assert process.stdout is not None
        for line in process.stdout:
            text += line
            if line.startswith("Ctrl-C"):
                break
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert "20 people who have lived two years; seed 0." in text
    assert "It is Tuesday, 2026-11-24 09:00 UTC there" in text
    assert "given back, one reason after the other, and without a reason" in text
    assert "HubSpot has " in text
    assert "From 50 people on there is everything at least once." in text
    assert "export CRMBRIDGE_CLOCK=http://127.0.0.1:" in text


def test_a_world_names_its_own_vendors(bare: Line) -> None:
    command = ("emulate", "--port", "0", "--world", "acme", "--people", "20", "--json")
    with started(bare, *command) as process:
        said: Any = document(process)
        assert sorted(said["urls"]) == ["hubspot", "salesforce"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_no_vendor_and_no_world_is_refused_with_what_to_type(bare: Line) -> None:
    assert "crmbridge emulate hubspot salesforce" in clear(bare, "emulate")


@pytest.mark.parametrize("number", ["0", "-5", "50001"])
def test_a_number_of_people_that_cannot_be_is_refused_with_the_limit(
    bare: Line, number: str
) -> None:
    said = clear(bare, *BOTH, "--world", "acme", "--people", number)
    assert f"--people {number}: give a number from 1 to 50,000" in said


def test_a_number_of_people_that_is_a_word_is_refused(bare: Line) -> None:
    assert "'--people'" in clear(bare, *BOTH, "--world", "acme", "--people", "many")


def test_a_world_that_nobody_knows_is_refused_with_the_nearest(bare: Line) -> None:
    assert "no company 'acmee'; did you mean 'acme'?" in clear(bare, *BOTH, "--world", "acmee")


@pytest.mark.parametrize("option", ["--people", "--seed"])
def test_what_is_about_a_world_is_refused_without_one(bare: Line, option: str) -> None:
    assert f"{option} 7 says nothing without --world COMPANY" in clear(bare, *BOTH, option, "7")


def test_a_world_with_another_company_beside_it_is_refused(bare: Line) -> None:
    said = clear(bare, *BOTH, "--world", "acme", "--company", "other")
    assert "--world acme with --company other" in said


def test_a_world_of_a_vendor_that_is_not_emulated_is_refused_with_the_command(bare: Line) -> None:
    said = clear(bare, "emulate", "hubspot", "--port", "0", "--world", "acme")
    assert "its sales system is salesforce, which is not emulated here" in said
    assert "`crmbridge emulate hubspot salesforce --world acme`" in said


def test_a_world_of_other_vendors_is_refused(bare: Line) -> None:
    mapping = Path(bare.env["CRMBRIDGE_CONFIG"]) / "acme" / "mapping.toml"
    mapping.write_text(mapping.read_text().replace('"salesforce"', '"hubspot"'))
    said = clear(bare, *BOTH, "--world", "acme")
    assert "its sales system is hubspot; as sales, a world is made for salesforce alone" in said
