"""The golden cases of own stages: which part counts, when it turns, and what a new version does."""

from datetime import datetime

import pytest

from tests.goldens.shape_stages import case_of, expected, looked, versions


def test_a_lead_is_in_the_stage_of_the_version_in_force(stages_case, golden):
    doc = golden("stages.json")
    known, case = versions(doc), case_of(stages_case, doc)
    for look in stages_case["looks"]:
        at, wanted = datetime.fromisoformat(look["at"]), expected(look)
        found = looked(known.in_force(at), case, stages_case["stage"], at)
        assert {name: found[name] for name in wanted} == wanted


def test_every_part_of_a_case_is_understood(stages_case, golden):
    doc = golden("stages.json")
    with pytest.raises(AssertionError, match="mood"):
        case_of(stages_case | {"mood": "sunny"}, doc)
    with pytest.raises(AssertionError, match="mood"):
        versions(doc | {"mood": "sunny"})
    with pytest.raises(AssertionError, match="mood"):
        expected(stages_case["looks"][0] | {"mood": "sunny"})
