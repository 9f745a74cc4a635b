"""The daemon and its ledger: backfills asked for from outside, a lost lease, two companies."""

from __future__ import annotations

import os
import shutil
import time
import tomllib
from datetime import date
from pathlib import Path

from crmbridge.agreement import Agreement
from crmbridge.cli.approving import signed_text, unsigned_text
from crmbridge.flows import backfill
from crmbridge.store import cursors, leads, writer
from tests.daemon.house import House, wait


def test_a_backfill_beside_the_daemon_is_queued_to_it_and_watched(home: House) -> None:
    for number in range(5):
        home.contact(f"c{number}@vogel.example")
    daemon = home.daemon()
    daemon.ready()
    with home.company() as company:
        ident = backfill.request(company)
        wait(lambda: backfill.progress_of(company).get("state") == "done", daemon.log)
        found = backfill.progress_of(company)
        assert found["id"] == ident
        assert found["report"]["done"]["marketing:contacts"] == 5
        assert found["report"]["new"] == 0
        assert found["objects"]["marketing:contacts"][0] == 5
    assert daemon.stop() == 0


def test_a_backfill_goes_on_after_a_restart_of_the_daemon(home: House) -> None:
    first = home.daemon()
    first.ready()
    route = "contacts.list"
    home.box.marketing.faults({"kind": "delay", "route": route, "seconds": 1.0})
    with home.company() as company:
        backfill.request(company)
        wait(lambda: backfill.progress_of(company)["state"] == "running", first.log)
        assert first.stop() == 0
        assert backfill.progress_of(company)["state"] in ("waiting", "running")
        home.box.marketing.clear_faults()
        second = home.daemon()
        wait(lambda: backfill.progress_of(company)["state"] == "done", second.log)
        assert backfill.progress_of(company)["report"]["complete"]
    assert second.stop() == 0


def test_a_daemon_that_lost_its_lease_stops_with_3(home: House) -> None:
    daemon = home.daemon(pace={"lease": 1.0})
    daemon.ready()
    with home.company() as company, company.ledger.write("lease") as tx:
        held = writer.current(tx)
        assert held is not None
        writer.release(tx, held.owner)
        host = writer.this_host()
        writer.acquire(tx, "another", host, os.getpid(), now=time.time(), ttl=60)
    assert daemon.end() == 3
    assert daemon.lines("another process writes the ledger")


def sign(path: Path) -> None:
    """Another company's name voids the signatures under the example."""
    text = unsigned_text(path.read_text())
    for side, name in (("marketing", "Dana Ortiz"), ("sales", "Priya Raman")):
        agreement = Agreement.model_validate(tomllib.loads(text))
        text = signed_text(text, agreement, side, name, date(2026, 1, 5))
    path.write_text(text)


def test_two_companies_share_a_ledger_and_one_may_be_paused(home: House) -> None:
    shutil.copytree(home.config / "acme", home.config / "beta")
    for file in ("mapping.toml", "agreement.toml", "teams.toml"):
        path = home.config / "beta" / file
        path.write_text(path.read_text().replace('"acme"', '"beta"'))
    sign(home.config / "beta" / "agreement.toml")
    home.contact("one@vogel.example")
    ledger = home.folder / "data" / "both.db"
    wrong = {"CRMBRIDGE_BETA__MARKETING__ACCESS_TOKEN": "a-revoked-token"}
    home.box.marketing.config(revoked=["a-revoked-token"])
    more = home.box.environment("beta") | wrong | {"CRMBRIDGE_LEDGER": f"sqlite:///{ledger}"}
    daemon = home.daemon(**more)
    daemon.until("system paused", company="beta", side="marketing")
    daemon.until("looked", company="acme", side="marketing")
    daemon.until("looked", company="beta", side="sales")
    assert daemon.get("/readyz").json()["reasons"] == [
        "beta: marketing was not looked at yet (paused: AuthFailed)"
    ]
    beside = home.company(CRMBRIDGE_LEDGER=more["CRMBRIDGE_LEDGER"])
    with beside as company, company.ledger.read() as tx:
        assert leads.counts_by_stage(tx) == {"known": 1}
        assert cursors.get_meta(tx, "alarms") == {}
    assert daemon.stop() == 0
