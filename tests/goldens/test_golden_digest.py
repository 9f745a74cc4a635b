"""The golden cases of the weekly digest: order, what is held back, and how many are said."""

from types import SimpleNamespace

import pytest

from crmbridge.policy.digest.choose import CLASS, Before, Kind, choose
from tests.goldens.shape import only


@pytest.fixture
def digest(golden):
    found = golden("people_time_digest.json").get("digest")
    if found is None:
        pytest.skip("these goldens have no digest")
    only(found, {"class", "cases"}, "digest")
    return found


def test_each_kind_is_of_its_class(digest):
    assert {kind.value: number for kind, number in CLASS.items()} == digest["class"]


def test_a_digest_says_what_matters_and_is_news(digest_case):
    only(digest_case, {"items", "previous", "limit", "expect"}, "case")
    items = []
    for one in digest_case["items"]:
        only(one, {"key", "kind", "value"}, "item")
        items.append(SimpleNamespace(**one | {"kind": Kind(one["kind"])}))
    before = {}
    for key, one in digest_case["previous"].items():
        only(one, {"value", "weeks_since_sent"}, "previous")
        before[key] = Before(one["value"], one["weeks_since_sent"])
    found = choose(items, before, digest_case["limit"])
    held = [[key, "unchanged"] for key in found.held]
    said = {"send": list(found.said), "more": found.more, "held": held}
    assert said == digest_case["expect"]
