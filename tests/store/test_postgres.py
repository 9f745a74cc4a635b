"""What a ledger in PostgreSQL has of its own: its tables, its locks, and what its errors say."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event as hook
from sqlalchemy import text

from crmbridge.errors import LedgerBusy, LedgerError
from crmbridge.mapping.translate import shortened
from crmbridge.model.limits import Budget
from crmbridge.store import Ledger, events, outbox
from crmbridge.store.budgets import LedgerBudgets
from crmbridge.store.dialect import bulk, insert, postgres
from crmbridge.store.schema import metadata, reach, reader
from tests.stages.postgres import GUARDED, databases, url

Entry = Callable[..., Any]
SECRET = "pa55-of-the-owner"


@pytest.fixture
def place(tmp_path: Path) -> str:
    return databases().of(tmp_path / "ledger.db")


@pytest.fixture
def ledger(place: str) -> Iterator[Ledger]:
    with closing(Ledger.open(place, "acme")) as found:
        yield found


def asked(place: str, statement: str) -> list[Any]:
    name = place.rpartition("/t")[2].partition("?")[0]
    return databases().run(statement, f"t{name}")


def why(opening: Callable[[], Any]) -> str:
    """What a refusal says, with all that a log would have of it."""
    with pytest.raises(LedgerError) as failed:
        opening()
    told = "".join(traceback.format_exception(failed.value))
    assert SECRET not in told
    return str(failed.value)


def test_numbers_have_64_bits_texts_sort_by_bytes_and_documents_are_bytes(place: str) -> None:
    kinds = asked(
        place,
        "SELECT data_type, collation_name, count(*) FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name <> 'alembic_version' GROUP BY 1, 2",
    )
    assert {row[:2] for row in kinds} == {
        ("bigint", None),
        ("bytea", None),
        ("double precision", None),
        ("text", "C"),
    }


def test_every_table_is_there_and_its_key_begins_with_the_company(place: str) -> None:
    keys = asked(
        place,
        "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
        "WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace",
    )
    assert dict(keys) == {name: "company" for name in metadata.tables} | {
        "alembic_version": "version_num"
    }


def test_an_index_has_the_same_rows_as_in_a_file(place: str) -> None:
    there = dict(
        asked(
            place,
            "SELECT c.relname, i.indpred IS NOT NULL FROM pg_index i "
            "JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE c.relnamespace = 'public'::regnamespace",
        )
    )
    for table in metadata.tables.values():
        for index in table.indexes:
            if index.info.get("of_file"):
                assert index.name not in there
                continue
            partial = index.dialect_options["sqlite"]["where"] is not None
            assert there[str(index.name)] is partial, index.name


def test_open_work_is_found_by_the_index_of_open_work(ledger: Ledger) -> None:
    said: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        said.append((statement, values))

    with ledger.read() as tx:
        tx.conn.execute(text("SET LOCAL enable_seqscan = off"))
        hook.listen(tx.conn, "before_cursor_execute", note)
        outbox.pending(tx, "sales")
        statement, values = said[0]
        plan = tx.conn.exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()
    assert "op_open" in " ".join(plan)


def test_a_value_of_another_type_is_refused_without_the_value(ledger: Ledger) -> None:
    def wrong() -> None:
        with ledger.write("test") as tx:
            tx.conn.execute(
                text("INSERT INTO lane VALUES ('acme', 'sales', 'ann@b.example', '', 0, 0)")
            )

    assert "ann@b.example" not in why(wrong)


def test_an_error_shows_no_value_of_a_row(ledger: Ledger) -> None:
    def twice() -> None:
        with ledger.write("test") as tx:
            for _ in range(2):
                tx.conn.execute(
                    text("INSERT INTO meta VALUES ('acme', :name, '1')"), {"name": "ann@b.example"}
                )

    with pytest.raises(LedgerError) as failed:
        twice()
    told = "".join(traceback.format_exception(failed.value))
    assert "ann@b.example" not in told
    assert "UniqueViolation 23505 meta meta_pkey" in str(failed.value)


def test_a_lead_that_read_everything_and_a_touch_of_the_longest_name_are_kept(
    ledger: Ledger,
) -> None:
    pages = [["page", f"/{token_hex(20)}"] for _ in range(2_000)]
    longest = shortened("".join(chr(0x4E00 + n % 20_000) for n in range(9_000)))
    with ledger.write("test") as tx:
        bulk(
            tx.conn,
            insert(reader),
            tuple(reader.c.keys()),
            [("acme", "00" * 16, pages, [1] * len(pages))],
        )
        bulk(tx.conn, insert(reach), tuple(reach.c.keys()), [("acme", "k" * 60, longest, 1, 1)])
        tx.conn.execute(
            text(
                "INSERT INTO touch (company, id, lead, at, kind, asset, channel, data) "
                "VALUES ('acme', '1', 'x', 0, :kind, :asset, '', '')"
            ),
            {"kind": "k" * 60, "asset": longest},
        )
        assert tx.conn.execute(text("SELECT asset FROM touch")).scalar_one() == longest


def test_a_reader_cannot_write(ledger: Ledger) -> None:
    def write() -> None:
        with ledger.read() as tx:
            tx.conn.execute(text("DELETE FROM event"))

    assert "it takes no writes" in why(write)


def test_companies_write_beside_each_other(ledger: Ledger, place: str, entry: Entry) -> None:
    with closing(Ledger.open(place, "globex")) as other, ledger.write("test") as mine:
        events.append(mine, [entry("a")])
        with other.write("test") as theirs:
            events.append(theirs, [entry("b")])
        with other.read() as tx:
            assert [one.seq for one in events.walk(tx)] == [1]
    with ledger.read() as tx:
        assert [one.seq for one in events.walk(tx)] == [1]


def test_a_second_writer_of_a_company_waits_for_the_first(
    ledger: Ledger, place: str, entry: Entry
) -> None:
    begun, numbers = threading.Event(), list[int]()

    def second() -> None:
        with closing(Ledger.open(place, "acme")) as other:
            begun.set()
            with other.write("test") as tx:
                numbers.extend(one.seq for one in events.append(tx, [entry("b")]))

    thread = threading.Thread(target=second)
    with ledger.write("test") as tx:
        thread.start()
        assert begun.wait(30)
        thread.join(0.3)
        assert thread.is_alive()
        events.append(tx, [entry("a")])
    thread.join(30)
    assert numbers == [2]


def test_a_wait_that_is_too_long_is_told(ledger: Ledger) -> None:
    with ledger.write("test"):
        key = postgres._key("ledger", "acme")
        engine = postgres._engine(ledger.database._url, pool=1, more=0)  # type: ignore[attr-defined]
        postgres._begins(engine, key, 0.05)
        impatient = Ledger(ledger.database.url, "acme")
        impatient._writer.dispose()
        impatient._writer = engine
        with (
            closing(impatient),
            pytest.raises(LedgerBusy, match="was locked by another process"),
            impatient.write("test"),
        ):
            pass


def test_a_quota_is_counted_while_somebody_decides(ledger: Ledger) -> None:
    limits = [Budget(name="day", calls=9, seconds=86_400.0, share=1.0, source="test")]
    quotas = LedgerBudgets(ledger, "acme", "sales", limits)
    with ledger.write("decide"):
        assert quotas.take(["day"], 1) == 0.0
    assert [one.used for one in quotas.usage()] == [1]


def test_processes_that_count_at_once_lose_no_call(ledger: Ledger, place: str) -> None:
    limits = [Budget(name="day", calls=1000, seconds=86_400.0, share=1.0, source="test")]

    def count() -> None:
        with closing(Ledger.open(place, "acme")) as own:
            for _ in range(25):
                LedgerBudgets(own, "acme", "sales", limits).take(["day"], 0)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    (usage,) = LedgerBudgets(ledger, "acme", "sales", limits).usage()
    assert usage.used == 100


def test_sums_of_whole_numbers_are_whole_numbers(ledger: Ledger) -> None:
    with ledger.read() as tx:
        found = tx.conn.execute(
            text("SELECT sum(n), avg(n) FROM (VALUES (-4::bigint), (9007199254740993)) AS v(n)")
        ).one()
    assert (type(found[0]), found[0]) == (int, 9007199254740989)
    assert isinstance(found[1], float)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("53100", "the server's disk is full: free space; nothing of this step was kept"),
        ("53300", "no connection left"),
        ("42501", "let it own the database"),
        ("26000", "a pooler gives its statements to other connections"),
        ("42P05", "a pooler gives its statements to other connections"),
        ("25006", "name the primary server"),
        ("57P01", "the connection was lost"),
        ("08006", "the connection was lost"),
        ("XX001", "restore a backup"),
        ("40P01", "was locked by another process"),
        ("57014", "raise its statement_timeout"),
        ("25P03", "raise its idle_in_transaction_session_timeout"),
    ],
)
def test_what_the_server_reports_is_told_in_words(
    ledger: Ledger, entry: Entry, code: str, words: str
) -> None:
    with ledger.write("test") as tx:
        tx.conn.exec_driver_sql(
            "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'ann@b.example' USING ERRCODE = '{code}'; END $$"
        )
        tx.conn.exec_driver_sql(
            "CREATE TRIGGER fails BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION fails()"
        )

    def append() -> None:
        with ledger.write("test") as tx:
            events.append(tx, [entry("a")])

    told = why(append)
    assert words in told
    assert "ann@b.example" not in told
    with ledger.read() as tx:
        assert events.count(tx) == 0


def test_a_connection_that_is_lost_loses_the_step_alone(
    ledger: Ledger, place: str, entry: Entry
) -> None:
    def cut_off() -> None:
        with ledger.write("test") as tx:
            events.append(tx, [entry("lost")])
            pid = tx.conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
            asked(place, f"SELECT pg_terminate_backend({pid})")
            events.append(tx, [entry("too")])

    assert "the connection was lost" in why(cut_off)
    with ledger.write("test") as tx:
        (one,) = events.append(tx, [entry("kept")])
        assert one.seq == 1


def test_a_database_that_is_not_there_is_told() -> None:
    home = databases().home
    assert "make it (`createdb`)" in why(lambda: Ledger.open(url(home, "none"), "acme"))


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    told = why(lambda: Ledger.open(f"postgresql://me:{SECRET}@/x?host={tmp_path}", "acme"))
    assert "check host and port" in told
    told = why(lambda: Ledger.open(f"postgresql://me:{SECRET}@127.0.0.1:1/x", "acme"))
    assert told.startswith("the ledger postgresql://127.0.0.1:1/x cannot be used")


def test_a_wrong_user_and_a_wrong_password_are_told(place: str) -> None:
    wrong = place.replace("owner@", f"somebody:{SECRET}@")
    assert "user or password are wrong" in why(lambda: Ledger.open(wrong, "acme"))
    wrong = place.replace("owner@", f"{GUARDED}:{SECRET}@")
    assert "user or password are wrong" in why(lambda: Ledger.open(wrong, "acme"))


def test_a_user_who_may_not_make_tables_is_told() -> None:
    place = databases().blank("bare").replace("owner@", f"{GUARDED}:{GUARDED}@")
    told = why(lambda: Ledger.open(place, "acme"))
    assert "grant it CREATE" in told


def test_a_missing_ledger_is_not_made_unless_asked() -> None:
    place = databases().blank("bare")
    told = why(lambda: Ledger.open(place, "acme", create=False))
    assert "there is no ledger at postgresql://" in told
    assert databases().run("SELECT * FROM pg_tables WHERE schemaname = 'public'", "bare") == []


@pytest.mark.parametrize("revision", ["", "0005", "9f1c"])
def test_a_database_of_somebody_else_is_left_alone(revision: str) -> None:
    place = databases().blank("bare")
    databases().run("CREATE TABLE theirs (n int)", "bare")
    if revision:
        databases().run("CREATE TABLE alembic_version (version_num varchar(32))", "bare")
        databases().run(f"INSERT INTO alembic_version VALUES ('{revision}')", "bare")
    told = why(lambda: Ledger.open(place, "acme"))
    assert "Give it a database, or a schema, of its own" in told


def test_a_schema_of_its_own_is_enough() -> None:
    place = databases().blank("bare")
    databases().run("CREATE TABLE theirs (n int)", "bare")
    databases().run("CREATE SCHEMA crm", "bare")
    with closing(Ledger.open(f"{place}&options=-csearch_path%3Dcrm", "acme")) as ledger:
        assert ledger.exists()
    assert databases().run("SELECT count(*) FROM crm.event", "bare") == [(0,)]


def test_a_ledger_of_a_newer_build_is_refused(place: str) -> None:
    asked(place, "UPDATE alembic_version SET version_num = '9999'")
    assert "written by a newer crmbridge" in why(lambda: Ledger.open(place, "acme"))


def test_several_companies_may_make_the_tables_at_once() -> None:
    place, failed = databases().blank("bare"), list[LedgerError]()

    def opening(company: str) -> None:
        try:
            Ledger.open(place, company).close()
        except LedgerError as error:
            failed.append(error)

    threads = [threading.Thread(target=opening, args=(f"c{n}",)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []


def test_an_old_server_is_refused_and_one_that_is_not_is_taken() -> None:
    assert "14 is the oldest" in postgres.too_old(130_012)
    assert postgres.too_old(140_000) == postgres.too_old(180_001) == ""


def test_behind_a_pooler_nothing_is_prepared() -> None:
    def raw(told: int) -> Any:
        found = SimpleNamespace(fetchone=lambda: (told,))
        return SimpleNamespace(
            autocommit=False,
            info=SimpleNamespace(backend_pid=7),
            execute=lambda _: found,
        )

    assert postgres._is_pooled(raw(8))
    assert not postgres._is_pooled(raw(7))
