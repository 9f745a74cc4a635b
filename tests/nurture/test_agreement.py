"""What the rules of nurture may say, and what a person is told whose rules make no sense."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.agreement import Agreement, fingerprint
from crmbridge.errors import ConfigError
from crmbridge.files import load
from crmbridge.report.agreement.page import page
from tests.nurture.stage import BUYERS, EVERYBODY, READERS, RULES, written_in
from tests.stages.agreement import faults_of, findings


def ruled(agreed: dict[str, Any], *rules: dict[str, Any]) -> dict[str, Any]:
    return agreed | {"nurture": list(rules)}


def mended(agreed: dict[str, Any], *rules: dict[str, Any]) -> list[str]:
    """What has to be mended before the file is used."""
    return [text for fatal, text in findings(ruled(agreed, *rules)) if fatal]


def test_an_agreement_without_rules_keeps_its_signature(agreed: dict[str, Any]) -> None:
    signed = Agreement.model_validate(agreed)
    assert signed.signed[0].hash == fingerprint(signed)


def test_rules_are_part_of_what_is_signed(agreed: dict[str, Any]) -> None:
    one, other = (
        fingerprint(Agreement.model_validate(ruled(agreed, rule)))
        for rule in (READERS, READERS | {"stages": ["engaged"]})
    )
    assert len({one, other, agreed["signed"][0]["hash"]}) == 3


def test_rules_that_make_sense_are_no_finding(agreed: dict[str, Any]) -> None:
    assert findings(ruled(agreed, BUYERS, READERS)) == findings(agreed)


@pytest.mark.parametrize("stage", ["ready", "handed", "opportunity", "disqualified", "merged"])
def test_a_stage_in_which_nobody_rests_is_refused(agreed: dict[str, Any], stage: str) -> None:
    rule = READERS | {"stages": ["known", stage]}
    (fault,) = faults_of(Agreement, ruled(agreed, rule))
    assert fault.startswith("nurture #1")
    assert f"nobody rests with marketing in the stage {stage!r}" in fault
    assert "name some of known, engaged, nurture, customer" in fault


def test_a_mistyped_stage_is_asked_about(agreed: dict[str, Any]) -> None:
    (fault,) = faults_of(Agreement, ruled(agreed, READERS | {"stages": ["engagd"]}))
    assert "did you mean 'engaged'?" in fault


@pytest.mark.parametrize("stages", [[], ["known", "known"]])
def test_a_rule_needs_each_of_its_stages_once(agreed: dict[str, Any], stages: list[str]) -> None:
    (fault,) = faults_of(Agreement, ruled(agreed, READERS | {"stages": stages}))
    assert "nurture #1.stages" in fault


def test_a_mistyped_key_is_asked_about(agreed: dict[str, Any]) -> None:
    (fault,) = faults_of(Agreement, ruled(agreed, {**READERS, "trakc": "learn"}))
    assert "unknown key; did you mean 'track'?" in fault


def test_a_track_of_two_rules_is_refused(agreed: dict[str, Any]) -> None:
    (fault,) = mended(agreed, BUYERS, READERS | {"track": "buy"})
    assert fault.startswith("agreement.toml: nurture 'paper readers': the track 'buy' is that of")
    assert "nurture 'buyers' too" in fault
    assert "give each rule a track of its own" in fault


def test_a_track_of_who_came_back_is_refused(agreed: dict[str, Any]) -> None:
    (fault,) = mended(agreed, READERS | {"track": "timing"})
    assert "is that of recycle.reasons.bad_timing too" in fault


def test_the_track_of_people_to_whom_nothing_is_sent_is_refused(agreed: dict[str, Any]) -> None:
    (fault,) = mended(agreed, READERS | {"track": "suppress"})
    assert "'suppress' is the track of people to whom nothing may be sent" in fault


def test_two_rules_with_one_name_are_refused(agreed: dict[str, Any]) -> None:
    (fault,) = mended(agreed, BUYERS, READERS | {"name": "buyers"})
    assert "two rules under [[nurture]] have the name 'buyers'" in fault


def test_criteria_on_a_fact_that_no_lead_has_are_refused(agreed: dict[str, Any]) -> None:
    when = READERS["when"] | {"field": "buying_stag", "op": "is_set", "value": None}
    (fault,) = mended(agreed, READERS | {"when": when})
    assert "nurture 'paper readers': criterion 'reads': unknown field 'buying_stag'" in fault
    assert "did you mean 'buying_stage'?" in fault


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"op": "ge"}, "buying_stage is enum, which has no ge"),
        ({"value": "wedding"}, "at_least on buying_stage takes one of"),
    ],
)
def test_criteria_that_do_not_suit_their_fact_are_refused(
    agreed: dict[str, Any], more: dict[str, Any], said: str
) -> None:
    (fault,) = mended(agreed, BUYERS | {"when": BUYERS["when"] | more})
    assert f"nurture 'buyers': criterion 'evaluates': {said}" in fault


def test_two_criteria_with_one_id_are_refused(agreed: dict[str, Any]) -> None:
    when = {"op": "any", "of": [BUYERS["when"], BUYERS["when"]]}
    (fault,) = mended(agreed, BUYERS | {"when": when})
    assert "two criteria have the id 'evaluates'" in fault


def test_a_rule_that_nobody_comes_under_is_shown(agreed: dict[str, Any]) -> None:
    found = findings(ruled(agreed, EVERYBODY, READERS))
    (text,) = [text for fatal, text in found if not fatal and "nurture" in text]
    assert "nobody comes under it, because 'everybody' stands before it" in text


def test_a_track_without_a_line_in_the_mapping_is_refused(tmp_path: Any) -> None:
    written_in(tmp_path, RULES, '\nbuy = { value = "buying" }\nlern = "Nurture: learn"\n')
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, "acme")
    assert "tracks has no line for 'learn', which agreement.toml uses" in str(caught.value)
    assert "did you mean 'lern'?" in str(caught.value)


def test_the_page_that_both_sign_shows_the_rules(agreed: dict[str, Any]) -> None:
    agreement = Agreement.model_validate(ruled(agreed, BUYERS, READERS | {"past": True}))
    lines = page(agreement, "draft", fingerprint(agreement))
    start = lines.index("9. Who is nurtured before they are ready")
    assert [one.strip() for one in lines[start + 1 : start + 5]] == [
        "1. buyers: on the track buy is who is engaged, and",
        "- evaluates: buying stage of the last 60 days is at least evaluation",
        "2. paper readers: on the track learn is who is known or engaged, also those of before "
        "go-live, and",
        "- reads: at least 1 touches",
    ]
