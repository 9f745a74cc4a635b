"""What only a real Tryton shows: closed records, a hand-off of two records, look-ups."""

from __future__ import annotations

import uuid

import pytest

from crmbridge.errors import AuthFailed, RefusalCause
from crmbridge.model.record import Outcome, Row, Value
from crmbridge.testing.contract import Fault, Trouble
from crmbridge.testing.contract.base import connected, drain, follow, ids, leaked
from tests.tryton.accounts import OBJECT, TrytonAccount
from tests.tryton.server import PASSWORD

pytestmark = pytest.mark.slow


def row(record: str = "", key: str = "", **values: Value) -> Row:
    return Row(op=str(uuid.uuid4()), key=key or str(uuid.uuid4()), id=record, values=values)


def parties(account: TrytonAccount) -> list[str]:
    """The names of all parties, without the company's own."""
    asked = [[["id", ">", 2]], 0, None, [["id", "ASC"]], ["name"]]
    return [one["name"] for one in account.server.rpc("model.party.party.search_read", *asked)]


def test_a_closed_record_is_told_as_closed_and_spoils_no_other(account: TrytonAccount) -> None:
    closed, open_, bad = account.seed(3)
    account.server.step("lost", closed)
    with connected(account) as connector:
        rows = [row(one, comment="x") for one in (closed, open_)]
        told = connector.write(OBJECT, [*rows, row(bad, employee="999")])
    assert [(r.outcome, r.cause, r.field) for r in told] == [
        (Outcome.REFUSED, RefusalCause.LOCKED, "comment"),
        (Outcome.DONE, None, ""),
        (Outcome.REFUSED, RefusalCause.OWNER, "employee"),
    ]
    assert account.server.opportunities("comment")[open_]["comment"] == "x"


def test_a_closed_record_takes_fields_with_the_step_that_opens_it(account: TrytonAccount) -> None:
    (record,) = account.seed(1)
    account.server.write(record, lost_reason="No budget")
    account.server.step("lost", record)
    with connected(account) as connector:
        values: dict[str, Value] = {"state": "lead", "lost_reason": None, "employee": "1"}
        (told,) = connector.write(OBJECT, [row(record, **values)])
        assert told.outcome is Outcome.DONE, told
        (told,) = connector.write(OBJECT, [row(record, state="cancelled")])
        assert told.outcome is Outcome.DONE, told
        (told,) = connector.write(OBJECT, [row(record, state="opportunity")])
        assert (told.outcome, told.field) == (Outcome.REFUSED, "state")
    held = account.server.opportunities("state", "lost_reason", "employee")[record]
    assert (held["state"], held["lost_reason"], held["employee"]) == ("cancelled", None, 1)


def test_a_change_of_the_party_or_of_its_address_is_a_change(account: TrytonAccount) -> None:
    first, second = account.seed(2)
    account.settle()
    with connected(account) as connector:
        _, cursor = drain(connector, account)
        account.settle()
        party = account.server.opportunities("party")[second]["party"]
        asked = [[["party", "=", party]], 0, None, None, ["id"]]
        (way,) = account.server.rpc("model.party.contact_mechanism.search_read", *asked)
        new = {"value": "new@changed.example"}
        account.server.rpc("model.party.contact_mechanism.write", [way["id"]], new)
        records, _ = follow(connector, account, cursor)
    assert {r.id: r.values["email"] for r in records} == {second: "new@changed.example"}
    assert first


def test_a_hand_off_that_is_cut_between_its_two_records_makes_each_once(
    account: TrytonAccount,
) -> None:
    rows = [row(name=f"P{n}", email=f"p{n}@cut.example", key=f"k{n}") for n in range(3)]
    account.fault([Fault(trouble=Trouble.RESET, on="write", times=1)])
    with connected(account) as connector:
        told = connector.write(OBJECT, rows)
        assert {r.outcome for r in told} == {Outcome.UNKNOWN}
        assert (parties(account), account.truth()) == (["P0", "P1", "P2"], {})
        account.fault(())
        told = connector.write(OBJECT, rows)
        assert {r.outcome for r in told} == {Outcome.DONE}
    assert parties(account) == ["P0", "P1", "P2"]
    assert len(account.truth()) == 3


def test_a_new_lead_of_a_known_party_joins_it_whatever_its_capitals(
    account: TrytonAccount,
) -> None:
    account.server.parties({"Ann.Kern@Known.example": "Dr. Ann Kern"})
    values: dict[str, Value] = {"name": "Ann Kern", "email": "ann.kern@known.example"}
    with connected(account) as connector:
        (told,) = connector.write(OBJECT, [row(phone="+49 30 901820", **values)])
        (again,) = connector.write(OBJECT, [row(**values)])
        (found,) = connector.find(OBJECT, "id", [told.id], ["name", "email", "phone"])
        by_email = connector.find(OBJECT, "email", ["ann.kern@known.example"], [])
        one = connector.write(OBJECT, [row(name="Without an address")])
    assert parties(account) == ["Dr. Ann Kern", "Without an address"]
    assert dict(found.values) == {
        "name": "Dr. Ann Kern",
        "email": "Ann.Kern@Known.example",
        "phone": "+49 30 901820",
    }
    assert sorted(ids(by_email)) == [told.id, again.id]
    assert one[0].outcome is Outcome.DONE


def test_many_are_looked_up_by_one_call(account: TrytonAccount) -> None:
    seeded = account.seed(60)
    with connected(account) as connector:
        held = connector.find(OBJECT, "id", seeded[:1], account.fields)
        before = account.calls()
        emails = [str(row["email"]) for row in account.truth().values()]
        found = connector.find(OBJECT, "email", emails, account.fields)
        assert account.calls() - before == 1
    assert len(held) == 1
    assert sorted(ids(found)) == sorted(seeded)


def test_a_wrong_password_is_told_and_not_repeated(account: TrytonAccount) -> None:
    wrong = {**account.credentials(), "PASSWORD": f"{PASSWORD}-wrong"}
    one = account.build(wrong)
    before = account.calls()
    for _ in range(3):
        with pytest.raises(AuthFailed) as caught:
            one.check()
    one.close()
    assert account.calls() - before == 1  # Tryton counts logins that fail
    assert not leaked(f"{caught.value}")
