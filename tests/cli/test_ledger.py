"""A rebuild says whether the projections were what the entries say."""

from dataclasses import replace

from crmbridge.store import leads
from tests.stages.line import Desk


def test_a_rebuild_of_weeks_of_work_comes_out_the_same(story: Desk) -> None:
    data = story.json("ledger", "rebuild")
    assert data["equal"] is True
    assert data["entries"] > 50
    assert data["differences"] == []
    assert "equal to what stood" in story.ok("ledger", "rebuild").out


def test_a_rebuild_names_what_was_wrong_and_mends_it(desk: Desk) -> None:
    desk.contact("jo@buyer.example", lastname="Kern")
    desk.contact("al@buyer.example", lastname="Lund")
    desk.ok("sync")
    jo, al = (desk.json("explain", f"{n}@buyer.example")["lead"] for n in ("jo", "al"))
    with desk.ledger() as ledger, ledger.write("test") as tx:
        row = leads.get_many(tx, [jo])[jo]
        leads.put_many(tx, [replace(row, owner="x", opted_out=True), replace(row, id="zz")])
        leads.remove(tx, [al])
    said = desk.run("ledger", "rebuild", "--json")
    assert said.code == 1
    found = {(one["table"], one["key"][0], one["what"]) for one in said.data["differences"]}
    assert found == {
        ("lead", jo, "changed"),
        ("lead", "zz", "missing"),
        ("lead", al, "new"),
        ("cycle", al, "new"),
    }
    changed = next(one for one in said.data["differences"] if one["what"] == "changed")
    assert sorted(changed["columns"]) == ["opted_out", "owner"]
    assert desk.json("ledger", "rebuild")["equal"] is True


def test_differences_are_told_to_people_too(desk: Desk) -> None:
    desk.contact("jo@buyer.example", lastname="Kern")
    desk.ok("sync")
    ident = desk.json("explain", "jo@buyer.example")["lead"]
    with desk.ledger() as ledger, ledger.write("test") as tx:
        leads.put_many(tx, [replace(leads.get_many(tx, [ident])[ident], rev=0)])
    said = desk.run("ledger", "rebuild")
    assert said.code == 1
    assert "not equal" in said.out
    assert ident in said.out
