"""Changes, deletions and restorations that a feed hides are found, for everything that is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from crmbridge.flows.read.pull import DELETED, pull
from crmbridge.flows.read.reconcile import OVERLAP, RECONCILE, kinds
from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.model.lead import Ref
from crmbridge.model.record import Page
from crmbridge.store import cursors
from crmbridge.store.projection.workspace import Workspace
from crmbridge.store.schema import touch
from tests.stages.play import Play
from tests.stages.rest import rest


def cursor(play: Play, side: str, obj: str, name: str) -> cursors.Cursor | None:
    with play.company.ledger.read() as tx:
        return cursors.get_cursor(tx, side, obj, name)


def days(play: Play, number: int = 3) -> None:
    for _ in range(number):
        play.later(hours=25)
        rest(play)


def test_every_object_that_is_read_is_swept_and_compared(play: Play) -> None:
    play.contact("jo@buyer.example", firstname="Jo")
    days(play)
    for side, system in play.company.systems.items():
        users = system.map.rep.object if system.map.rep else ""
        for obj in set(system.objects) - {users}:
            if obj.startswith("form:"):
                assert cursor(play, side, obj, DELETED) is None
                continue
            assert cursor(play, side, obj, DELETED), obj
            assert cursor(play, side, obj, RECONCILE), obj
        assert set(kinds(system)) == set(system.objects) - {users}


def test_a_change_that_the_index_shows_too_late_is_found_within_a_day(play: Play) -> None:
    email = "late@buyer.example"
    ident = play.contact(email, firstname="Early")
    days(play, 2)
    play.box.marketing.config(index_delay=[400, 400])
    play.box.marketing.act("edit", object="contacts", id=ident, properties={"firstname": "Late"})
    for _ in range(6):
        play.later(seconds=60)
        play.turn()
    play.later(seconds=300)
    play.turn()
    assert facts(play, email)["first_name"] == "Early"
    days(play, 2)
    assert facts(play, email)["first_name"] == "Late"
    wide = cursor(play, "marketing", "contacts", OVERLAP)
    assert wide
    assert 400 <= int(wide.position) <= 3600
    # from now on the feed itself waits for changes as late as that
    play.box.marketing.act("edit", object="contacts", id=ident, properties={"firstname": "Later"})
    play.turn()
    play.later(seconds=410)
    play.turn()
    assert facts(play, email)["first_name"] == "Later"


def facts(play: Play, email: str) -> dict[str, Any]:
    with play.company.ledger.read() as tx:
        scene = Scene.open(play.company, tx)
        state = scene.work.state(scene.work.identity(mark_of(email)))
        return {word: fact.value for word, fact in state.facts.items()}


def live(play: Play, side: str, obj: str, ident: str) -> bool:
    with play.company.ledger.read() as tx:
        entry = Workspace(tx).ref(Ref(system=side, obj=obj, id=ident))
        return entry is not None and entry.live


@pytest.mark.parametrize("how", ["delete", "hard_delete", "delete and purge"])
@pytest.mark.parametrize("obj", ["Lead", "Contact"])
def test_a_person_deleted_at_sales_is_known_to_be_gone_within_the_hour(
    play: Play, obj: str, how: str
) -> None:
    values = {"LastName": "Kern", "Email": "k@buyer.example"}
    values |= {"Company": "Buyer"} if obj == "Lead" else {}
    made = play.box.sales.act("create", object=obj, fields=values)["id"]
    # another stays: an object that becomes empty without a word is not believed
    play.box.sales.act("create", object=obj, fields=values | {"Email": "stays@buyer.example"})
    rest(play)
    play.later(hours=1)
    play.turn()
    assert live(play, "sales", obj, made)
    play.box.sales.act("hard_delete" if how == "hard_delete" else "delete", object=obj, id=made)
    if how == "delete and purge":
        play.box.sales.act("empty_bin")
    play.later(minutes=16)
    play.turn()
    gone = not live(play, "sales", obj, made)
    if how == "delete and purge":
        days(play, 3)  # the emulator's log has no purge: the comparison finds it
        gone = not live(play, "sales", obj, made)
    assert gone


@pytest.mark.parametrize(("side", "obj"), [("marketing", "contacts"), ("sales", "Lead")])
def test_a_restored_record_lives_again(play: Play, side: str, obj: str) -> None:
    remote = play.box.marketing if side == "marketing" else play.box.sales
    if side == "marketing":
        made = play.contact("r@buyer.example", firstname="R")
    else:
        fields = {"LastName": "R", "Company": "B", "Email": "r@buyer.example"}
        made = remote.act("create", object="Lead", fields=fields)["id"]
    days(play, 2)
    remote.act("delete", object=obj, id=made)
    days(play, 2)
    assert not live(play, side, obj, made)
    remote.act("restore" if side == "marketing" else "undelete", object=obj, id=made)
    days(play, 2)
    assert live(play, side, obj, made)


def test_what_the_vendor_erased_without_a_word_is_gone_within_a_day(play: Play) -> None:
    made = play.contact("erased@buyer.example", firstname="E")
    others = [play.contact(f"o{n}@buyer.example") for n in range(3)]
    days(play, 2)
    play.box.marketing.act("delete", object="contacts", id=made)
    play.later(days=91)  # the archive keeps nothing as long as that
    days(play, 2)
    assert not live(play, "marketing", "contacts", made)
    assert all(live(play, "marketing", "contacts", one) for one in others)


def touches(play: Play) -> list[str]:
    with play.company.ledger.read() as tx:
        rows = tx.conn.execute(select(touch.c.id).where(touch.c.lead.is_not(None)))
        return [str(row[0]) for row in rows if "CampaignMember" in row[0]]


@pytest.mark.parametrize("how", ["delete", "hard_delete"])
def test_a_deleted_membership_counts_no_more_and_a_restored_one_does(play: Play, how: str) -> None:
    fields = {"LastName": "C", "Company": "B", "Email": "c@buyer.example"}
    lead = play.box.sales.act("create", object="Lead", fields=fields)["id"]
    campaign = play.box.sales.act("create", object="Campaign", fields={"Name": "Fair"})["id"]
    member = play.box.sales.act("add_to_campaign", campaign=campaign, lead=lead)["id"]
    rest(play)
    assert len(touches(play)) == 1
    play.later(hours=1)
    rest(play)
    play.box.sales.act(how, object="CampaignMember", id=member)
    play.later(minutes=16)
    rest(play)
    assert touches(play) == []
    if how == "delete":
        play.later(hours=1)
        play.box.sales.act("undelete", object="CampaignMember", id=member)
        play.later(minutes=16)
        rest(play)
        play.later(minutes=16)
        rest(play)
        assert len(touches(play)) == 1


class FullDisk:
    """What dies under whoever looks at it, and not for what it is."""

    def __eq__(self, other: object) -> bool:
        raise OSError("no space left on device")

    __hash__ = None  # type: ignore[assignment]


class Breaks:
    """A connector in whose records there is something that ends the process' work."""

    def __init__(self, fine: Any) -> None:
        self.info, self.limits, self.fine = fine.info, fine.limits, fine

    def read(self, obj: str, fields: Any, since: str | None) -> Iterator[Page]:
        for page in self.fine.read(obj, fields, since):
            odd = [
                replace(one, values={**one.values, "firstname": FullDisk()}) for one in page.records
            ]
            yield replace(page, records=tuple(odd))


