"""A ledger from before columns for what is seen: its rows are kept, and empty there."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from crmbridge.store import trail
from crmbridge.store.ledger import Ledger
from crmbridge.store.rows import ActivityRow, DealRow, RoleRow
from crmbridge.store.upgrade import MIGRATIONS
from tests.stages.places import START

pytestmark = pytest.mark.of_file

AT = "2026-03-02T09:00:00.000000Z"
OLD = (
    "INSERT INTO deal (company, id, state, amount_minor, currency, data) "
    "VALUES ('acme', 'sales:Opportunity:1', 'open', 100, 'EUR', '{}')",
    "INSERT INTO role (company, id, deal, person, live) "
    "VALUES ('acme', 'sales:Role:1', 'sales:Opportunity:1', 'sales:Contact:1', 1)",
    "INSERT INTO activity (company, id, lead, at) "
    f"VALUES ('acme', 'sales:Task:1@1', 'lead1', '{AT}')",
    "INSERT INTO touch (company, id, lead, at, kind, asset, channel, person_key, data) "
    f"VALUES ('acme', 'm:form:1', 'lead1', '{AT}', 'form', '/a', '', 'lead1', "
    "CAST('{}' AS BLOB))",
)


def test_rows_of_earlier_builds_are_kept_and_say_nothing_new(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        for one in OLD:
            conn.execute(text(one))
    engine.dispose()
    ledger = Ledger.open(f"sqlite:///{file}", "acme")
    with ledger.read() as tx:
        deal = trail.get_deals(tx, ["sales:Opportunity:1"])
        role = trail.get_roles(tx, ["sales:Role:1"])
        done = trail.activities_of(tx, ["lead1"])
        (touch,) = trail.get_touches(tx, ["m:form:1"]).values()
    ledger.close()
    assert list(deal.values()) == [
        DealRow(id="sales:Opportunity:1", state="open", amount_minor=100, currency="EUR")
    ]
    assert list(role.values()) == [
        RoleRow(id="sales:Role:1", deal="sales:Opportunity:1", person="sales:Contact:1")
    ]
    assert done == {"lead1": [ActivityRow(id="sales:Task:1@1", at=START, lead="lead1")]}
    assert (touch.value, touch.campaign) == (0, "")
