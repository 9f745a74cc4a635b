"""The golden reports: sources, sharing, contribution, marketing's part in deals, ratings."""

import pytest

from tests.goldens import shape_reports as shape


def part(golden, name):
    return shape.section(golden("reports.json"), name)


def test_sources_are_compared_with_the_rest(golden):
    asked = part(golden, "source_quality")
    assert shape.printed(shape.sources(asked)) == asked["expect"]


def test_what_is_shared_is_counted_on_both_ways(golden):
    asked = part(golden, "sharing")
    found = shape.printed(shape.shared(asked))
    assert {name: found[name] for name in asked["expect"]} == asked["expect"]


def test_marketings_contribution_has_its_intervals_and_its_target(golden):
    asked = part(golden, "contribution")
    found = shape.printed(shape.contributed(asked))
    assert {name: found[name] for name in asked["expect"]} == asked["expect"]


def test_four_definitions_say_who_sourced_a_deal(classification):
    assert shape.classified(classification) == classification["expect"]


def test_ratings_of_both_sides_are_kept_apart(golden):
    asked = part(golden, "ratings")
    for one in asked["assets"]:
        assert shape.printed(shape.rated(one, asked)) == one["expect"], one["asset"]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("source_quality", shape.sources),
        ("sharing", shape.shared),
        ("contribution", shape.contributed),
        ("ratings", lambda asked: shape.rated(asked["assets"][0], asked)),
    ],
)
def test_every_part_of_a_report_is_understood(name, read, golden):
    asked = part(golden, name)
    with pytest.raises(AssertionError, match="mood"):
        read(asked | {"mood": "sunny"})
    with pytest.raises(AssertionError, match="mood"):
        shape.section(golden("reports.json") | {"mood": {}}, name)


def test_every_part_of_a_deal_is_understood(classification):
    given = classification["input"]
    for odd in (classification | {"mood": 1}, classification | {"input": given | {"mood": 1}}):
        with pytest.raises(AssertionError, match="mood"):
            shape.classified(odd)
