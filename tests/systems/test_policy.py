"""One field of any number of systems: who changed it, whose value holds, what a newcomer may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.model.authority import Authority
from crmbridge.model.side import MARKETING, SALES
from crmbridge.policy.merge import ABSENT, Conflict, Merged, Opinion, Stands, Voice, merge_all

T = datetime(2026, 3, 2, 9, tzinfo=UTC)
SIDES = {"hub": MARKETING, "tool": MARKETING, "crm": SALES}


def voice(system: str, says: Opinion, base: Opinion = "a", day: int = 0) -> Voice:
    at = T + timedelta(days=day)
    return Voice(system=system, side=SIDES[system], says=says, base=base, at=at)


def three(hub: Voice, tool: Voice, crm: Voice, rule: Authority = "hold") -> Merged | Conflict:
    return merge_all([hub, tool, crm], rule, stands=Stands(value="a"))


@pytest.mark.parametrize("who", SIDES)
@pytest.mark.parametrize("rule", ["hold", "marketing", "sales", "latest"])
def test_who_alone_changed_it_is_heard_whatever_the_rule(who: str, rule: Authority) -> None:
    said = {name: voice(name, "b" if name == who else "a") for name in SIDES}
    found = three(said["hub"], said["tool"], said["crm"], rule)
    assert found == Merged(value="b", by=who)


def test_several_who_changed_it_alike_are_no_dispute() -> None:
    assert three(voice("hub", "b"), voice("tool", "a"), voice("crm", "b")) == Merged(
        value="b", by="hub"
    )


def test_of_several_changes_the_rule_decides() -> None:
    said = (voice("hub", "b", day=1), voice("tool", "c", day=3), voice("crm", "d", day=2))
    assert three(*said) == Conflict(told={"hub": "b", "tool": "c", "crm": "d"})
    assert three(*said, "sales") == Merged(value="d", by="crm")
    assert three(*said, "latest") == Merged(value="c", by="tool")


def test_a_rule_for_a_side_takes_its_home_first() -> None:
    changed = (voice("hub", "b"), voice("tool", "c"), voice("crm", "d"))
    assert three(*changed, "marketing") == Merged(value="b", by="hub")
    silent = (voice("hub", "a"), voice("tool", "c"), voice("crm", "d"))
    assert three(*silent, "marketing") == Merged(value="c", by="tool")


def test_a_rule_for_a_side_that_changed_nothing_takes_the_first_that_did() -> None:
    said = (voice("hub", "b"), voice("tool", "c"), voice("crm", "a"))
    assert three(*said, "sales") == Merged(value="b", by="hub")


def test_the_newest_of_two_at_one_instant_is_a_question() -> None:
    said = (voice("hub", "b", day=2), voice("tool", "c", day=2), voice("crm", "d", day=1))
    assert three(*said, "latest") == Conflict(told={"hub": "b", "tool": "c", "crm": "d"})


def test_what_was_never_agreed_on_is_up_against_what_stands() -> None:
    new = voice("tool", "b", ABSENT)
    assert isinstance(three(voice("hub", "a"), new, voice("crm", "a")), Conflict)
    assert three(voice("hub", "a"), new, voice("crm", "a"), "sales") == Merged(value="a", by="crm")
    assert three(voice("hub", "a"), new, voice("crm", "a"), "marketing") == Merged(
        value="a", by="hub"
    )


def test_a_newcomer_fills_what_is_empty_and_empties_nothing() -> None:
    empty = (voice("hub", None, None), voice("tool", "b", ABSENT), voice("crm", None, None))
    assert three(*empty) == Merged(value="b", by="tool")
    full = (voice("hub", "a"), voice("tool", None, ABSENT), voice("crm", "a"))
    assert three(*full) == Merged(value="a", by="agreed")


def test_a_system_that_keeps_its_own_is_no_news_until_it_changes() -> None:
    own = voice("tool", "z", "z")
    assert three(voice("hub", "a"), own, voice("crm", "a")) == Merged(value="a", by="agreed")
    assert three(voice("hub", "b"), own, voice("crm", "a")) == Merged(value="b", by="hub")
    assert three(voice("hub", "a"), voice("tool", "y", "z"), voice("crm", "a")) == Merged(
        value="y", by="tool"
    )


def test_no_value_is_shown_by_what_is_printed() -> None:
    told = [voice("hub", "secret"), Conflict(told={"hub": "secret"})]
    assert all("secret" not in repr(one) for one in told)


VALUES = st.sampled_from(["a", "b", "c", None, ABSENT])


@given(
    says=st.tuples(VALUES, VALUES, VALUES),
    bases=st.tuples(VALUES, VALUES, VALUES),
    days=st.tuples(*[st.integers(0, 2)] * 3),
    rule=st.sampled_from(["hold", "marketing", "sales", "latest", "fill_if_empty", "off", "once"]),
)
def test_what_holds_was_said_or_stood(
    says: tuple[Opinion, ...], bases: tuple[Opinion, ...], days: tuple[int, ...], rule: Authority
) -> None:
    said = [
        voice(name, *told)
        for name, told in zip(SIDES, zip(says, bases, days, strict=True), strict=True)
    ]
    found = merge_all(said, rule, stands=Stands(value="a", at=T))
    if isinstance(found, Conflict):
        assert rule in ("hold", "latest")
        assert len(set(found.told.values())) > 1
    else:
        assert found.value in (*says, *bases, "a", None)
        assert found.by in (*SIDES, "both", "agreed")
