"""A ledger is copied from a file into PostgreSQL and back, whole, or nothing is kept."""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from crmbridge.errors import LedgerBusy, LedgerError
from crmbridge.model.limits import Budget
from crmbridge.store import Ledger, chain, events, live, outbox
from crmbridge.store.budgets import LedgerBudgets
from crmbridge.store.crash import watched
from crmbridge.store.dump import canonical_dump
from crmbridge.store.lease import writer_lease
from crmbridge.store.move import move
from tests.stages.postgres import databases

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Entry = Callable[..., Any]


LIVED = sorted(Path(__file__).parent.glob("ledgers_before*/*.db.xz"))
"""Ledgers of companies at work."""


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(f"sqlite:///{tmp_path}/old.db", "acme")) as ledger:
        yield ledger


@pytest.fixture(params=LIVED, ids=lambda path: path.name.partition(".")[0])
def lived(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    path = tmp_path / "lived.db"
    path.write_bytes(lzma.decompress(request.param.read_bytes()))
    with closing(Ledger.open(f"sqlite:///{path}", "acme")) as ledger:
        yield ledger


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(databases().of(tmp_path / "new.db"), "acme")) as ledger:
        yield ledger


def dump(ledger: Ledger) -> list[str]:
    with ledger.read() as tx:
        return list(canonical_dump(tx))


def told(ledger: Ledger) -> list[Any]:
    with ledger.read() as tx:
        return list(events.walk(tx))


def test_a_ledger_goes_to_a_server_and_back_as_it_was(
    lived: Ledger, server: Ledger, tmp_path: Path
) -> None:
    with lived.write("test") as tx:
        live.begin(tx, NOW)
    chain.link(lived)
    moved = move(lived, server, NOW)
    assert moved.entries == len(told(lived)) > 20
    assert dump(server) == dump(lived) != []
    assert told(server) == told(lived)
    with server.read() as tx:
        assert (live.is_armed(tx), list(chain.faults(tx))) == (True, [])
    with closing(Ledger.open(f"sqlite:///{tmp_path}/back.db", "acme")) as back:
        move(server, back, NOW)
        assert (dump(back), told(back)) == (dump(lived), told(lived))


def test_what_was_moved_sends_nothing_any_more_and_says_where_it_went(
    file: Ledger, server: Ledger
) -> None:
    with file.write("test") as tx:
        live.begin(tx, NOW)
    move(file, server, NOW)
    with file.read() as tx:
        assert not live.is_armed(tx)
        assert live.switched_off(tx)["by"] == f"moved to {server.place}"


def test_work_goes_on_where_it_was_moved(lived: Ledger, server: Ledger, entry: Entry) -> None:
    with lived.read() as tx:
        last, owed = events.last_seq(tx), outbox.unended(tx)
    move(lived, server, NOW)
    with server.write("test") as tx:
        (new,) = events.append(tx, [entry("after")])
        assert new.seq == last + 1
        assert outbox.unended(tx) == owed
        highest = tx.conn.execute(text("SELECT max(seq) FROM op")).scalar_one() or 0
        given = tx.conn.execute(text("SELECT nextval(pg_get_serial_sequence('op', 'seq'))"))
        assert given.scalar_one() == highest + 1


def test_counts_of_quotas_go_on(file: Ledger, server: Ledger) -> None:
    limits = [Budget(name="day", calls=100, seconds=86_400.0, share=1.0, source="test")]
    LedgerBudgets(file, "acme", "sales", limits).take(["day"], 1)
    move(file, server, NOW)
    (usage,) = LedgerBudgets(server, "acme", "sales", limits).usage()
    assert usage.used == 1


def test_companies_of_two_files_meet_in_one_database(
    file: Ledger, server: Ledger, tmp_path: Path, entry: Entry
) -> None:
    with file.write("test") as tx:
        events.append(tx, [entry("a"), entry("b"), entry("c")])
    move(file, server, NOW)
    with (
        closing(Ledger.open(f"sqlite:///{tmp_path}/other.db", "globex")) as other,
        closing(Ledger.open(server.database.url, "globex")) as theirs,
    ):
        with other.write("test") as tx:
            events.append(tx, [entry("a"), entry("b")])
        move(other, theirs, NOW)
        assert [one.seq for one in told(theirs)] == [1, 2]
    assert told(server) == told(file)


