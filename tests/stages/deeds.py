"""Deeds of people at both vendors, small enough to be drawn at random."""

from __future__ import annotations

from collections.abc import Callable

from crmbridge.testing.emulator.vendor import Refusal
from tests.stages.play import Play
from tests.stages.rest import turns

NAMES = ("jo", "al", "bo")
Deed = Callable[[Play, str], None]


def _lead(play: Play, name: str) -> str:
    rows = [r for r in play.sf() if (r.get("Email") or "").startswith(name) and not r["IsDeleted"]]
    if not rows:
        raise Refusal("no such lead")
    return str(rows[0]["Id"])


def _contact(play: Play, name: str) -> str:
    rows = [
        r
        for r in play.box.marketing.state("contacts")
        if str(r["properties"].get("email")).startswith(name) and not r["archived"]
    ]
    if not rows:
        raise Refusal("no such contact")
    return str(rows[0]["id"])


def _address(name: str) -> str:
    return f"{name}@buyer.example"


def ask(play: Play, name: str) -> None:
    play.form(_address(name))


def enter(play: Play, name: str) -> None:
    play.box.marketing.seed(
        contacts=[{"properties": {"email": _address(name), "lastname": name, "company": "B"}}]
    )


def sales_enters(play: Play, name: str) -> None:
    fields = {"LastName": name, "Company": "S", "Email": _address(name)}
    play.box.sales.act("create", object="Lead", fields=fields)


def reject(play: Play, name: str) -> None:
    play.box.sales.act("reject", id=_lead(play, name))


def work(play: Play, name: str) -> None:
    _edit(play, name, Status="Working - Contacted")


def reopen(play: Play, name: str) -> None:
    _edit(play, name, Status="Open - Not Contacted")


def _edit(play: Play, name: str, **fields: object) -> None:
    play.box.sales.act("edit", object="Lead", id=_lead(play, name), fields=fields)


def convert(play: Play, name: str) -> None:
    play.box.sales.act("convert", id=_lead(play, name), opportunity={"Amount": 10})


def close(play: Play, name: str) -> None:
    for deal in play.sf("Opportunity"):
        won = not deal["IsClosed"] and name < "jo"
        play.box.sales.act("close_deal", id=deal["Id"], won=won)


def reopen_deals(play: Play, name: str) -> None:
    for deal in play.sf("Opportunity"):
        fields = {"StageName": "Prospecting", "Amount": len(name) + 7}
        play.box.sales.act("edit", object="Opportunity", id=deal["Id"], fields=fields)


def delete_lead(play: Play, name: str) -> None:
    play.box.sales.act("delete", object="Lead", id=_lead(play, name))


def undelete(play: Play, name: str) -> None:
    for row in play.sf():
        if row["IsDeleted"]:
            play.box.sales.act("undelete", object="Lead", id=row["Id"])


def merge_leads(play: Play, name: str) -> None:
    others = [one for one in NAMES if one != name]
    play.box.sales.act("merge", winner=_lead(play, name), losers=[_lead(play, others[0])])


def merge_contacts(play: Play, name: str) -> None:
    others = [one for one in NAMES if one != name]
    primary, other = _contact(play, name), _contact(play, others[0])
    play.box.marketing.act("merge", primary=primary, other=other)


def opt_out(play: Play, name: str) -> None:
    play.box.marketing.act("opt_out", email=_address(name))


def opt_in(play: Play, name: str) -> None:
    _edit(play, name, HasOptedOutOfEmail=False)


def rename(play: Play, name: str) -> None:
    _edit(play, name, LastName=f"{name} two", Title="Head")


def change_address(play: Play, name: str) -> None:
    others = [one for one in NAMES if one != name]
    _edit(play, name, Email=_address(others[0]))


def archive(play: Play, name: str) -> None:
    play.box.marketing.act("archive", object="contacts", id=_contact(play, name))


def wait(play: Play, name: str) -> None:
    play.later(days={"jo": 1, "al": 6, "bo": 40}[name])


def turn_once(play: Play, name: str) -> None:
    play.later(minutes=2)
    turns(play)


DEEDS: tuple[Deed, ...] = (
    *(ask, ask, enter, enter, sales_enters, reject, work, reopen, convert, close, reopen_deals),
    *(delete_lead, undelete, merge_leads, merge_contacts, opt_out, opt_in, rename),
    *(change_address, archive, wait, wait, turn_once, turn_once, turn_once, turn_once),
)
