"""The line that is kept is the line as it is, and a turn in which nothing changed reads no lead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from crmbridge.agreement import Teams
from crmbridge.company import Company
from crmbridge.flows.routing.queue import basis, line, place_of, refresh
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model import payload
from crmbridge.store import leads, queue
from crmbridge.store.table import Tx
from tests.routing.stage import CALM, Line, lined

ROOM = [{"id": "ann", "open_limit": 2}, {"id": "bob", "open_limit": 1}]


def touched(line_: Line, number: int, asset: str, once: int) -> None:
    """A lead fills in a form now; `once` tells its forms apart."""
    lead, now = f"lead{number:04}", line_.clock.now()
    with line_.company.ledger.write("test") as tx:
        scene = Scene.open(line_.company, tx)
        ident = f"marketing:form:{lead}:{once}"
        said: dict[str, Any] = {"id": ident, "kind": "form", "asset": asset, "channel": ""}
        scene.observed(payload.read("touch", said), lead, ident, now)
        scene.work.flush()


def as_kept(company: Company) -> list[Any]:
    with company.ledger.write("test") as tx:
        scene = Scene.open(company, tx)
        told = (tx, basis(scene, company.teams), scene.now)
        assert queue.overdue(*told, None) == queue.unplaced(*told, None)
        refresh(scene, 500)
        assert queue.overdue(*told, None) == queue.unplaced(*told, None) == []
        return line(scene, company.teams)


def as_it_is(company: Company) -> list[Any]:
    with company.ledger.read() as tx:
        scene = Scene.open(company, tx)
        return [place_of(scene, view(scene, row.id), company.teams) for row in leads.waiting(tx)]


@contextmanager
def statements(company: Company) -> Iterator[list[str]]:
    said: list[str] = []
    with company.ledger.read() as tx:
        engine = tx.conn.engine
    writer = _writer(company)

    def note(_c: Any, _cur: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    for one in (engine, writer):
        event.listen(one, "before_cursor_execute", note)
    try:
        yield said
    finally:
        for one in (engine, writer):
            event.remove(one, "before_cursor_execute", note)


def _writer(company: Company) -> Any:
    with company.ledger.write("test") as tx:
        return _engine(tx)


def _engine(tx: Tx) -> Any:
    return tx.conn.engine


steps = st.lists(
    st.tuples(
        st.sampled_from(["arrive", "touch", "wait", "tick"]),
        st.integers(1, 6),
        st.sampled_from(["/demo", "/spec/x", "/blog", "/unsubscribe"]),
        st.sampled_from([1, 30, 400]),
    ),
    min_size=1,
    max_size=12,
)


@CALM
@given(steps)
def test_the_kept_line_is_the_line_as_it_is_after_any_story(
    story: list[tuple[str, int, str, int]],
) -> None:
    with lined(ROOM) as line_:
        line_.arrive(3)
        for once, (what, number, asset, hours) in enumerate(story):
            match what:
                case "arrive":
                    line_.arrive(number)
                case "touch":
                    touched(line_, 1 + number % line_.leads, asset, once)
                case "wait":
                    line_.clock.advance(timedelta(hours=hours))
                case _:
                    line_.tick()
            assert as_kept(line_.company) == as_it_is(line_.company)


def test_a_tick_after_which_nothing_changed_reads_no_lead_and_writes_nothing() -> None:
    with lined(ROOM) as line_:
        line_.arrive(9)
        as_kept(line_.company)
        assert len(line_.tick()) == 3
        as_kept(line_.company)
        line_.tick()
        with statements(line_.company) as said:
            assert line_.tick() == []
        assert said
        assert not [one for one in said if "queue.place" in one or "FROM touch" in one]
        assert not [one for one in said if one.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_lead_that_joins_or_changes_is_served_at_the_next_tick() -> None:
    with lined([{"id": "ann", "open_limit": 0}, {"id": "bob", "open_limit": 1}]) as line_:
        line_.tick()
        line_.arrive(1)
        assert len(line_.tick()) == 1
        line_.arrive(1)
        assert line_.tick() == []
        assert [data["reason"] for _, data, _ in line_.told("waits")] == ["no_capacity"]


def test_a_rep_who_has_room_again_wakes_the_line() -> None:
    with lined([{"id": "ann", "open_limit": 9, "per_day": 1}]) as line_:
        line_.arrive(2)
        assert len(line_.tick()) == 1
        assert line_.tick() == []
        line_.clock.advance(timedelta(days=1))
        assert len(line_.tick()) == 1


def placed(line_: Line, limit: int) -> None:
    with line_.company.ledger.write("test") as tx:
        refresh(Scene.open(line_.company, tx), limit)


def nobody_is_forgotten(line_: Line) -> None:
    with line_.company.ledger.read() as tx:
        scene = Scene.open(line_.company, tx)
        told = (tx, basis(scene, line_.company.teams), scene.now)
        assert queue.overdue(*told, None) == queue.unplaced(*told, None)


def test_files_that_are_changed_and_changed_back_leave_no_place_of_the_others() -> None:
    with lined(ROOM) as line_:
        line_.arrive(10)
        placed(line_, 500)
        before = line_.company
        skill = [{"field": "country", "values": ["Germany"], "skill": "german"}]
        teams = Teams.model_validate(before.teams.model_dump(by_alias=True) | {"skills": skill})
        line_.company = replace(before, teams=teams)
        placed(line_, 4)
        nobody_is_forgotten(line_)
        line_.company = before
        nobody_is_forgotten(line_)
        placed(line_, 500)
        nobody_is_forgotten(line_)


def test_a_last_batch_that_is_just_full_ends_the_placing_too() -> None:
    with lined(ROOM) as line_:
        line_.arrive(8)
        for _ in range(3):
            placed(line_, 4)
        with line_.company.ledger.read() as tx:
            scene = Scene.open(line_.company, tx)
            assert queue.is_placed(tx, basis(scene, line_.company.teams), scene.now)


def test_a_clock_that_is_set_back_between_two_batches_forgets_nobody() -> None:
    with lined(ROOM) as line_:
        line_.arrive(4)
        placed(line_, 500)
        line_.clock.advance(timedelta(hours=2))
        line_.arrive(4)
        placed(line_, 4)
        line_.clock.advance(timedelta(hours=-1))
        nobody_is_forgotten(line_)
