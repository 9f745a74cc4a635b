"""Accounts are told apart by their domain where one is known, and found for a new contact."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from crmbridge.mapping.schema import Mapping
from tests.stages.owners import ANN, BOB, company, org
from tests.stages.play import Play, at_work
from tests.stages.rest import rebuilds_equal, rest, told


def _account(play: Play, name: str, site: str) -> str:
    play.box.sales.seed(Account=[{"Name": name, "Website": site}])
    return str(next(one["Id"] for one in play.sf("Account") if one["Name"] == name))


def _asks(play: Play, email: str, **properties: Any) -> None:
    play.contact(email, **{"firstname": "A", "lastname": "Kern"} | properties)
    play.form(email)
    rest(play)


def test_people_of_one_domain_go_to_one_rep_whatever_they_call_their_firm(tmp_path: Path) -> None:
    with org(tmp_path, ANN, BOB) as play:
        _account(play, "Vogel Pumpen GmbH", "https://www.vogel.example/start")
        rest(play)
        _asks(play, "a@vogel.example", company="Vogel Group")
        _asks(play, "b@vogel.example", company="VP Holding")
        _asks(play, "c@vogel.example", company="n/a")
        _asks(play, "d@home.example", company="Vogel Pumpen")
        reps = [one["rep"] for one in told(play, "handed")]
        assert len(reps) == 4
        assert len(set(reps)) == 1
        assert rebuilds_equal(play)


def test_one_name_with_two_known_domains_is_two_accounts(tmp_path: Path) -> None:
    with org(tmp_path, ANN, BOB) as play:
        _account(play, "Eagle Iowa", "eagle-iowa.example")
        _account(play, "Eagle Texas", "eagle-texas.example")
        rest(play)
        _asks(play, "a@eagle-iowa.example", company="Eagle")
        _asks(play, "b@eagle-texas.example", company="Eagle")
        assert len({one["rep"] for one in told(play, "handed")}) == 2


def test_without_a_known_domain_the_name_decides(tmp_path: Path) -> None:
    with org(tmp_path, ANN, BOB) as play:
        _asks(play, "a@one.example", company="Eagle, Inc.")
        _asks(play, "b@two.example", company="The eagle")
        assert len({one["rep"] for one in told(play, "handed")}) == 1


def test_names_that_name_nothing_are_no_account(tmp_path: Path) -> None:
    with org(tmp_path, ANN, BOB) as play:
        _asks(play, "a@one.example", company="n/a")
        _asks(play, "b@two.example", company="N/A")
        _asks(play, "c@three.example", company="-")
        _asks(play, "d@four.example", company="-")
        reps = [one["rep"] for one in told(play, "handed")]
        assert sorted(reps) == ["ann", "ann", "bob", "bob"]


CONTACTS: dict[str, Any] = {
    "object": "Contact",
    "key": "CrmBridge_Id__c",
    "owner": "OwnerId",
    "account_ref": "AccountId",
    "account_object": "Account",
    "fields": {
        "email": {"field": "Email", "via": "email"},
        "first_name": "FirstName",
        "last_name": {"field": "LastName", "default": "[not given]"},
        "opted_out": "HasOptedOutOfEmail",
    },
}


def _contacts_only(folder: Path) -> Any:
    files = company(ANN)
    raw = files.mapping.model_dump(exclude_unset=True)
    keep = ("connector", "options", "limits", "every", "firm", "rep", "task", "queue")
    raw["sales"] = {name: raw["sales"][name] for name in keep if name in raw["sales"]}
    raw["sales"]["lead"] = CONTACTS
    return at_work(replace(files, mapping=Mapping.model_validate(raw)), folder)


def test_a_new_contact_belongs_to_the_account_with_its_domain_or_its_name(tmp_path: Path) -> None:
    with _contacts_only(tmp_path) as play:
        vogel = _account(play, "Vogel Pumpen GmbH", "vogel.example")
        named = _account(play, "Named Ltd", "")
        twins = [_account(play, name, "twin.example") for name in ("Twin North", "Twin South")]
        rest(play)
        _asks(play, "a@vogel.example", company="Somebody Else")
        _asks(play, "b@unknown.example", company="named")
        _asks(play, "c@twin.example", company="Twin South")
        _asks(play, "d@twin.example", company="Twin")
        _asks(play, "e@unknown.example", company="n/a")
        found = {one["Email"][0]: one.get("AccountId") for one in play.sf("Contact")}
        assert found == {"a": vogel, "b": named, "c": twins[1], "d": None, "e": None}
