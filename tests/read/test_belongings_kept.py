"""To which account a person belonged, from when until when, and who changed their record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from crmbridge.company import Company
from crmbridge.mapping import translate
from crmbridge.mapping.schema import DealMap, PersonMap
from crmbridge.model.deal import Deal, DealState
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import Belongs, DealSeen, RecordSeen
from crmbridge.model.record import Record, Value
from crmbridge.report.explain.history import history
from crmbridge.store import firms
from crmbridge.store.seen_rows import BelongingRow
from tests.stages.kept import entries, is_rebuilt, kept, rows
from tests.stages.places import START
from tests.stages.play import Play
from tests.stages.still import seen

BORN = START - timedelta(days=30)


def ref(obj: str, ident: str) -> Ref:
    return Ref(system="sales", obj=obj, id=ident)


JO = ref("Contact", "003A")
ANN = ref("User", "005A")
PERSON: dict[str, Any] = {
    **{"object": "Contact", "created": "CreatedDate", "fields": {"email": "Email"}},
    **{"account_ref": "AccountId", "account_object": "Account", "changed_by": "ChangedBy"},
}


def jo(hours: int = 0, account: str | None = "001A", **more: Any) -> Sighting:
    """A version of a person's record; an account of `None` is one that the vendor hides."""
    raw: dict[str, Value] = {"Email": "jo@firm.example"}
    if account is not None:
        raw["AccountId"] = account or None
    given: dict[str, Any] = {
        **{"ref": JO, "values": {"email": "jo@firm.example"}, "raw": raw, "created_at": BORN},
        **{"changed_at": START + timedelta(hours=hours), "account_seen": account is not None},
        **{"account": ref("Account", account) if account else None},
    }
    return Sighting(**given | more)


def periods(company: Company, person: Ref = JO) -> list[tuple[str, datetime, datetime | None]]:
    with company.ledger.read() as tx:
        found = firms.belongings_of(tx, [str(person)]).get(str(person), [])
    return [(one.account.split(":")[-1], one.since, one.until) for one in found]


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


@pytest.fixture
def company(play: Play) -> Company:
    seen(play.company, [jo()])
    return play.company


def test_account_and_who_changed_it_are_read() -> None:
    spec = PersonMap.model_validate(PERSON)
    values: dict[str, Value] = {"Email": "jo@firm.example", "AccountId": "001A", "ChangedBy": 5}
    record = Record(obj="Contact", id="003A", values=values)
    found = translate.sighting("sales", spec, record, "User")
    assert (found.account, found.account_seen) == (ref("Account", "001A"), True)
    assert found.changed_by == ref("User", "5")
    assert found.raw["AccountId"] == "001A"
    assert "ChangedBy" not in found.raw
    assert {"AccountId", "ChangedBy"} <= set(translate.person_fields(spec))
    none = Record(obj="Contact", id="003A", values={"AccountId": None})
    assert translate.sighting("sales", spec, none).account_seen
    hidden = translate.sighting("sales", spec, Record(obj="Contact", id="003A"))
    assert (hidden.account, hidden.account_seen, hidden.changed_by) == (None, False, None)


def test_users_of_another_object_may_change_a_record() -> None:
    spec = PersonMap.model_validate({**PERSON, "changed_by_object": "users"})
    record = Record(obj="Contact", id="003A", values={"ChangedBy": "5"})
    assert translate.sighting("sales", spec, record, "owners").changed_by == ref("users", "5")
    assert translate.sighting(
        "sales", PersonMap.model_validate(PERSON), record, "owners"
    ).changed_by == ref("owners", "5")
    assert translate.deal_fields(
        DealMap(object="d", amount="a", is_won="w", is_closed="c", changed_by="u")
    ) == ("a", "w", "c", "u")


def test_the_first_account_is_theirs_since_their_record_was_made(company: Company) -> None:
    assert periods(company) == [("001A", BORN, None)]
    assert is_rebuilt(company)


def test_the_same_and_a_hidden_account_leave_no_entry(company: Company) -> None:
    seen(company, [jo(1), jo(2, None, raw={"Email": "jo2@firm.example"})])
    assert len(kept(company, Belongs)) == 1
    assert periods(company) == [("001A", BORN, None)]


