"""HubSpot's connector keeps the contract against its emulator, and avoids HubSpot's own traps."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.hubspot import HubSpot
from crmbridge.errors import AuthFailed, NotSupported, Refused, Throttled
from crmbridge.model.record import Outcome, Row, Value, Written
from crmbridge.testing.contract import Account, ConnectorContract, drain, follow
from tests.hubspot.account import HubSpotAccount, opened


@pytest.fixture
def portal() -> Iterator[HubSpotAccount]:
    with opened() as found:
        yield found


class TestHubSpot(ConnectorContract):
    """The contract, inherited."""

    @pytest.fixture
    def account(self) -> Iterator[Account]:
        with opened() as found:
            yield found


class TestHubSpotOnVersionThree(ConnectorContract):
    """The contract on the older form of all paths."""

    @pytest.fixture
    def account(self) -> Iterator[Account]:
        with opened() as found:
            found.version = "v3"
            yield found


def row(key: str = "", record: str = "", **values: Value) -> Row:
    return Row(op=str(uuid.uuid4()), key=key or str(uuid.uuid4()), values=values, id=record)


def one(connector: HubSpot, written: Row, obj: str = "contacts") -> Written:
    (result,) = connector.write(obj, [written])
    return result


def ids(found: list[Any]) -> list[str]:
    return [record.id for record in found]


# counts of calls


def test_an_idle_poll_costs_one_call_even_in_a_new_process(portal: HubSpotAccount) -> None:
    portal.seed(3)
    portal.settle()
    connector = portal.connect()
    _, cursor = drain(connector, portal)
    portal.remote.clock(advance=600)
    _, cursor = drain(connector, portal, cursor)
    for polling in (connector, portal.connect()):
        before = portal.calls()
        records, cursor = drain(polling, portal, cursor)
        assert (records, portal.calls() - before) == ([], 1)
        polling.close()


def test_a_backfill_costs_one_call_a_hundred_records(portal: HubSpotAccount) -> None:
    portal.seed(2000)
    connector = portal.connect()
    before = portal.calls()
    records, _ = drain(connector, portal)
    connector.close()
    assert len(records) == 2000
    assert portal.calls() - before <= 20 + 1


@pytest.mark.parametrize("size", [1_000, 10_000])
def test_a_hundred_changes_cost_the_same_calls_in_any_portal(
    portal: HubSpotAccount, size: int
) -> None:
    seeded = portal.seed(size)
    portal.settle()
    connector = portal.connect()
    _, cursor = drain(connector, portal)
    portal.remote.clock(advance=600)
    _, cursor = drain(connector, portal, cursor)
    portal.remote.clock(advance=600)
    changed = seeded[:: size // 100]
    for each in changed:
        portal.edit(each, "Changed")
    portal.settle()
    before = portal.calls()
    records, _ = drain(connector, portal, cursor)
    connector.close()
    assert sorted(ids(records)) == sorted(changed)
    assert portal.calls() - before == 1


def test_twelve_thousand_contacts_of_one_stamp_are_each_read_once(portal: HubSpotAccount) -> None:
    connector = portal.connect()
    _, cursor = drain(connector, portal)
    seeded = portal.seed(12_000)
    portal.settle()
    before = portal.calls()
    records, _ = drain(connector, portal, cursor)
    connector.close()
    assert Counter(ids(records)) == Counter(seeded)
    assert portal.calls() - before <= 60 + 2


# traps of reading


def test_a_record_written_a_moment_ago_is_found_although_search_does_not_know_it(
    portal: HubSpotAccount,
) -> None:
    connector = portal.connect()
    made = one(connector, row("lead-1", email="ann@example.com"))
    by_key = connector.find("contacts", "crmbridge_id", ["lead-1"], ["email"])
    by_mail = connector.find("contacts", "email", ["Ann@Example.com "], ["email"])
    connector.close()
    assert ids(by_key) == ids(by_mail) == [made.id]


@pytest.mark.parametrize(
    "address", ["Ann.Lee@Example.COM", "  ann+x@example.com ", "ann.lée@example.com"]
)
def test_an_address_in_any_dress_is_one_person(portal: HubSpotAccount, address: str) -> None:
    connector = portal.connect()
    made = one(connector, row(email=address))
    again = one(connector, row(email=address.strip().upper()))
    connector.close()
    assert made.outcome is Outcome.DONE
    assert (again.outcome, again.moved_to) == (Outcome.MOVED, ("contacts", made.id))
    assert len(portal.truth()) == 1


@pytest.mark.parametrize("keeps", [False, True], ids=["a third id", "the primary id"])
def test_a_merge_is_followed_by_read_find_and_write(portal: HubSpotAccount, *, keeps: bool) -> None:
    portal.remote.config(merge_keeps_primary=keeps)
    first, second, other = portal.seed(3)
    portal.settle()
    connector = portal.connect()
    _, cursor = drain(connector, portal)
    survivor = portal.merge(first, second)
    assert (survivor == first) is keeps
    records, _ = follow(connector, portal, cursor)
    found = connector.find("contacts", "id", [second, other], ["email"])
    result = one(connector, row(record=second, firstname="New"))
    connector.close()
    told = next(record for record in records if record.id == survivor)
    assert second in told.absorbed
    assert second in next(record for record in found if record.id == survivor).absorbed
    assert (result.outcome, result.moved_to) == (Outcome.MOVED, ("contacts", survivor))


def test_a_chain_of_merges_leads_to_the_last_survivor(portal: HubSpotAccount) -> None:
    first, second, third = portal.seed(3)
    survivor = portal.merge(portal.merge(first, second), third)
    connector = portal.connect()
    found = connector.find("contacts", "id", [first, second, third], ["email"])
    connector.close()
    assert ids(found) == [survivor]
    assert {first, second, third} <= {survivor, *found[0].absorbed}


def test_a_restored_record_is_read_again_under_its_old_id(portal: HubSpotAccount) -> None:
    victim, _ = portal.seed(2)
    portal.settle()
    connector = portal.connect()
    _, cursor = drain(connector, portal)
    portal.delete(victim)
    records, cursor = follow(connector, portal, cursor)
    assert victim not in ids(list(records))
    portal.remote.act("restore", id=victim)
    portal.edit(victim, "Back")
    records, _ = follow(connector, portal, cursor)
    connector.close()
    assert victim in ids(list(records))


def test_a_sweep_of_the_archive_resumes_in_the_middle_and_sees_lower_ids_too(
    portal: HubSpotAccount,
) -> None:
    seeded = portal.seed(250)
    for each in seeded[10:130]:
        portal.delete(each)
    connector = portal.connect()
    first = list(connector.read_deleted("contacts", None))
    rest = list(connector.read_deleted("contacts", first[0].cursor))
    portal.remote.clock(advance=3600)
    portal.delete(seeded[0])
    portal.delete(seeded[130])
    second = list(connector.read_deleted("contacts", first[-1].cursor))
    connector.close()
    assert sorted(r.id for page in first for r in page.records) == sorted(seeded[10:130])
    assert ids(list(rest[0].records)) == ids(list(first[1].records))
    assert {seeded[0], seeded[130]} <= {r.id for page in second for r in page.records}


def test_our_own_writes_that_the_vendor_stamps_again_read_back_as_the_same_values(
    portal: HubSpotAccount,
) -> None:
    portal.remote.config(drift=[2.3, 25])
    connector = portal.connect()
    _, cursor = drain(connector, portal)
    made = one(connector, row(firstname="Ann"))
    first, cursor = follow(connector, portal, cursor)
    second, _ = follow(connector, portal, cursor)
    connector.close()
    assert ids(first) == [made.id]
    assert {dict(record.values)["firstname"] for record in [*first, *second]} == {"Ann"}


def test_ids_past_the_range_of_floats_stay_exact(portal: HubSpotAccount) -> None:
    big = ["9007199254740993", "9007199254740995", "9007199254741011"]
    portal.remote.seed(contacts=[{"id": each, "properties": {}} for each in big])
    portal.settle()
    connector = portal.connect()
    since = '{"v":1,"mode":"search","hi":1,"run":0,"last":""}'
    searched, _ = drain(connector, portal, since)
    listed, _ = drain(connector, portal)
    connector.close()
    assert ids(searched) == ids(listed) == big


def test_the_search_quota_of_the_account_says_wait_a_second(portal: HubSpotAccount) -> None:
    portal.remote.config(limits={"search_secondly": 1})
    connector = portal.connect()
    since = '{"v":1,"mode":"search","hi":1,"run":0,"last":""}'
    drain(connector, portal, since)
    with pytest.raises(Throttled) as caught:
        drain(connector, portal, since)
    connector.close()
    assert (caught.value.retry_after, caught.value.daily) == (1, False)


def test_the_days_quota_is_told_from_the_short_ones(portal: HubSpotAccount) -> None:
    portal.remote.config(limits={"daily": 1})
    connector = portal.connect()
    drain(connector, portal)
    with pytest.raises(Throttled) as caught:
        drain(connector, portal)
    connector.close()
    assert caught.value.daily


def test_a_revoked_token_stops_the_system(portal: HubSpotAccount) -> None:
    portal.remote.config(revoked=[portal.credentials()["ACCESS_TOKEN"]])
    connector = portal.connect()
    with pytest.raises(AuthFailed):
        connector.check()
    with pytest.raises(AuthFailed):
        connector.write("contacts", [row(firstname="A")])
    connector.close()


# traps of writing


@pytest.mark.parametrize("backward", [False, True], ids=["off", "on"])
def test_a_lifecycle_stage_goes_back_only_when_the_company_says_so(
    portal: HubSpotAccount, *, backward: bool
) -> None:
    connector = portal.connect(lifecycle_backward=backward)
    made = one(connector, row("lead-1", lifecyclestage="customer", firstname="A"))
    before = portal.calls()
    result = one(connector, row("lead-1", made.id, lifecyclestage="lead", firstname="B"))
    calls = portal.calls() - before
    connector.close()
    assert result.outcome is Outcome.DONE
    assert portal.truth()[made.id]["lifecyclestage"] == ("lead" if backward else "customer")
    assert portal.truth()[made.id]["firstname"] == "B"
    assert (result.code == "LIFECYCLE_KEPT") is not backward
    assert calls == (5 if backward else 2)


def test_a_lifecycle_stage_goes_forward_without_more_ado(portal: HubSpotAccount) -> None:
    connector = portal.connect(lifecycle_backward=True)
    made = one(connector, row("lead-1", lifecyclestage="lead"))
    result = one(connector, row("lead-1", made.id, lifecyclestage="customer"))
    connector.close()
    assert (result.outcome, result.code) == (Outcome.DONE, "")
    assert portal.truth()[made.id]["lifecyclestage"] == "customer"


NOT_KNOWN = "not known"


@pytest.mark.parametrize(
    ("known", "wanted", "calls"),
    [
        ("lead", "customer", 1),
        ("lead", "lead", 1),
        (None, "subscriber", 1),
        (None, "customer", 1),
        ("customer", "lead", 5),
        ("4711", "customer", 2),
        (NOT_KNOWN, "customer", 2),
    ],
)
def test_a_stage_is_read_back_only_where_it_may_have_been_kept(
    portal: HubSpotAccount, known: str | None, wanted: str, calls: int
) -> None:
    connector = portal.connect(lifecycle_backward=True)
    holds = known if known in (None, "customer") else "lead"
    made = one(connector, row("lead-1", lifecyclestage=holds))
    before = {} if known == NOT_KNOWN else {"lifecyclestage": known}
    written = replace(row("lead-1", made.id, lifecyclestage=wanted), before=before)
    asked = portal.calls()
    result = one(connector, written)
    assert portal.calls() - asked == calls
    connector.close()
    assert result.outcome is Outcome.DONE
    assert portal.truth()[made.id]["lifecyclestage"] == wanted


def test_the_stage_of_a_contact_that_we_made_is_not_read_back(portal: HubSpotAccount) -> None:
    connector = portal.connect(lifecycle_backward=True)
    before = portal.calls()
    made = one(connector, row("lead-1", lifecyclestage="customer"))
    assert (made.created, portal.calls() - before) == (True, 1)
    # by the same key again there is one already, and nobody said what it holds
    again = one(connector, row("lead-1", lifecyclestage="opportunity"))
    connector.close()
    assert (again.created, portal.calls() - before) == (False, 6)
    assert portal.truth()[made.id]["lifecyclestage"] == "opportunity"


def test_an_address_that_another_contact_holds_beside_its_own_names_that_contact(
    portal: HubSpotAccount,
) -> None:
    first, second = portal.seed(2)
    address = str(portal.truth()[second]["email"])
    survivor = portal.merge(first, second)
    connector = portal.connect()
    result = one(connector, row(email=address, firstname="New"))
    connector.close()
    assert (result.outcome, result.moved_to) == (Outcome.MOVED, ("contacts", survivor))
    assert set(portal.truth()) == {survivor}


def test_an_unknown_property_refuses_its_rows_and_no_others(portal: HubSpotAccount) -> None:
    connector = portal.connect()
    rows = [row(firstname=f"N{n}") for n in range(20)]
    rows[7] = row(firstname="N7", no_such_property="x")
    before = portal.calls()
    results = connector.write("contacts", rows)
    connector.close()
    refused = [n for n, result in enumerate(results) if result.outcome is Outcome.REFUSED]
    assert refused == [7]
    assert (results[7].code, results[7].field) == ("PROPERTY_DOESNT_EXIST", "no_such_property")
    assert portal.calls() - before <= 2 * 5 + 1
    assert len(portal.truth()) == 19


def test_ten_bad_rows_in_a_thousand_are_the_only_ones_refused(portal: HubSpotAccount) -> None:
    connector = portal.connect()
    rows = [row(firstname=f"N{n}", x_number=n) for n in range(1000)]
    for n in range(5, 1000, 100):
        rows[n] = row(firstname=f"N{n}", x_number="1,5")
    results = connector.write("contacts", rows)
    connector.close()
    refused = [n for n, result in enumerate(results) if result.outcome is Outcome.REFUSED]
    assert refused == list(range(5, 1000, 100))
    assert len(portal.truth()) == 990
    assert all("1,5" not in result.message for result in results)


# other objects


def test_deals_are_written_with_their_contacts_and_read_with_them(portal: HubSpotAccount) -> None:
    people = portal.seed(3)
    portal.settle()
    connector = portal.connect()
    values: dict[str, Value] = {"dealname": "Big", "dealstage": "appointmentscheduled"}
    made = one(
        connector, row("d-1", **values, **{"associations.contacts": tuple(people[:2])}), "deals"
    )
    bare = one(connector, row("d-2", **values), "deals")
    fields = ("dealname", "associations.contacts")
    (page,) = connector.read("deals", fields, None)
    names = {field.name for field in connector.describe("deals")}
    connector.close()
    assert (made.outcome, bare.outcome) == (Outcome.DONE, Outcome.DONE)
    linked = {record.id: record.values["associations.contacts"] for record in page.records}
    assert set(linked[made.id]) == set(people[:2])  # type: ignore[arg-type]
    assert linked[bare.id] == ()
    assert set(fields) <= names


def test_owners_come_with_the_deactivated_ones(portal: HubSpotAccount) -> None:
    portal.remote.seed(
        owners=[
            {"id": "11", "email": "a@example.com", "firstName": "A", "lastName": "B"},
            {"id": "12", "email": "c@example.com", "archived": True},
        ]
    )
    connector = portal.connect()
    (page,) = connector.read("owners", ("id", "email", "active"), None)
    again = list(connector.read("owners", ("id", "active"), page.cursor))
    connector.close()
    assert {r.id: r.values["active"] for r in page.records} == {"11": True, "12": False}
    assert len(again[0].records) == 2


FORM = "11111111-2222-3333-4444-555555555555"
FIRST = 1_790_000_000_000


def submit(portal: HubSpotAccount, numbers: range) -> None:
    portal.remote.seed(
        form_submissions=[
            {
                "formId": FORM,
                "submittedAt": FIRST + n * 60_000,
                "values": [
                    {"name": "email", "value": f"P{n}@example.com"},
                    {"name": "topic", "value": "pricing"},
                ],
                "pageUrl": f"https://www.example.com/{n}",
            }
            for n in numbers
        ]
    )


@pytest.fixture
def form(portal: HubSpotAccount) -> str:
    portal.remote.seed(forms=[{"id": FORM, "name": "Demo"}])
    submit(portal, range(120))
    return f"form:{FORM}"


def test_submissions_are_read_once_each_newest_first(portal: HubSpotAccount, form: str) -> None:
    connector = portal.connect()
    pages = list(connector.read(form, (), None))
    connector.close()
    records = [record for page in pages for record in page.records]
    assert len(pages) == 3
    assert len({record.id for record in records}) == len(records) == 120
    newest = records[0]
    assert newest.values["email"] == newest.values["field.email"].lower() == "p119@example.com"  # type: ignore[union-attr]
    assert newest.values["field.topic"] == "pricing"
    assert newest.values["page_url"] == "https://www.example.com/119"
    assert newest.values["submitted_at"] == newest.changed_at
    assert newest.values["form"] == FORM


def test_submissions_go_on_from_any_page_and_stop_at_the_known_ones(
    portal: HubSpotAccount, form: str
) -> None:
    connector = portal.connect()
    pages = list(connector.read(form, (), None))
    rest = list(connector.read(form, (), pages[0].cursor))
    assert len([r for page in rest for r in page.records]) == 70
    assert rest[-1].cursor == pages[-1].cursor
    submit(portal, range(120, 190))
    new = list(connector.read(form, ("email",), pages[-1].cursor))
    before = portal.calls()
    idle = list(connector.read(form, ("email",), new[-1].cursor))
    calls = portal.calls() - before
    known = {field.name for field in connector.describe(form)}
    connector.close()
    found = [r.values["email"] for page in new for r in page.records]
    assert {f"p{n}@example.com" for n in range(120, 190)} <= set(found)
    assert len(found) <= 73
    assert calls == 1
    assert len(idle[0].records) <= 3
    assert {"submitted_at", "email", "page_url", "form", "field.topic"} <= known


def test_people_enter_and_leave_a_nurture_list(portal: HubSpotAccount) -> None:
    people = portal.seed(3)
    portal.remote.seed(lists=[{"name": "Nurture", "processingType": "MANUAL", "listId": "41"}])
    connector = portal.connect()
    told = connector.enroll("Nurture", [*people[:2], "999"], [])
    again = connector.enroll("41", people[:1], people[1:2])
    connector.close()
    assert told[people[0]] == told[people[1]] == again[people[0]] == again[people[1]] == "done"
    assert told["999"] != "done"
    (found,) = portal.remote.state("lists")
    assert [str(member) for member in _members(found)] == people[:1]


def _members(found: dict[str, Any]) -> list[Any]:
    return [m["id"] if isinstance(m, dict) else m for m in found["members"]]


def test_a_list_that_the_vendor_fills_takes_nobody(portal: HubSpotAccount) -> None:
    portal.remote.seed(lists=[{"name": "Active", "processingType": "DYNAMIC"}])
    connector = portal.connect()
    with pytest.raises(NotSupported, match="static"):
        connector.enroll("Active", portal.seed(1), [])
    with pytest.raises(Refused, match="Nowhere"):
        connector.enroll("Nowhere", portal.seed(1), [])
    connector.close()
