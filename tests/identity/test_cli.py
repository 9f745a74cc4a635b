"""What a person types may fit several leads; then nobody is picked."""

from datetime import UTC, datetime

from crmbridge.model.state import LeadState
from crmbridge.store import leads
from crmbridge.store.rows import LeadRow, RefRow
from tests.stages.line import Line

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def put(line: Line, *idents: str, merged_into: str = "") -> None:
    with line.ledger() as ledger, ledger.write("test") as tx:
        for ident in idents:
            state = LeadState(id=ident, merged_into=merged_into).to_json()
            row = LeadRow(id=ident, state=state, stage="known", updated_at=NOW)
            leads.put_many(tx, [row])


def test_a_prefix_of_several_leads_names_some_of_them(bare: Line) -> None:
    one, two, other = (text.ljust(32, "0") for text in ("abcd1", "abcd2", "abce1"))
    put(bare, one, two, other)
    said = bare.run("history", "abcd")
    assert said.code == 1
    assert f"{one}, {two}. Give more" in said.err
    put(bare, *(f"abcd{n}".ljust(32, "0") for n in range(9)))
    assert bare.run("history", "abcd").err.count("abcd") == 6  # what was typed, and five of them
    assert bare.json("history", "abce")["lead"] == other
    assert bare.run("history", "abcg").code == 1  # no digit


def test_a_vendor_id_of_two_leads_is_refused(bare: Line) -> None:
    put(bare, "one1", "two2")
    refs = [
        RefRow(system=system, obj=obj, id="77", lead=lead)
        for system, obj, lead in (("marketing", "contacts", "one1"), ("sales", "Lead", "two2"))
    ]
    with bare.ledger() as ledger, ledger.write("test") as tx:
        leads.put_refs(tx, refs)
    said = bare.run("history", "77")
    assert said.code == 1
    assert "marketing:contacts:77" in said.err
    assert bare.json("history", "sales:Lead:77")["lead"] == "two2"


def test_a_lead_that_was_merged_away_gives_its_survivor(bare: Line) -> None:
    put(bare, "gone1", merged_into="here2")
    put(bare, "here2")
    assert bare.json("history", "gone1")["lead"] == "here2"


def test_identity_commands_say_what_is_wrong(bare: Line) -> None:
    one, two = (text.ljust(32, "0") for text in ("abcd1", "abcd2"))
    put(bare, one, two)
    same = bare.run("identity", "join", one, one, "--why", "she said so")
    assert (same.code, "already" in same.err) == (1, True)
    nobody = bare.run("identity", "join", one, "ffff1", "--why", "she said so")
    assert (nobody.code, "no lead is known" in nobody.err) == (1, True)
    nothing = bare.run("identity", "split", one, "sales:Lead:1", "--why", "two people")
    assert (nothing.code, "no record of lead" in nothing.err) == (1, True)
    assert bare.run("identity", "join", one, two).code != 0  # it wants to know why


def test_two_leads_are_joined_and_shown_at_the_command_line(bare: Line) -> None:
    one, two = (text.ljust(32, "0") for text in ("abcd1", "abcd2"))
    put(bare, one, two)
    done = bare.json("identity", "join", one, two, "--why", "she said so", "--by", "ann")
    assert {done["lead"], done["other"]} == {one, two}
    shown = bare.json("identity", "show", two)
    assert shown["lead"] == done["lead"]
    assert [row["why"] for row in shown["joined"]] == ["joined by hand by ann: she said so"]
    assert "No address is known" in bare.ok("identity", "show", one).out
