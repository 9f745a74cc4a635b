"""Held work ends by itself when its cause is gone, and stays while it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.testing.sandbox import sandbox
from tests.stages.places import AL, JO, START
from tests.stages.play import Play, begun, opened
from tests.stages.rest import conflict, edit, kinds, ready, rest, retouch, two_records

Way = Callable[[Play], None]


def _files(acme: CompanyFiles, **authority: str) -> CompanyFiles:
    kept = {k: v for k, v in acme.mapping.authority.items() if k != "phone"} | authority
    return replace(acme, mapping=acme.mapping.model_copy(update={"authority": kept}))


@pytest.fixture
def play(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """Acme, whose files name no winner for a phone number."""
    files = _files(acme)
    with begun(files, tmp_path) as made:
        made.box.sales.config(multicurrency=True)
        made.go_live()
        yield made


def _second(play: Play, email: str = JO) -> str:
    """The lead of this address that carries no key of ours."""
    rows = [one for one in play.sf() if (one.get("Email") or "").lower() == email]
    return next(str(one["Id"]) for one in rows if not one.get("CrmBridge_Id__c"))


def _first(play: Play) -> str:
    rows = [one for one in play.sf() if one.get("CrmBridge_Id__c")]
    return str(rows[0]["Id"])


def second_deleted(play: Play) -> None:
    play.box.sales.act("delete", object="Lead", id=_second(play))


def first_deleted(play: Play) -> None:
    play.box.sales.act("delete", object="Lead", id=_first(play))


def merged(play: Play) -> None:
    play.box.sales.act("merge", winner=_first(play), losers=[_second(play)])


def merged_the_other_way(play: Play) -> None:
    play.box.sales.act("merge", winner=_second(play), losers=[_first(play)])


def second_is_another(play: Play) -> None:
    fields = {"Email": "someone@else.example"}
    play.box.sales.act("edit", object="Lead", id=_second(play), fields=fields)


def address_taken(play: Play) -> None:
    ready(play, "al")
    rest(play)
    edit(play, AL, Email=JO)


def _of_al(play: Play) -> str:
    return next(str(one["Id"]) for one in play.sf() if one["FirstName"] == "Al")


def put_back(play: Play) -> None:
    play.box.sales.act("edit", object="Lead", id=_of_al(play), fields={"Email": AL})


def thrown_away(play: Play) -> None:
    play.box.sales.act("delete", object="Lead", id=_of_al(play))


def made_one(play: Play) -> None:
    other = next(str(one["Id"]) for one in play.sf() if one["FirstName"] == "Jo")
    play.box.sales.act("merge", winner=other, losers=[_of_al(play)])
    play.box.marketing.act("merge", primary=play.person(JO)["id"], other=play.person(AL)["id"])


def made_equal_by_sales(play: Play) -> None:
    edit(play, JO, Phone="+49 30 1")


def made_equal_by_marketing(play: Play) -> None:
    retouch(play, JO, phone="+49 30 2")


def missing_reason(play: Play) -> None:
    play.box.sales.act("reject", id=play.lead(JO)["Id"])


def worked_again(play: Play) -> None:
    edit(play, JO, Status="Working - Contacted")


def won_after_all(play: Play) -> None:
    play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 10})
    (deal,) = play.sf("Opportunity")
    play.box.sales.act("close_deal", id=deal["Id"], won=True)


def lost_without_a_word(play: Play) -> None:
    play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 10})
    (deal,) = play.sf("Opportunity")
    play.later(minutes=5)
    rest(play)
    play.box.sales.act("close_deal", id=deal["Id"], won=False)


def won_for_lost(play: Play) -> None:
    (deal,) = play.sf("Opportunity")
    fields = {"StageName": "Closed Won"}
    play.box.sales.act("edit", object="Opportunity", id=deal["Id"], fields=fields)


def no_rate(play: Play) -> None:
    play.box.sales.act(
        "convert", id=play.lead(JO)["Id"], opportunity={"Amount": 10, "CurrencyIsoCode": "EUR"}
    )
    (person,) = play.sf("Contact")
    fields = {
        "Name": "two",
        "StageName": "Closed Won",
        "CloseDate": "2026-03-02",
        "Amount": 7,
        "CurrencyIsoCode": "USD",
    }
    made = play.box.sales.act("create", object="Opportunity", fields=fields)
    role = {"OpportunityId": made["id"], "ContactId": person["Id"]}
    play.box.sales.act("create", object="OpportunityContactRole", fields=role)
    for deal in play.sf("Opportunity"):
        play.box.sales.act("close_deal", id=deal["Id"], won=True)


def _dollars(play: Play) -> str:
    rows = [one for one in play.sf("Opportunity") if one.get("CurrencyIsoCode") == "USD"]
    return str(rows[0]["Id"])


def in_one_currency(play: Play) -> None:
    fields = {"CurrencyIsoCode": "EUR"}
    play.box.sales.act("edit", object="Opportunity", id=_dollars(play), fields=fields)


def one_is_lost(play: Play) -> None:
    fields = {"StageName": "Closed Lost"}
    play.box.sales.act("edit", object="Opportunity", id=_dollars(play), fields=fields)


def one_is_deleted(play: Play) -> None:
    play.box.sales.act("delete", object="Opportunity", id=_dollars(play))


WAYS: dict[Way, tuple[Way, ...]] = {
    two_records: (
        second_deleted,
        first_deleted,
        merged,
        merged_the_other_way,
        second_is_another,
    ),
    address_taken: (put_back, thrown_away, made_one),
    conflict: (made_equal_by_sales, made_equal_by_marketing),
    missing_reason: (worked_again, won_after_all),
    lost_without_a_word: (won_for_lost,),
    no_rate: (in_one_currency, one_is_lost, one_is_deleted),
}
"""What holds a lead, and all that people do about it."""
KIND = {lost_without_a_word: "missing_reason"}


@pytest.mark.parametrize(
    ("cause", "end"), [(cause, end) for cause, ends in WAYS.items() for end in ends]
)
def test_what_is_held_ends_with_its_cause_and_not_before(play: Play, cause: Way, end: Way) -> None:
    kind = KIND.get(cause, cause.__name__)
    ready(play, "jo")
    rest(play)
    play.later(hours=1)
    cause(play)
    play.later(hours=1)
    rest(play)
    assert kind in kinds(play)
    retouch(play, JO, jobtitle="Head")  # whatever else changes, the question stands
    play.later(hours=1)
    rest(play)
    assert kind in kinds(play)
    end(play)
    play.later(hours=1)
    rest(play)
    play.later(hours=1)
    rest(play)
    assert kind not in kinds(play)


def _without(files: CompanyFiles, status: str, reason: str) -> CompanyFiles:
    """The same company, whose mapping knows one status and one reason less."""
    sales = files.mapping.sales
    assert sales.lead.status is not None
    known = sales.lead.status
    types = {k: v for k, v in known.types.items() if k != status}
    reasons = {k: v for k, v in known.reason.values.items() if k != reason}
    less = known.model_copy(
        update={"types": types, "reason": known.reason.model_copy(update={"values": reasons})}
    )
    lead = sales.lead.model_copy(update={"status": less})
    mapping = files.mapping.model_copy(update={"sales": sales.model_copy(update={"lead": lead})})
    return replace(files, mapping=mapping)


def test_a_word_that_the_mapping_learns_is_held_no_more(acme: CompanyFiles, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    poorer = _without(acme, "Working - Contacted", "Bad timing")
    with sandbox(acme.mapping, acme.teams, at=START) as box:
        with opened(poorer, box, ledger) as company:
            play = Play(company=company, box=box)
            play.go_live()
            ready(play, "jo", "al")
            rest(play)
            play.later(hours=1)
            edit(play, JO, Status="Working - Contacted")
            refused = {"Status": "Closed - Not Converted", "Rejection_Reason__c": "Bad timing"}
            edit(play, AL, **refused)
            play.later(hours=1)
            rest(play)
            assert {"unmapped_status", "unmapped_reason"} <= set(kinds(play))
        with opened(acme, box, ledger) as company:
            play = Play(company=company, box=box)
            rest(play)
            assert not {"unmapped_status", "unmapped_reason"} & set(kinds(play))


@pytest.mark.parametrize(("winner", "phone"), [("sales", "+49 30 2"), ("marketing", "+49 30 1")])
def test_a_winner_that_the_mapping_names_ends_a_conflict(
    acme: CompanyFiles, tmp_path: Path, winner: str, phone: str
) -> None:
    ledger = tmp_path / "ledger.db"
    with sandbox(acme.mapping, acme.teams, at=START) as box:
        with opened(_files(acme), box, ledger) as company:
            play = Play(company=company, box=box)
            play.go_live()
            ready(play, "jo")
            rest(play)
            play.later(hours=1)
            conflict(play)
            play.later(hours=1)
            rest(play)
            assert kinds(play) == {"conflict": 1}
            assert play.lead(JO)["Phone"] == "+49 30 2"
            assert play.person(JO)["phone"] == "+49 30 1"
        with opened(_files(acme, phone=winner), box, ledger) as company:
            play = Play(company=company, box=box)
            rest(play)
            play.later(hours=1)
            rest(play)
            assert not kinds(play)
            assert (play.lead(JO)["Phone"], play.person(JO)["phone"]) == (phone, phone)


def test_a_second_record_takes_the_place_of_the_first_when_that_is_deleted(play: Play) -> None:
    """Nobody is handed over to nobody, again and again, because a double waits for its question."""
    two_records(play)
    two_records(play)
    ready(play, "jo")
    rest(play)
    play.later(hours=1)
    while [one for one in play.sf() if not one["IsDeleted"]][1:]:
        ident = next(str(one["Id"]) for one in play.sf() if not one["IsDeleted"])
        play.box.sales.act("delete", object="Lead", id=ident)
        for _ in range(2):
            play.later(hours=1)
            rest(play)
    (last,) = [one for one in play.sf() if not one["IsDeleted"]]
    assert last["CrmBridge_Id__c"] == play.person(JO)["crmbridge_id"]
    assert not kinds(play)