def test_a_place_that_has_something_already_is_refused_and_left_alone(
    file: Ledger, server: Ledger, entry: Entry
) -> None:
    with server.write("test") as tx:
        events.append(tx, [entry("there")])
    with file.write("test") as tx:
        events.append(tx, [entry("a"), entry("b")])
    with pytest.raises(LedgerError, match="has entries of acme: name an empty one"):
        move(file, server, NOW)
    with pytest.raises(LedgerError, match="is not empty: name an empty one"):
        move(server, file, NOW)
    assert (len(told(server)), len(told(file))) == (1, 2)
    with file.read() as tx:
        assert live.switched_off(tx) == {}


def test_a_ledger_is_not_moved_onto_itself(file: Ledger) -> None:
    with pytest.raises(LedgerError, match="is the ledger itself"):
        move(file, file, NOW)


def test_a_ledger_that_somebody_writes_is_not_moved(file: Ledger, server: Ledger) -> None:
    with writer_lease(file), pytest.raises(LedgerBusy, match="is written by process"):
        move(file, server, NOW)
    assert told(server) == []


def test_a_copy_that_is_not_equal_is_not_kept(file: Ledger, server: Ledger, entry: Entry) -> None:
    with file.write("test") as tx:
        events.append(tx, [entry("a")])
    with server.write("test") as tx:
        # a server that changes what it is given
        tx.conn.exec_driver_sql(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.source := 'other'; RETURN NEW; END $$"
        )
        tx.conn.exec_driver_sql(
            "CREATE TRIGGER spoils BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION spoil()"
        )
    with pytest.raises(LedgerError, match="the table event is not read back as it was written"):
        move(file, server, NOW)
    assert told(server) == []
    with file.read() as tx:
        assert live.switched_off(tx) == {}


class Stopped(Exception):
    """The machine goes down."""


def armed(ledger: Ledger) -> bool:
    with ledger.read() as tx:
        return live.is_armed(tx)


@pytest.mark.parametrize("there", [True, False], ids=["there", "back"])
@pytest.mark.parametrize(
    "point", ["copy:before", "copy:after", "move:before", "move:after", "arm:begin", "arm:before"]
)
def test_a_move_that_is_interrupted_leaves_no_two_ledgers_at_work_and_is_run_again(
    file: Ledger, server: Ledger, entry: Entry, point: str, there: bool
) -> None:
    source, target = (file, server) if there else (server, file)
    with source.write("test") as tx:
        events.append(tx, [entry("a"), entry("b")])
        live.begin(tx, NOW)

    def stop(at: str) -> None:
        if at == point:
            raise Stopped

    with watched(stop), pytest.raises(Stopped):
        move(source, target, NOW)
    assert not armed(target)
    assert move(source, target, NOW).entries == 2
    assert (armed(source), armed(target)) == (False, True)
    assert (told(target), dump(target)) == (told(source), dump(source))
    with target.read() as tx:
        assert live.switched_off(tx) == {}
    with pytest.raises(LedgerError, match="name an empty one"):
        move(source, target, NOW)


def test_a_ledger_that_was_not_armed_is_not_armed_by_a_move_that_is_run_again(
    file: Ledger, server: Ledger, entry: Entry
) -> None:
    with file.write("test") as tx:
        events.append(tx, [entry("a")])
    move(file, server, NOW)
    assert (armed(file), armed(server)) == (False, False)


def test_a_ledger_is_not_moved_into_one_that_somebody_writes(file: Ledger, server: Ledger) -> None:
    with writer_lease(server), pytest.raises(LedgerBusy, match="is written by process"):
        move(file, server, NOW)


def test_how_far_it_is_is_told_by_table(file: Ledger, server: Ledger, entry: Entry) -> None:
    with file.write("test") as tx:
        events.append(tx, [entry(f"k{n}") for n in range(2500)])
    said: list[tuple[str, int, int]] = []
    move(file, server, NOW, lambda *one: said.append(one))
    assert [one for one in said if one[0] == "event"] == [
        ("event", 1000, 2500),
        ("event", 2000, 2500),
        ("event", 2500, 2500),
    ]