def test_a_page_and_its_cursor_are_kept_together_or_not_at_all(play: Play) -> None:
    """A pull that dies while it takes a page in leaves the cursor before the page."""
    play.later(minutes=10)
    play.turn()
    play.contact("crash@buyer.example", firstname="C")
    before = cursor(play, "marketing", "contacts", "changes")
    play.later(minutes=1)  # a cursor that moved can be told from one that did not
    system = play.company.systems["marketing"]
    fine = system.connector
    system.connector = Breaks(fine)  # type: ignore[assignment]
    with pytest.raises(OSError, match="no space left"):
        pull(play.company, "marketing", sleep=lambda _s: None)
    system.connector = fine
    assert before
    assert cursor(play, "marketing", "contacts", "changes") == before
    play.turn()
    assert facts(play, "crash@buyer.example")["first_name"] == "C"


def test_a_comparison_costs_ten_calls_for_a_thousand_contacts_and_one_for_leads(
    play: Play,
) -> None:
    people = [{"properties": {"email": f"m{n}@buyer.example"}} for n in range(1000)]
    leads = [{"LastName": f"L{n}", "Company": "B"} for n in range(1000)]
    play.box.marketing.seed(contacts=people)
    play.box.sales.seed(Lead=leads)
    for _ in range(2):
        play.later(hours=25)  # what was seeded is read by the feed, then compared at leisure
        for side in ("marketing", "sales"):
            pull(play.company, side, sleep=lambda _s: None)
    found: dict[str, list[Any]] = {"marketing": [], "sales": []}
    for _ in range(8):
        play.later(hours=7)
        for side in found:
            found[side].append(pull(play.company, side, sleep=lambda _s: None).compared)
    contacts = [one["contacts"] for one in found["marketing"] if "contacts" in one]
    assert sum(one.listed for one in contacts) % 1000 == 0
    assert sum(one.pages for one in contacts) == sum(one.listed for one in contacts) // 100
    assert all(one.pages <= 6 for one in contacts), "spread over the day"
    assert not any(one.again or one.missed or one.gone for one in contacts)
    leads_compared = [one["Lead"] for one in found["sales"] if "Lead" in one]
    assert all((one.pages, one.listed) == (1, 1000) for one in leads_compared)
    assert not any(one.missed or one.gone for one in leads_compared)


