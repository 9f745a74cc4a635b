"""A rebuild says whether the projections were what the entries say."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmbridge.store import Ledger, leads, live
from tests.stages.line import Desk, Line
from tests.stages.postgres import databases


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


@pytest.mark.of_file
def test_a_ledger_is_copied_looked_through_and_put_back(desk: Desk, tmp_path: Path) -> None:
    desk.contact("jo@buyer.example", lastname="Kern")
    desk.ok("sync")
    copy = tmp_path / "monday.db"
    made = desk.json("ledger", "backup", str(copy))
    assert (made["file"], made["damage"]) == (str(copy), [])
    assert made["entries"] > 0
    assert desk.json("ledger", "verify")["entries"] == made["entries"]
    whole = tmp_path / "all.jsonl"
    assert desk.json("ledger", "export", str(whole))["entries"] == made["entries"]
    assert len(whole.read_text("ascii").splitlines()) == made["entries"] + 1
    assert "entries" in desk.ok("ledger", "verify", str(copy)).out
    again = desk.run("ledger", "backup", str(copy))
    assert again.code == 1
    assert "is there already" in again.err
    desk.contact("al@buyer.example", lastname="Lund")
    desk.ok("sync")
    assert desk.run("explain", "al@buyer.example").code == 0
    said = desk.ok("ledger", "restore", str(copy)).out
    assert "crmbridge plan" in said
    assert desk.run("explain", "al@buyer.example").code == 1
    assert "writes to its systems: no" in desk.ok("status").out
    desk.ok("sync")
    assert desk.run("explain", "al@buyer.example").code == 0


def test_after_a_restore_the_first_sync_only_reads_and_says_what_is_known_better(
    desk: Desk, tmp_path: Path
) -> None:
    desk.contact("jo@buyer.example", lastname="Kern")
    desk.armed()
    desk.ok("sync")
    copy = tmp_path / "monday.db"
    desk.ok("ledger", "backup", str(copy))
    assert "newer" not in desk.json("sync")
    (jo,) = desk.box.marketing.state("contacts")
    desk.contact("al@buyer.example", lastname="Lund")
    desk.box.marketing.act(
        "edit", object="contacts", id=jo["id"], properties={"jobtitle": "Captain"}
    )
    desk.later(minutes=5)
    desk.ok("sync")
    desk.ok("ledger", "restore", str(copy))
    written = desk.box.sales.state("Lead")
    data = desk.json("sync")
    assert data["armed"] is False
    assert {"record": f"marketing:contacts:{jo['id']}", "what": "changed"}.items() <= next(
        one for one in data["newer"] if "jobtitle" in one["fields"]
    ).items()
    assert [one["what"] for one in data["newer"]].count("not in the backup") == 1
    assert desk.box.sales.state("Lead") == written
    said = desk.ok("sync").out
    assert "A backup was put back, and the systems know" in said
    assert "Captain" not in said
    plan = tmp_path / "plan.json"
    desk.ok("plan", "--out", str(plan))
    desk.ok("apply", str(plan))
    assert "newer" not in desk.json("sync")


def test_a_damaged_backup_is_refused(desk: Desk, tmp_path: Path) -> None:
    desk.contact("jo@buyer.example", lastname="Kern")
    desk.ok("sync")
    copy = tmp_path / "monday.db"
    desk.ok("ledger", "backup", str(copy))
    copy.write_bytes(copy.read_bytes()[:20_000])
    assert desk.run("ledger", "verify", str(copy)).code == 1
    refused = desk.run("ledger", "restore", str(copy))
    assert refused.code == 1
    assert str(copy) in refused.err
    assert desk.run("explain", "jo@buyer.example").code == 0


@pytest.mark.of_file
def test_a_ledger_is_moved_to_a_server_and_work_goes_on_there(bare: Line, tmp_path: Path) -> None:
    bare.ok("status")
    place = databases().of(tmp_path / "new.db")
    secret = place.replace("owner@", "owner:pa55@")
    said = bare.ok("ledger", "move", url_here(bare), secret)
    assert "Read back from postgresql://" in said.out
    assert "Nothing leaves by the old one any more." in said.out
    assert "pa55" not in said.out + said.err
    again = bare.run("ledger", "move", url_here(bare), secret)
    assert again.code == 1
    assert "name an empty one" in again.err
    there = Line(home=bare.home, env=bare.env | {"CRMBRIDGE_LEDGER": secret})
    assert there.json("ledger", "verify")["damage"] == []
    refused = there.run("ledger", "backup", str(tmp_path / "copy.db"))
    assert refused.code == 1
    assert "copy it with pg_dump" in refused.err
    assert "pa55" not in refused.err


def url_here(line: Line) -> str:
    """The ledger that is left to the settings, with an entry in it."""
    path = line.home / "data" / "acme" / "ledger.db"
    with closing(Ledger.open(f"sqlite:///{path}", "acme")) as ledger, ledger.write("test") as tx:
        live.begin(tx, datetime(2026, 3, 2, 9, tzinfo=UTC))
    return f"sqlite:///{path}"
