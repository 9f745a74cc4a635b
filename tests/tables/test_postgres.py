"""Tables keep the contract on a real PostgreSQL, with a stamp that has no zone and an own user."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from connectors.tables import Tables
from connectors.tables.database import Database
from connectors.tables.options import parse_options
from crmbridge.errors import AuthFailed, Unavailable
from crmbridge.model.record import Row
from crmbridge.testing.contract import Account, ConnectorContract
from crmbridge.testing.contract.base import leaked
from tests.tables.postgres import PASSWORD, PostgresAccount, server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with server() as found:
        yield found


@pytest.fixture
def place(tmp_path: Path, url: str) -> Iterator[PostgresAccount]:
    account = PostgresAccount(tmp_path, url)
    yield account
    account.close()


class TestPostgres(ConnectorContract):
    """The contract, inherited."""

    @pytest.fixture
    def account(self, place: PostgresAccount) -> Account:
        return place


def test_a_connection_for_reading_cannot_write(place: PostgresAccount) -> None:
    options = parse_options({"tables": {"people": dict(place.table)}, "write": True})
    database = Database(place.credentials()["DATABASE_URL"], options)
    with database.reader().connect() as connection, pytest.raises(DBAPIError, match="read-only"):
        connection.execute(text("UPDATE crm.people SET title = 'x'"))
    database.close()


def test_a_wrong_password_is_told_from_a_server_that_is_away(place: PostgresAccount) -> None:
    good = place.credentials()["DATABASE_URL"]
    wrong = place.build({"DATABASE_URL": good.replace(PASSWORD, f"{PASSWORD}-2")})
    away = place.build({"DATABASE_URL": good.replace("host=", "host=/nowhere")})
    with pytest.raises(AuthFailed) as told:
        wrong.check()
    assert not leaked(f"{told.value} {told.value!r}")
    with pytest.raises(Unavailable) as told:
        away.check()
    assert not leaked(f"{told.value} {told.value!r}")


def test_ids_are_listed_in_the_order_that_we_compare_by_whatever_the_columns_own(
    place: PostgresAccount,
) -> None:
    place.run('CREATE TABLE crm.words (id TEXT COLLATE "en-x-icu" PRIMARY KEY, at TIMESTAMPTZ)')
    place.run("GRANT SELECT ON crm.words TO bridge")
    place.run("INSERT INTO crm.words SELECT one, now() FROM unnest(ARRAY['b', 'B', 'a', 'aa']) one")
    options = {"tables": {"words": {"table": "crm.words", "stamp": "at"}}, "page_size": 10}
    connector = Tables(place.credentials(), options)
    found = [one.id for page in connector.stamps("words", None) for one in page.records]
    came = [one.id for page in connector.read("words", ["at"], None) for one in page.records]
    connector.close()
    assert found == ["B", "a", "b", "aa"]
    assert sorted(came) == sorted(found)


def test_a_stamp_with_a_zone_is_followed_to_the_microsecond(place: PostgresAccount) -> None:
    place.run("CREATE TABLE crm.ticks (id INTEGER PRIMARY KEY, at TIMESTAMPTZ NOT NULL)")
    place.run("GRANT SELECT ON crm.ticks TO bridge")
    place.run(
        "INSERT INTO crm.ticks SELECT n, timestamptz '2026-11-02 09:00:00.000001+01'"
        " + n / 4 * interval '1 microsecond' FROM generate_series(1, 45) n"
    )
    options = {"tables": {"ticks": {"table": "crm.ticks", "stamp": "at"}}, "page_size": 10}
    connector = Tables(place.credentials(), options)
    pages = list(connector.read("ticks", ["at"], None))
    again = list(connector.read("ticks", ["at"], pages[-1].cursor))
    connector.close()
    assert [one.id for page in pages for one in page.records] == [str(n) for n in range(1, 46)]
    assert pages[0].records[0].changed_at == datetime(2026, 11, 2, 8, 0, 0, 1, tzinfo=UTC)
    assert [len(page.records) for page in again] == [0]


def test_ids_that_are_uuids_and_choices_and_lists_of_the_databases_own(
    place: PostgresAccount,
) -> None:
    place.run("CREATE TYPE crm.kind AS ENUM ('new', 'old')")
    place.run(
        "CREATE TABLE crm.firms (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), our_id TEXT UNIQUE,"
        " kind crm.kind, tags TEXT[], facts JSONB, boss UUID REFERENCES crm.firms (id),"
        " at TIMESTAMPTZ NOT NULL DEFAULT now())"
    )
    place.run("GRANT SELECT, INSERT, UPDATE ON crm.firms TO bridge")
    place.run("INSERT INTO crm.firms (kind, facts) SELECT 'old', '{}' FROM generate_series(1, 24)")
    options = {"table": "crm.firms", "stamp": "at"}
    config = {"write": True, "key_field": "our_id", "page_size": 10}
    connector = Tables(place.credentials(), {"tables": {"firms": options}, **config})
    told = {one.name: one for one in connector.describe("firms")}
    assert (told["kind"].type, told["kind"].choices) == ("enum", ("new", "old"))
    assert (told["tags"].type, told["boss"].type, told["boss"].refers) == (
        "multi",
        "ref",
        ("firms",),
    )
    assert "facts" not in told
    names = ["kind", "tags", "boss"]
    pages = list(connector.read("firms", names, None))
    ids = [one.id for page in pages for one in page.records]
    assert len(set(ids)) == len(ids) == 24
    rest = connector.read("firms", names, pages[0].cursor)
    assert [one.id for page in rest for one in page.records] == ids[10:]
    values = {"kind": "new", "tags": ("a b", 'c"d'), "boss": ids[0]}
    made, again, wrong, gone = connector.write(
        "firms",
        [
            Row(op="1", key="k", values=values),
            Row(op="2", key="k", values={"kind": "new"}),
            Row(op="3", key="k", values={"kind": "other"}),
            Row(op="4", key="", id="00000000-0000-0000-0000-000000000000", values={"kind": "new"}),
        ],
    )
    assert (made.created, again.id) == (True, made.id)
    assert (wrong.outcome, gone.outcome) == ("refused", "gone"), (wrong, gone)
    (record,) = connector.find("firms", "id", [made.id, "no uuid"], names)
    assert record.values == values
    listed = [one.id for page in connector.stamps("firms", None) for one in page.records]
    assert listed == sorted([*ids, made.id])
    connector.close()
