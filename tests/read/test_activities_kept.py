"""What an activity was and what came of it is kept, also where it is entered later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crmbridge.company import Company
from crmbridge.mapping import translate
from crmbridge.mapping.schema import ActivityMap
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import ActivitySeen
from crmbridge.model.record import Record, Value
from crmbridge.model.touch import Activity
from crmbridge.report.explain.lines import told
from crmbridge.store import leads
from crmbridge.store.rows import ActivityRow
from tests.stages.kept import entries, is_rebuilt, kept, rows
from tests.stages.places import START
from tests.stages.play import Play
from tests.stages.still import seen

JO = Ref(system="sales", obj="Contact", id="003A")
MAP: dict[str, Any] = {
    **{"object": "meetings", "at": ["start"], "people": {"who": ["Contact"]}},
    **{"outcome": "hs_meeting_outcome", "outcomes": {"COMPLETED": "held", "NO_SHOW": "no show"}},
}
HELD: dict[str, Value] = {"start": START, "who": "003A", "hs_meeting_outcome": "COMPLETED"}


def read(spec: dict[str, Any], values: dict[str, Value]) -> Activity:
    record = Record(obj="meetings", id="1", values=values, changed_at=START)
    (one,) = translate.activities(
        "sales", ActivityMap.model_validate(spec), record, name="meetings"
    )
    return one


def met(hours: int = 0, **more: Any) -> Activity:
    ref = Ref(system="sales", obj="meetings", id="1")
    given = {"kind": "meeting", "outcome": "", "changed_at": START + timedelta(hours=hours)}
    return Activity(ref=ref, at=START, person=JO, **(given | more))


@pytest.fixture
def company(play: Play) -> Company:
    mail = {"email": "jo@meetings.example"}
    seen(play.company, [Sighting(ref=JO, values=mail, raw=mail), met()])
    return play.company


def row(company: Company) -> tuple[str, str]:
    (one,) = rows(company, ActivityRow)
    return one.kind, one.outcome


def test_kind_and_outcome_are_read_in_our_words() -> None:
    assert read(MAP, HELD) == met(kind="meetings", outcome="held")
    assert read({**MAP, "kind": "demo"}, HELD).kind == "demo"
    assert read(MAP, {**HELD, "hs_meeting_outcome": "RESCHEDULED"}).outcome == "RESCHEDULED"
    assert read(MAP, {**HELD, "hs_meeting_outcome": None}).outcome == ""
    names = ("start", "who", "hs_meeting_outcome")
    assert translate.activity_fields(ActivityMap.model_validate(MAP)) == names


def test_an_outcome_that_the_vendor_does_not_tell_is_none() -> None:
    assert read({**MAP, "outcome": ""}, HELD).outcome is None
    assert read(MAP, {"start": START, "who": "003A"}).outcome is None


def test_an_outcome_that_is_entered_later_is_an_entry(company: Company) -> None:
    seen(company, [met(1, outcome="held")])
    assert row(company) == ("meeting", "held")
    assert [one.outcome for one in kept(company, ActivitySeen)] == ["", "held"]
    assert {one.at for one, _ in entries(company, ActivitySeen)} == {START}
    assert is_rebuilt(company)


def test_the_same_an_older_and_an_untold_outcome_leave_no_entry(company: Company) -> None:
    seen(company, [met(2, outcome="held")])
    seen(company, [met(3, outcome="held"), met(1, outcome="no show"), met(3, outcome=None)])
    assert row(company) == ("meeting", "held")
    assert len(kept(company, ActivitySeen)) == 2


def test_two_outcomes_of_one_page_end_as_the_last(company: Company) -> None:
    seen(company, [met(1, outcome="held"), met(2, outcome="no show")])
    assert row(company) == ("meeting", "no show")
    assert len(kept(company, ActivitySeen)) == 3
    assert is_rebuilt(company)


def test_an_outcome_touches_no_clock(company: Company) -> None:
    before = active(company)
    day = {"precision": "day", "span": (START, START + timedelta(hours=20))}
    seen(company, [met(1, outcome="held", **day)])
    assert active(company) == before


def active(company: Company) -> Any:
    with company.ledger.read() as tx:
        (lead,) = leads.by_ref(tx, "sales", "Contact", ["003A"]).values()
        assert lead.lead is not None
        return leads.get_many(tx, [lead.lead])[lead.lead].state.get("activity_at")


def test_entries_of_earlier_builds_say_neither() -> None:
    told = ActivitySeen.read({"id": "a"})
    assert (told.kind, told.outcome, told.changed_at) == ("", "", None)
    assert told.to_json() == {"id": "a"}
    assert replace(told, outcome="held").to_json() == {"id": "a", "outcome": "held"}


@pytest.mark.parametrize(
    ("kind", "outcome", "line"),
    [
        ("", "", "sales did something with the lead"),
        ("meeting", "", "sales did something with the lead: meeting"),
        ("meeting", "no show", "sales did something with the lead: meeting, no show"),
    ],
)
def test_history_says_what_it_was_and_what_came_of_it(kind: str, outcome: str, line: str) -> None:
    assert told(ActivitySeen(id="a", kind=kind, outcome=outcome)) == line
