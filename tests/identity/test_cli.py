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
