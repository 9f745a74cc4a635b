"""Every rule model side by side: the same as the books have, to the cent, from what is kept."""

from __future__ import annotations

from typing import Any

from crmbridge.model.money import Money
from crmbridge.policy.revenue.models import PRESETS
from crmbridge.report.credit.attribution import attribution_report
from crmbridge.report.credit.compare import compare_report
from crmbridge.report.frame.sheet import Report
from crmbridge.store import schema
from crmbridge.store.dump import canonical_dump
from crmbridge.store.projection.rebuild import rebuild
from tests.revenue.small_world import Small, amounts, eur, must_add_up, small, total
from tests.stages.worked import sheet

MEASURES = ("revenue", "pipeline")


def compared(world: Small, *days: str, of: str = "channel") -> Report:
    return world.ask(lambda tx, scope: compare_report(tx, scope, of=of), *days)


def restated(world: Small, *days: str, of: str = "channel") -> Report:
    return world.ask(lambda tx, scope: attribution_report(tx, scope, of=of), *days)


def columns(report: Report, measure: str) -> dict[str, dict[str, int]]:
    """Amounts in cents that are not 0, by column and name."""
    found = sheet(report, measure)
    names = [one.name for one in found.columns][1:]
    out: dict[str, dict[str, int]] = {name: {} for name in names}
    for label, *cells in found.rows:
        for name, cell in zip(names, cells, strict=True):
            if isinstance(cell, Money) and cell.minor:
                out[name][str(label)] = cell.minor
    return out


def must_agree(world: Small, *days: str) -> None:
    """Whatever the books have of a model, the comparison has, for each name and in all."""
    for of in ("channel", "campaign", "content"):
        ours, books = compared(world, *days, of=of), restated(world, *days, of=of)
        for measure in MEASURES:
            mine, theirs = columns(ours, measure), columns(books, measure)
            headline = world.company.agreement.attribution.headline
            posted = {name: one for name, one in theirs.items() if name in mine}
            if headline in mine:
                posted[headline] = theirs["restated"]
            assert {name: mine[name] for name in posted} == posted


def company(world: Small) -> None:
    """Three won deals and a lost one, of people with many touches, one and none."""
    for name in ("x", "y", "z"):
        world.person(name, "01-02", source="FAIR", account="A" if name != "z" else "")
    for n, channel in enumerate(("organic", "email", "direct", "", "webinar", "event")):
        world.touch(
            "x", f"0{n // 3 + 1}-{5 + 3 * n:02}", channel, asset=f"/{n % 3}", campaign="C-1"
        )
    world.touch("y", "02-02", "email", asset="/0")
    world.touch("y", "02-02", "paid_search", kind="page", campaign="C-2")
    world.handed("x", "03-10")
    world.deal("A", eur(1000.01), "x", "y", made="03-20", won="04-01")
    world.deal("B", eur(333.33), "y", made="03-25", won="05-02")
    world.deal("C", eur(70), "z", made="03-25", won="05-03")
    world.deal("D", eur(50), "x", made="03-26", won=None)
    world.post()


def test_every_rule_model_stands_beside_the_headline_and_adds_up_to_all_deals() -> None:
    with small() as world:
        company(world)
        found = compared(world)
        names = [one.name for one in sheet(found, "revenue").columns]
        assert names[1] == world.company.agreement.attribution.headline
        assert set(names) == {"name", *PRESETS, *world.company.agreement.attribution.custom}
        assert {total(found, "revenue", name) for name in names[1:]} == {1403.34}
        assert "last" not in [one.name for one in sheet(found, "pipeline").columns]
        assert amounts(found, "revenue", "name", "first")["(no touch: its people have none)"] == 70


def test_the_models_of_the_books_are_the_same_to_the_cent_whatever_the_days() -> None:
    with small() as world:
        company(world)
        must_agree(world)
        must_agree(world, "2025-05", "2025-05")
        must_agree(world, "2024-01", "2024-02")
        must_add_up(world)


def test_a_late_touch_and_a_corrected_amount_are_in_it_once_they_are_posted() -> None:
    with small() as world:
        company(world)
        world.touch("y", "03-01", "event", campaign="C-3")
        world.deal("B", eur(100), "y", made="03-25", won="05-04")
        world.post()
        must_agree(world)
        assert total(compared(world), "revenue", "j_shaped") == 1170.01
        with world.company.ledger.write("rebuild") as tx:
            before = list(canonical_dump(tx))
            rebuild(tx)
            assert list(canonical_dump(tx)) == before
        must_agree(world)


def test_a_posting_that_is_asked_for_again_keeps_nothing_new() -> None:
    with small() as world:
        company(world)
        kept = entries(world)
        assert kept == 7  # three won, four created
        world.post()
        assert entries(world) == kept


def entries(world: Small) -> int:
    with world.company.ledger.read() as tx:
        table = schema.event
        found = tx.conn.execute(table.select().where(table.c.type == "journey")).all()
    return len(found)


def test_deals_whose_touches_are_not_kept_yet_are_said() -> None:
    with small() as world:
        company(world)
        with world.company.ledger.write("test") as tx:
            tx.conn.execute(schema.journey.delete().where(schema.journey.c.deal.endswith("A")))
        notes: Any = compared(world).notes
        assert any(one.startswith("Not in it yet: 1 deal, ") for one in notes)
        assert total(compared(world), "revenue", "first") == 403.33
