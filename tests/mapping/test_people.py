"""Whose a record is: several people of one record, several tables on one object, filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.hubspot import HubSpot
from connectors.salesforce import Salesforce
from crmbridge.mapping.names import with_names
from crmbridge.mapping.schema import ActivityMap, SystemMap, TouchMap
from crmbridge.mapping.translate import activities, touch, touches
from crmbridge.model.lead import Sighting
from crmbridge.model.record import Page, Record, Value
from crmbridge.model.touch import Activity, Gone, Touch
from crmbridge.system import System

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINK = "associations.contacts"
MEETING = TouchMap(object="meetings", kind="meeting", at="at", people={LINK: "contacts"})
CALL = ActivityMap(object="calls", at=["at"], people={LINK: ["contacts"]})
MEMBER = TouchMap(
    object="M", kind="campaign", at="at", people={"LeadId": "Lead", "ContactId": "Contact"}
)


def record(**values: Value) -> Record:
    return Record(obj="meetings", id="9", values={"at": NOW, **values})


@pytest.mark.parametrize("people", [(), ("101",), ("101", "102"), ("3", "1", "2"), ("1", "1")])
def test_a_record_of_several_people_is_one_for_each_of_them(people: tuple[str, ...]) -> None:
    each = list(dict.fromkeys(people))
    found = touches("marketing", MEETING, record(**{LINK: people}))
    done = activities("sales", CALL, record(**{LINK: people}))
    if each:
        assert [str(one.person) for one in found] == [f"marketing:contacts:{p}" for p in each]
        assert [one.id for one in found] == [f"marketing:meetings:9@{p}" for p in each]
    else:
        assert [(one.person, one.id) for one in found] == [(None, "marketing:meetings:9")]
    assert [str(one.person) for one in done] == [f"sales:contacts:{p}" for p in each]


def test_the_first_of_several_stands_for_a_touch_that_is_asked_for_alone() -> None:
    found = touch("marketing", MEETING, record(**{LINK: ("101", "102")}))
    assert found
    assert str(found.person) == "marketing:contacts:101"


@pytest.mark.parametrize(
    ("lead", "contact", "person"),
    [("L", None, "Lead:L"), ("L", "C", "Contact:C"), (None, "C", "Contact:C"), (None, None, "")],
)
def test_a_membership_that_moves_to_the_contact_stays_one_touch(
    lead: str | None, contact: str | None, person: str
) -> None:
    (found,) = touches("sales", MEMBER, record(LeadId=lead, ContactId=contact))
    assert found.id == "sales:meetings:9"
    assert str(found.person or "sales:").removeprefix("sales:") == person


class Fixed:
    """A connector that only has to be there."""

    info = HubSpot.info
    limits = HubSpot.info.limits


def system(**tables: Any) -> System:
    lead = {"object": "contacts", "fields": {"email": "email"}, **tables.pop("lead", {})}
    spec = SystemMap.model_validate({"connector": "hubspot", "lead": lead, **tables})
    connector: Any = Fixed()
    return System("sales", spec, connector, zone=ZoneInfo("UTC"), currency="EUR")


TABLES: Mapping[str, dict[str, Any]] = {
    "touch.sent": {"object": "M", "kind": "sent", "at": "sent", "people": {"who": "contacts"},
                   "when": {"status": "Sent"}},
    "touch.came": {"object": "M", "kind": "came", "at": "came", "people": {"who": "contacts"},
                   "when": {"status": ["Came"]}},
    "activity.call": {"object": "M", "at": ["done"], "people": {"who": ["contacts"]},
                      "when": {"kind": "call"}},
}  # fmt: skip


def several(names: Sequence[str], obj: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in names:
        part, key = name.split(".")
        found.setdefault(part, {})[key] = {**TABLES[name], "object": obj}
    return found


SETS = [names for names in product(*[(None, name) for name in TABLES]) if any(names)]


@pytest.mark.parametrize("names", SETS, ids=str)
def test_tables_on_one_object_are_read_together_and_filtered_apart(
    names: tuple[str | None, ...],
) -> None:
    wanted, obj = [name for name in names if name], "M"
    side = system(**several(wanted, obj))
    needs = {"touch.sent": {"sent", "status"}, "touch.came": {"came", "status"},
             "activity.call": {"done", "kind"}}  # fmt: skip
    want = set().union(*(needs[name] for name in wanted)) | {"who"}
    assert want == set(side.objects[obj])
    for status, kind in product(("Sent", "Came", "Other"), ("call", "mail")):
        values = {"sent": NOW, "came": NOW, "done": NOW, "who": "7", "status": status, "kind": kind}
        one = Record(obj=obj, id="1", values={**values, "email": "a@b.example"})
        seen = side.translate(obj, Page(records=(one,), cursor="c", more=False))
        kinds = sorted(item.kind for item in seen.items if isinstance(item, Touch))
        assert kinds == sorted(
            name.removeprefix("touch.") for name in wanted if name == f"touch.{status.lower()}"
        )
        acts = [item for item in seen.items if isinstance(item, Activity)]
        assert len(acts) == ("activity.call" in wanted and kind == "call")


@pytest.mark.parametrize("names", [("touch.sent",), ("touch.sent", "touch.came")])
def test_a_deleted_record_of_touches_says_so_whatever_it_still_holds(
    names: tuple[str, ...],
) -> None:
    gone = Record(obj="M", id="1", deleted=True)
    seen = system(**several(names, "M")).translate(
        "M", Page(records=(gone,), cursor="c", more=False)
    )
    assert [str(item.ref) for item in seen.items if isinstance(item, Gone)] == ["sales:M:1"]


@pytest.mark.parametrize("deleted", [True, False])
@pytest.mark.parametrize("fits", [True, False])
@pytest.mark.parametrize("opted_out", [True, False, None])
def test_a_person_outside_a_filter_is_told_of_and_is_none_of_ours(
    deleted: bool, fits: bool, opted_out: bool | None
) -> None:
    lead = {"fields": {"email": "email", "opted_out": "out"}, "when": {"type": "buyer"}}
    side = system(lead=lead)
    values: dict[str, Value] = {"type": "buyer" if fits else "press", "out": opted_out}
    one = Record(obj="contacts", id="1", values=values, deleted=deleted)
    seen = side.translate("contacts", Page(records=(one,), cursor="c", more=False))
    (sighting,) = seen.items
    assert isinstance(sighting, Sighting)
    assert sighting.filtered == (not fits and not deleted)
    assert seen.passed == (not fits and not deleted)
    assert (sighting.values["opted_out"], sighting.deleted) == (opted_out, deleted)


def aliased(name: str) -> dict[str, Any]:
    return {
        "lead": {"object": name, "fields": {"email": "email"}},
        "touch": {"t": {"object": "meeting", "kind": "k", "at": "a",
                        "people": {f"associations.{name}": name}}},
        "activity": {"c": {"object": "0-48", "at": ["a"], "people": {f"associations.{name}": [name],
                                                                     "contact": [name]}}},
        "deal": {"object": "0-3", "amount": "amount", "is_won": "w", "is_closed": "c",
                 "people": {f"associations.{name}": name}},
        "role": {"object": "x", "deal": "d", "person": "p", "person_object": name},
        "rep": {"object": "owner", "email": "email"},
        "task": {"object": "task", "key": "k", "person": f"associations.{name}", "owner": "o",
                 "subject": "s"},
    }  # fmt: skip


@pytest.mark.parametrize("name", ["contacts", "contact", "0-1"])
def test_every_table_of_a_mapping_calls_an_object_by_its_one_name(name: str) -> None:
    spec = SystemMap.model_validate({"connector": "hubspot", **aliased(name)})
    wanted = SystemMap.model_validate({"connector": "hubspot", **aliased("contacts")})
    assert with_names(spec, HubSpot.canonical) == with_names(wanted, HubSpot.canonical)
    found = with_names(spec, HubSpot.canonical)
    assert found.deal
    assert (found.lead.object, found.deal.object) == ("contacts", "deals")
    assert found.deal.people == {LINK: "contacts"}
    assert (found.touch["t"].object, found.activity["c"].object) == ("meetings", "calls")
    assert found.activity["c"].people == {LINK: ["contacts"], "contact": ["contacts"]}


@pytest.mark.parametrize("name", ["lead", "LEAD", "Lead"])
def test_salesforce_objects_have_one_name_whatever_their_case(name: str) -> None:
    assert Salesforce.canonical(name) == "Lead"
    assert Salesforce.canonical("Own__c") == "Own__c"


@pytest.mark.parametrize(
    ("zone", "noon"),
    [
        ("UTC", "2026-03-02T12:00:00+00:00"),
        ("Europe/Berlin", "2026-03-02T11:00:00+00:00"),
        ("Pacific/Auckland", "2026-03-01T23:00:00+00:00"),
        ("Pacific/Honolulu", "2026-03-02T22:00:00+00:00"),
        ("America/New_York", "2026-03-02T17:00:00+00:00"),
    ],
)
def test_a_touch_of_which_the_day_alone_is_told_is_at_the_companys_noon(
    zone: str, noon: str
) -> None:
    spec = TouchMap(object="CampaignMember", kind="campaign", at="Day", people={"LeadId": "Lead"})
    told = Record(obj="CampaignMember", id="1", values={"Day": date(2026, 3, 2), "LeadId": "7"})
    found = touch("sales", spec, told, ZoneInfo(zone))
    assert found is not None
    assert found.at.isoformat() == noon