def test_an_account_that_a_new_line_of_the_mapping_tells_is_news_once(play: Play) -> None:
    before = jo(account=None, raw={"Email": "jo@firm.example", "AccountId": "001A"})
    seen(play.company, [before])
    assert periods(play.company) == []
    seen(play.company, [jo(), jo()])
    assert periods(play.company) == [("001A", BORN, None)]
    assert len(kept(play.company, Belongs)) == 1
    assert is_rebuilt(play.company)


def test_a_change_ends_one_period_and_begins_the_next(company: Company) -> None:
    seen(company, [jo(1, "001B")])
    assert periods(company) == [("001A", BORN, at(1)), ("001B", at(1), None)]
    seen(company, [jo(2, "")])
    assert periods(company) == [("001A", BORN, at(1)), ("001B", at(1), at(2))]
    seen(company, [jo(3, "001A")])
    assert periods(company)[-1] == ("001A", at(3), None)
    assert [str(one.account or "") for one in kept(company, Belongs)] == [
        "sales:Account:001A",
        "sales:Account:001B",
        "",
        "sales:Account:001A",
    ]
    assert is_rebuilt(company)


def test_two_changes_of_one_page_and_one_stamp_are_two_periods(company: Company) -> None:
    seen(company, [jo(1, "001B"), jo(1, "001C")])
    just_after = at(1) + timedelta(microseconds=1)
    assert periods(company) == [
        ("001A", BORN, at(1)),
        ("001B", at(1), just_after),
        ("001C", just_after, None),
    ]
    assert is_rebuilt(company)


def test_an_older_version_is_ignored(company: Company) -> None:
    seen(company, [jo(2, "001B")])
    seen(company, [jo(1, "001C")])
    assert [one[0] for one in periods(company)] == ["001A", "001B"]


def test_who_is_deleted_belongs_nowhere_until_they_are_restored(company: Company) -> None:
    seen(company, [jo(1, deleted=True)])
    assert periods(company) == [("001A", BORN, at(1))]
    seen(company, [jo(2)])
    assert periods(company) == [("001A", BORN, at(1)), ("001A", at(2), None)]
    assert is_rebuilt(company)


def test_a_record_that_was_merged_away_belongs_nowhere(company: Company) -> None:
    other = ref("Contact", "003B")
    raw: dict[str, Value] = {"Email": "jo.b@firm.example", "AccountId": "001B"}
    values: dict[str, Value] = {"email": "jo.b@firm.example"}
    account = {"account": ref("Account", "001B")}
    seen(company, [jo(ref=other, raw=raw, values=values, **account)])
    assert periods(company, other) == [("001B", BORN, None)]
    seen(company, [jo(1, absorbed=(other,))])
    ((_, _, until),) = periods(company, other)
    assert until is not None
    assert periods(company) == [("001A", BORN, None)]
    assert is_rebuilt(company)


def test_who_belongs_to_an_account_is_found_and_told(company: Company) -> None:
    seen(company, [jo(1, "001B")])
    with company.ledger.read() as tx:
        found = firms.belongings_to(tx, ["sales:Account:001A", "sales:Account:001B", "x"])
        assert {name: [one.person for one in some] for name, some in found.items()} == {
            "sales:Account:001A": [str(JO)],
            "sales:Account:001B": [str(JO)],
        }
        ((event, _), *_) = entries(company, Belongs)
        lines = [one["line"] for one in history(tx, event.lead)]
    assert "sales:Contact:003A belongs to sales:Account:001B" in lines
    assert len(rows(company, BelongingRow)) == 2


def test_who_changed_what_is_kept_with_the_change_and_is_none_by_itself(company: Company) -> None:
    seen(company, [jo(1, "001B", changed_by=ANN), jo(2, "001B", changed_by=ref("User", "005B"))])
    assert [one.changed_by for one in kept(company, RecordSeen)] == [ANN]
    deal = Deal(ref=ref("Opportunity", "006A"), state=DealState.OPEN, changed_by=ANN)
    seen(company, [deal])
    seen(company, [Deal(ref=deal.ref, state=DealState.OPEN, changed_by=ref("User", "005B"))])
    assert [one.changed_by for one in kept(company, DealSeen)] == [ANN]