def money(play: Play, *who: str) -> list[tuple[Any, Any]]:
    found = [play.person(f"{one}@buyer.example") for one in who]
    return [(one.get("crmbridge_won_amount"), one.get("crmbridge_won_deals")) for one in found]


@pytest.mark.parametrize("how", ["removed", "converted one removed", "all removed"])
def test_a_role_taken_from_a_won_deal_takes_its_revenue_along(play: Play, how: str) -> None:
    for who in ("jo", "al"):
        play.contact(f"{who}@buyer.example", firstname=who, lastname="Kern", company="Buyer")
        play.form(f"{who}@buyer.example")
    rest(play)
    leads = [play.lead(f"{who}@buyer.example")["Id"] for who in ("jo", "al")]
    first = play.box.sales.act("convert", id=leads[0], opportunity={"name": "Deal"})
    second = play.box.sales.act("convert", id=leads[1])
    deal = first["opportunityId"]
    play.box.sales.act("add_role", opportunity=deal, contact=second["contactId"])
    play.box.sales.act("close_deal", id=deal, won=True, amount=1000)
    play.later(minutes=20)
    rest(play)
    assert money(play, "jo", "al") == [("500.00", "1"), ("500.00", "1")]
    out = {"removed": [second], "converted one removed": [first], "all removed": [first, second]}
    for one in out[how]:
        play.box.sales.act("remove_role", opportunity=deal, contact=one["contactId"])
    play.later(minutes=20)
    rest(play)
    play.later(minutes=20)
    rest(play)
    # without any role it is the account's (R6.1), to which Jo alone belongs
    want = [None, "1000.00"] if how == "converted one removed" else ["1000.00", None]
    got = [amount or None for amount, _ in money(play, "jo", "al")]
    assert got == want
    assert [deals or "0" for _, deals in money(play, "jo", "al")] == [
        "1" if amount else "0" for amount in want
    ]


def test_an_archived_contact_brings_its_opt_out_along(play: Play) -> None:
    seen = []
    ident = play.contact("out@buyer.example", firstname="O")
    play.turn()
    play.box.marketing.act("opt_out", email="out@buyer.example")
    play.box.marketing.act("archive", object="contacts", id=ident)
    for page in play.company.systems["marketing"].read_deleted("contacts", None):
        seen += [one for one in page.items if one.ref.id == ident]
    (sighting,) = seen
    assert sighting.deleted
    assert sighting.values["opted_out"] is True
