"""An opt-out goes the way HubSpot documents: by address, one call a person, and never back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from connectors.hubspot import HubSpot
from crmbridge.errors import AuthFailed, Throttled
from crmbridge.model.record import Outcome, Row, Value, Written
from crmbridge.testing.emulator.vendor import Request, Response
from tests.contract.scripted import scripted
from tests.hubspot.account import TOKEN, HubSpotAccount, opened

OPTED = "hs_email_optout"
RECORDS = "POST /crm/objects/2026-09/contacts/batch/up*"
OPT_OUTS = "consent.optout"


@pytest.fixture
def portal() -> Iterator[HubSpotAccount]:
    with opened(optout_read_only=True) as found:
        yield found


def row(record: str = "", key: str = "", **values: Value) -> Row:
    return Row(
        op=str(uuid.uuid4()),
        key=key or str(uuid.uuid4()),
        values={OPTED: True, **values},
        id=record,
    )


def write(portal: HubSpotAccount, *rows: Row, **config: Any) -> list[Written]:
    connector = portal.connect(**config)
    try:
        return connector.write("contacts", rows)
    finally:
        connector.close()


def routes(portal: HubSpotAccount) -> list[str]:
    return [str(line["route"]) for line in portal.remote.audit()]


def opted(portal: HubSpotAccount, *records: str) -> list[bool]:
    return [portal.truth()[record].get(OPTED) == "true" for record in records]


# what is sent


@pytest.mark.parametrize("version", ["2026-09", "v3"])
def test_an_opt_out_and_the_rest_of_its_row_go_by_their_own_calls(
    portal: HubSpotAccount, version: str
) -> None:
    portal.version = version
    (own,) = portal.seed(1)
    (result,) = write(portal, row(own, firstname="New"))
    assert (result.outcome, result.id, result.code) == (Outcome.DONE, own, "")
    assert opted(portal, own) == [True]
    assert portal.truth()[own]["firstname"] == "New"


def test_a_row_with_nothing_but_an_opt_out_updates_no_record(portal: HubSpotAccount) -> None:
    (own,) = portal.seed(1)
    portal.remote.empty_audit()
    (result,) = write(portal, row(own))
    assert (result.outcome, result.id) == (Outcome.DONE, own)
    assert opted(portal, own) == [True]
    assert routes(portal) == ["contacts.batch.read", "properties.list", OPT_OUTS]


def test_a_hundred_opt_outs_cost_one_look_up_and_one_call_a_person(portal: HubSpotAccount) -> None:
    seeded = portal.seed(100)
    portal.remote.empty_audit()
    results = write(portal, *(row(own) for own in seeded))
    assert {result.outcome for result in results} == {Outcome.DONE}
    assert [result.id for result in results] == seeded
    assert all(opted(portal, *seeded))
    assert routes(portal).count("contacts.batch.read") == 1
    assert routes(portal).count(OPT_OUTS) == 100


def test_an_address_in_the_row_needs_no_look_up(portal: HubSpotAccount) -> None:
    (own,) = portal.seed(1)
    portal.remote.empty_audit()
    (result,) = write(portal, row(own, email=" Ann+New@Example.COM "))
    assert result.outcome is Outcome.DONE
    assert portal.truth()[own]["email"] == "ann+new@example.com"
    assert opted(portal, own) == [True]
    assert routes(portal) == ["contacts.batch.update", OPT_OUTS]


def test_a_new_contact_is_opted_out_as_soon_as_it_is_there(portal: HubSpotAccount) -> None:
    (result,) = write(portal, row(email="ann.lée@example.com", firstname="Ann"))
    assert (result.outcome, result.created) == (Outcome.DONE, True)
    assert opted(portal, result.id) == [True]


def test_a_contact_known_by_our_key_alone_is_found_by_it(portal: HubSpotAccount) -> None:
    (made,) = write(portal, Row(op="1", key="lead-1", values={"email": "ann@example.com"}))
    written, alone = write(portal, row(key="lead-1", firstname="A"), row(key="lead-1"))
    assert [written.id, alone.id] == [made.id, made.id]
    assert [written.outcome, alone.outcome] == [Outcome.DONE, Outcome.DONE]
    assert opted(portal, made.id) == [True]


def test_two_rows_of_one_address_are_one_call(portal: HubSpotAccount) -> None:
    (own,) = portal.seed(1)
    portal.remote.empty_audit()
    results = write(portal, row(own), row(own, firstname="New"))
    assert {result.outcome for result in results} == {Outcome.DONE}
    assert routes(portal).count(OPT_OUTS) == 1


def test_a_repeated_opt_out_does_no_harm(portal: HubSpotAccount) -> None:
    (own,) = portal.seed(1)
    first, again = write(portal, row(own))[0], write(portal, row(own))[0]
    assert (first.outcome, again.outcome) == (Outcome.DONE, Outcome.DONE)
    assert opted(portal, own) == [True]


def test_the_opt_out_of_a_merged_contact_reaches_the_survivor(portal: HubSpotAccount) -> None:
    first, second = portal.seed(2)
    survivor = portal.merge(first, second)
    alone, more = write(portal, row(second), row(first, firstname="New"))
    assert [alone.outcome, more.outcome] == [Outcome.MOVED, Outcome.MOVED]
    assert alone.moved_to == more.moved_to == ("contacts", survivor)
    assert opted(portal, survivor) == [True]


@pytest.mark.parametrize(
    ("version", "path"),
    [
        ("v3", "/communication-preferences/v4/statuses/a.b+c@x.example/unsubscribe-all"),
        ("2026-09", "/communication-preferences/2026-09/statuses/a.b+c@x.example/unsubscribe-all"),
    ],
)
def test_the_path_follows_the_version_and_names_the_channel(version: str, path: str) -> None:
    with scripted(vendor_of({}), version=version) as (connector, vendor):
        (result,) = connector.write("contacts", [row("1", email="a.b+c@x.example")])
    assert result.outcome is Outcome.DONE
    sent = vendor.requests[-1]
    assert (sent.method, sent.path, sent.one("channel")) == ("POST", path, "EMAIL")


class Counting:
    """A quota that writes down who asks; it may have nothing left but for the most urgent."""

    def __init__(self, *, tight: bool = False) -> None:
        self.tight = tight
        self.asked: list[int] = []

    def take(self, names: Sequence[str], priority: int, cost: int = 1) -> float:
        self.asked.append(priority)
        if self.tight and priority > 0:
            raise Throttled("the day's share is used up", daily=True)
        return 0.0

    def feedback(
        self, name: str, *, retry_after: float | None, remaining: int | None, limit: int | None
    ) -> None:
        return None


def counted(portal: HubSpotAccount, budget: Counting, *rows: Row) -> list[Written]:
    connector = HubSpot(portal.credentials(), {"write_priority": 2}, budget)
    try:
        return connector.write("contacts", rows)
    finally:
        connector.close()


def test_an_opt_out_and_its_look_up_ask_for_quota_first_of_all(portal: HubSpotAccount) -> None:
    (own,) = portal.seed(1)
    budget = Counting()
    (result,) = counted(portal, budget, row(own, firstname="New"))
    assert result.outcome is Outcome.DONE
    assert budget.asked == [2, 0, 0, 0]


def test_an_opt_out_leaves_when_the_quota_has_no_room_for_the_rest(portal: HubSpotAccount) -> None:
    seeded = portal.seed(2)
    results = counted(portal, Counting(tight=True), *(row(own, firstname="N") for own in seeded))
    assert {result.outcome for result in results} == {Outcome.LATER}
    assert opted(portal, *seeded) == [True, True]


# what is refused


def test_a_contact_without_an_address_is_refused_with_advice(portal: HubSpotAccount) -> None:
    portal.remote.seed(contacts=[{"id": "901", "properties": {"firstname": "A"}}])
    alone, more, unknown, broken = write(
        portal, row("901"), row("901", firstname="New"), row(key="nobody"), row(email="no address")
    )
    assert {r.outcome for r in (alone, more, unknown, broken)} == {Outcome.REFUSED}
    assert {r.code for r in (alone, more, unknown)} == {"no_address"}
    assert (alone.field, "give it one" in alone.message) == (OPTED, True)
    assert portal.truth()["901"]["firstname"] == "New"
    assert set(portal.truth()) == {"901"}


@pytest.mark.parametrize("value", [False, None, "", "false", "maybe"])
def test_consent_is_never_given_back_by_us(portal: HubSpotAccount, value: Value) -> None:
    (own,) = portal.seed(1)
    portal.remote.act("opt_out", id=own)
    portal.remote.empty_audit()
    (result,) = write(portal, row(own, firstname="New", hs_email_optout=value))
    assert (result.outcome, result.code, result.field) == (Outcome.REFUSED, "consent", OPTED)
    assert "only the person" in result.message
    assert (routes(portal), opted(portal, own)) == ([], [True])


def test_an_opt_out_leaves_although_the_rest_of_its_row_is_refused(portal: HubSpotAccount) -> None:
    good, bad = portal.seed(2)
    results = write(portal, row(good, firstname="New"), row(bad, x_number="many"))
    assert [result.outcome for result in results] == [Outcome.DONE, Outcome.REFUSED]
    assert results[1].field == "x_number"
    assert opted(portal, good, bad) == [True, True]


def test_a_deleted_contact_is_gone(portal: HubSpotAccount) -> None:
    alone, more, _ = seeded = portal.seed(3)
    for each in seeded[:2]:
        portal.delete(each)
    results = write(portal, row(alone), row(more, firstname="New"))
    assert [result.outcome for result in results] == [Outcome.GONE, Outcome.GONE]


def test_other_objects_have_no_opt_outs(portal: HubSpotAccount) -> None:
    connector = portal.connect()
    deal = row(dealname="Big", dealstage="appointmentscheduled")
    (result,) = connector.write("deals", [deal])
    connector.close()
    assert (result.outcome, result.field) == (Outcome.REFUSED, OPTED)
    assert OPT_OUTS not in routes(portal)


def test_a_token_without_the_scope_is_told_which_one(portal: HubSpotAccount) -> None:
    first, second = portal.seed(2)
    scopes = [
        f"crm.{kind}.contacts.{way}" for kind in ("objects", "schemas") for way in ("read", "write")
    ]
    portal.remote.config(tokens={TOKEN: {"scopes": scopes}})
    portal.remote.empty_audit()
    results = write(portal, row(first, firstname="New"), row(second))
    assert {(r.outcome, r.code) for r in results} == {(Outcome.REFUSED, "MISSING_SCOPES")}
    assert all("communication_preferences.write" in r.message for r in results)
    assert {r.field for r in results} == {OPTED}
    assert portal.truth()[first]["firstname"] == "New"
    assert routes(portal).count(OPT_OUTS) == 1


# what fails


STATUSES = {
    400: (Outcome.REFUSED, "http_400"),
    404: (Outcome.REFUSED, "not_found"),
    423: (Outcome.LATER, "THROTTLED"),
    429: (Outcome.LATER, "THROTTLED"),
    503: (Outcome.LATER, "Unavailable"),
    500: (Outcome.UNKNOWN, "Unknown"),
    502: (Outcome.UNKNOWN, "Unknown"),
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_says_what_became_of_the_opt_out(portal: HubSpotAccount, status: int) -> None:
    alone, more = portal.seed(2)
    portal.remote.faults({"route": OPT_OUTS, "kind": "status", "status": status})
    results = write(portal, row(alone), row(more, firstname="New"))
    assert (results[0].outcome, results[0].code) == STATUSES[status]
    assert {result.id for result in results} <= {"", more}
    assert results[1].outcome is not Outcome.DONE
    assert portal.truth()[more]["firstname"] == "New"
    portal.remote.clear_faults()
    again = write(portal, row(alone), row(more, firstname="New"))
    assert {result.outcome for result in again} == {Outcome.DONE}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset"},
        {"kind": "delay", "seconds": 1.2},
        {"kind": "html", "when": "after"},
        {"kind": "truncated", "when": "after"},
    ],
    ids=lambda fault: str(fault["kind"]),
)
def test_an_opt_out_without_a_clear_answer_is_unknown_and_the_next_ones_wait(
    portal: HubSpotAccount, fault: Mapping[str, Any]
) -> None:
    seeded = portal.seed(3)
    portal.remote.faults({"route": OPT_OUTS, "times": 1, **fault})
    results = write(portal, *(row(own) for own in seeded), patience=0.5)
    assert [r.outcome for r in results] == [Outcome.UNKNOWN, Outcome.LATER, Outcome.LATER]
    assert "example.com" not in repr(results)


def test_one_refused_address_does_not_stop_the_others(portal: HubSpotAccount) -> None:
    seeded = portal.seed(3)
    portal.remote.faults({"route": OPT_OUTS, "kind": "status", "status": 400, "nth": 2})
    results = write(portal, *(row(own) for own in seeded))
    assert [r.outcome for r in results] == [Outcome.DONE, Outcome.REFUSED, Outcome.DONE]
    assert opted(portal, *seeded) == [True, False, True]


@pytest.mark.parametrize(
    ("status", "outcome"), [(500, Outcome.UNKNOWN), (503, Outcome.LATER), (400, Outcome.REFUSED)]
)
def test_the_row_is_as_bad_as_its_worse_half(
    portal: HubSpotAccount, status: int, outcome: Outcome
) -> None:
    (own,) = portal.seed(1)
    portal.remote.faults({"route": RECORDS, "kind": "status", "status": status})
    (result,) = write(portal, row(own, firstname="New"))
    assert result.outcome is outcome
    assert opted(portal, own) == [True]


def test_a_refused_rest_does_not_hide_an_opt_out_that_is_still_to_send(
    portal: HubSpotAccount,
) -> None:
    (own,) = portal.seed(1)
    portal.remote.faults({"route": OPT_OUTS, "kind": "status", "status": 429})
    (result,) = write(portal, row(own, x_number="many"))
    assert (result.outcome, result.retry_after) == (Outcome.LATER, 10.0)


def test_a_look_up_that_fails_puts_off_only_who_needs_it(portal: HubSpotAccount) -> None:
    known, unknown = portal.seed(2)
    portal.remote.faults({"route": "contacts.batch.read", "kind": "status", "status": 503})
    results = write(portal, row(known, email="known@example.com"), row(unknown))
    assert [r.outcome for r in results] == [Outcome.DONE, Outcome.LATER]
    assert opted(portal, known, unknown) == [True, False]


def test_a_rejected_credential_raises_only_before_anything_was_sent(
    portal: HubSpotAccount,
) -> None:
    seeded = portal.seed(2)
    portal.remote.faults({"route": OPT_OUTS, "kind": "status", "status": 401})
    with pytest.raises(AuthFailed):
        write(portal, *(row(own) for own in seeded))
    first, _ = write(portal, row(seeded[0], firstname="New"), row(seeded[1]))
    assert first.outcome is Outcome.LATER
    assert portal.truth()[seeded[0]]["firstname"] == "New"


def vendor_of(body: Mapping[str, Any]) -> Any:
    """Script a vendor that takes every record, and answers opt-outs with this and a whole list."""

    def answer(request: Request) -> Response:
        if "/communication-preferences/" in request.path:
            return Response(body={"status": "COMPLETE", "results": [], **body})
        found = [
            {"id": each["id"], "objectWriteTraceId": each["objectWriteTraceId"], "properties": {}}
            for each in request.json()["inputs"]
        ]
        return Response(body={"status": "COMPLETE", "results": found})

    return answer


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"status": "PENDING"}, Outcome.UNKNOWN),
        ({"results": None}, Outcome.UNKNOWN),
        ({"errors": [{"category": "VALIDATION_ERROR", "message": "a@x.example"}]}, Outcome.REFUSED),
    ],
)
def test_a_success_that_does_not_say_so_is_none(body: Mapping[str, Any], outcome: Outcome) -> None:
    with scripted(vendor_of(body)) as (connector, _):
        (result,) = connector.write("contacts", [row("1", email="a@x.example")])
    assert result.outcome is outcome
    assert "a@x.example" not in repr(result)
