"""A track in the mapping: a list, a value of a property, or both; and what is wrong with one."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.survey import survey
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.testing.sandbox import Sandbox
from tests.mapping.conftest import RAW, changed, told, world
from tests.nurture.stage import BOTH, mapping_of
from tests.stages.agreement import faults_of

__all__ = ["world"]


def tracked(**tracks: Any) -> dict[str, Any]:
    data = deepcopy(RAW)
    data["tracks"] |= tracks
    return data


def line_of(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["marketing"]["lead"]["fields"]
    return found


def test_a_plain_text_is_a_list_as_ever(acme: CompanyFiles) -> None:
    assert acme.mapping.lists == RAW["tracks"]
    assert acme.mapping.track_values == {}


def test_a_table_names_a_list_a_value_or_both(acme: CompanyFiles) -> None:
    mapping = mapping_of(acme, BOTH)
    assert mapping.lists["learn"] == "Nurture: learn"
    assert "buy" not in mapping.lists
    assert mapping.track_values == {
        "timing": "bad_timing",
        "learn": "learning",
        "buy": "buying",
    }


@pytest.mark.parametrize("value", ["", {}, {"list": " "}])
def test_a_track_that_is_nothing_is_refused(value: Any) -> None:
    (fault,) = faults_of(MappingFile, tracked(learn=value))
    assert fault.startswith("tracks.learn")


def test_a_mistyped_key_of_a_track_is_asked_about() -> None:
    (fault,) = faults_of(MappingFile, tracked(learn={"lst": "Nurture"}))
    assert fault == "tracks.learn.lst: unknown key; did you mean 'list'?"


def test_two_tracks_with_one_value_are_refused() -> None:
    (fault,) = faults_of(MappingFile, tracked(a={"value": "x"}, b={"value": "x"}))
    assert "tracks 'a' and 'b' have the value 'x'" in fault


def test_a_value_that_no_line_writes_is_refused() -> None:
    data = tracked(a={"value": "x"})
    del line_of(data)["track"]
    (fault,) = faults_of(MappingFile, data)
    assert "tracks.a.value: no line of marketing's people writes `track`" in fault
    assert "[marketing.lead.fields]" in fault


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"values": {"timing": "t"}}, "say it in one place"),
        ({"only_if_empty": True}, "take it out"),
    ],
)
def test_a_line_that_takes_the_values_away_is_refused(more: dict[str, Any], said: str) -> None:
    data = tracked(a={"value": "x"})
    line_of(data)["track"] = {"field": "crmbridge_track", "way": "out", **more}
    (fault,) = faults_of(MappingFile, data)
    assert said in fault


def choice(box: Sandbox, *options: str) -> None:
    """Let the property for the track be a choice."""
    box.marketing.seed(
        **{
            "properties/contacts": [
                {
                    "name": "crmbridge_choice",
                    "label": "track",
                    "type": "enumeration",
                    "fieldType": "select",
                    "options": [{"value": one, "label": one} for one in options],
                }
            ]
        }
    )


def test_a_value_that_the_property_has_no_option_for_is_found(
    world: tuple[Sandbox, Company],
) -> None:
    box, company = world
    words = [one for one in RAW["tracks"] if one not in ("timing", "keep")]
    choice(box, *words, "bad_timing")
    data = tracked(timing={"list": "Nurture: bad timing", "value": "bad_timng"})
    line_of(data)["track"] = {"field": "crmbridge_choice", "way": "out"}
    found = [one for one in told(survey(changed(company, data), "marketing")) if "option" in one]
    assert [one.partition(";")[0] for one in found] == [
        "mapping.toml tracks.timing: 'crmbridge_choice' has no option 'bad_timng'",
        "mapping.toml tracks.keep: 'crmbridge_choice' has no option 'keep'",
    ]
    assert "add the option, or name another value; it has: " in found[0]


def test_a_property_that_has_every_option_is_no_finding(
    world: tuple[Sandbox, Company],
) -> None:
    _, company = world
    data = tracked(timing={"value": "bad_timing"})
    del data["tracks"]["keep"]
    line_of(data)["track"] = {"field": "crmbridge_choice", "way": "out"}
    assert not [one for one in told(survey(changed(company, data), "marketing")) if "option" in one]
