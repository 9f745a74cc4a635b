"""What led up to a hand-off follows each change of a lead, and a rebuild makes the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from crmbridge.model.payload import TouchGone
from crmbridge.store import content, schema
from crmbridge.store.content import Readers
from crmbridge.store.dump import canonical_dump
from crmbridge.store.projection.rebuild import rebuild
from tests.revenue.small_world import Small, eur, must_add_up, small
from tests.stages.led_up import what_led_up_is_kept


def kept(world: Small, *names: str) -> list[Any]:
    """Columns of the hand-offs, in their order."""
    columns = (schema.hand_off.c[name] for name in names)
    with world.company.ledger.read() as tx:
        order = (schema.hand_off.c.handed, schema.hand_off.c.n)
        return [tuple(row) for row in tx.conn.execute(select(*columns).order_by(*order))]


def test_a_hand_off_has_what_was_touched_up_to_its_second_and_no_later() -> None:
    with small() as world:
        world.person("x", "02-01", source="FAIR")
        world.touch("x", "02-02", asset="/a", campaign="C-1")
        world.touch("x", "03-10 09:00", asset="/b")
        world.handed("x", "03-10 09:00")
        world.touch("x", "03-10 09:01", asset="/c", campaign="C-2")
        found = kept(world, "source", "campaigns", "assets", "accepted", "outcome")
        assert found == [
            ("FAIR", ["sales:Campaign:C-1"], [["form", "/a"], ["form", "/b"]], None, "")
        ]
        world.touch("x", "03-01", asset="/late")  # it came before, and was told of late
        (assets,) = (row[0] for row in kept(world, "assets"))
        assert assets == [["form", "/a"], ["form", "/b"], ["form", "/late"]]
        world.rejected("x", "03-12")
        world.handed("x", "04-10")
        again = kept(world, "n", "outcome", "reason", "campaigns")
        assert again == [
            (1, "rejected", "no_fit", ["sales:Campaign:C-1"]),
            (2, "", "", ["sales:Campaign:C-1", "sales:Campaign:C-2"]),
        ]
        what_led_up_is_kept(world.company.ledger)


def test_a_touch_that_is_gone_reached_nobody() -> None:
    with small() as world:
        for name in ("x", "y"):
            world.person(name, "02-01")
            world.touch(name, "02-02", asset="/a")
        gone = world.touch("x", "02-03", asset="/b")
        world.handed("x", "03-10")
        with world.company.ledger.read() as tx:
            one, two = ("form", "/a"), ("form", "/b")
            assert content.readers(tx, [one], None, None) == Readers(2, 2)
            assert content.readers(tx, [one, two], None, None) == Readers(2, 3)
        world.tell("x", "03-11", TouchGone(id=gone))
        assert kept(world, "assets") == [([["form", "/a"]],)]
        with world.company.ledger.read() as tx:
            assert [one.asset for one in content.reached(tx)] == ["/a"]
            assert content.readers(tx, [two], None, None) == Readers(0, 0)
        what_led_up_is_kept(world.company.ledger)


def test_of_some_days_everybody_counts_once_for_each_piece_and_once_in_all() -> None:
    with small() as world:
        for name in ("x", "y", "z"):
            world.person(name, "01-01")
        for who, when, asset in (
            *(("x", "02-02", "/a"), ("x", "02-03", "/a"), ("x", "02-04", "/b")),
            *(("y", "02-28", "/b"), ("y", "03-01", "/a"), ("z", "01-31", "/a")),
        ):
            world.touch(who, when, asset=asset)
        days = datetime(2025, 2, 1, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC)
        one, two = ("form", "/a"), ("form", "/b")
        with world.company.ledger.read() as tx:
            assert content.readers(tx, [one], *days) == Readers(1, 2)
            assert content.readers(tx, [one, two], *days) == Readers(2, 4)
            assert content.readers(tx, [one, two], None, days[0]) == Readers(1, 1)
            assert content.readers(tx, [("form", "/none")], *days) == Readers(0, 0)
            many = [one, two, *(("form", f"/{n}") for n in range(content.PAIRS))]
            assert content.readers(tx, many, *days) == Readers(2, 4)


def test_a_rebuild_makes_the_same_rows() -> None:
    with small() as world:
        for name in ("x", "y"):
            world.person(name, "02-01", source="FAIR")
            world.touch(name, "02-02", asset="/a", campaign="C-1")
            world.did(name, "03-01", "meeting")
            world.handed(name, "03-10")
            world.accepted(name, "03-12")
            world.deal(f"D-{name}", eur(100), name, made="03-20", won="04-01")
        world.post()
        must_add_up(world)
        assert len(kept(world, "lead")) == 2
        with world.company.ledger.write("rebuild") as tx:
            before = list(canonical_dump(tx))
            rebuild(tx)
            assert list(canonical_dump(tx)) == before
        must_add_up(world)
