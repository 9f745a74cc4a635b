"""The daemon and its ledger: backfills asked for from outside, a lost lease, two companies."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
import tomllib
from datetime import date
from pathlib import Path

import pytest

from crmbridge.agreement import Agreement
from crmbridge.flows.agreed.signature import signed_text, unsigned_text
from crmbridge.flows.read import backfill
from crmbridge.report.operate.status import status
from crmbridge.store import cursors, totals, writer
from tests.daemon.house import House, Process, wait
from tests.stages.ledgers import url_of


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


@pytest.mark.of_file
@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_daemon_whose_ledger_is_gone_says_so_and_leaves_with_1(home: House, how: str) -> None:
    daemon = home.daemon(pace={"lease": 1.0, "farewell": 3.0})
    daemon.ready()
    path = home.folder / "data" / "acme" / "ledger.db"
    assert path.is_file()
    if how == "removed":
        path.unlink()
    else:
        other = path.with_name("other.db")
        other.write_bytes(path.read_bytes())
        other.replace(path)
    said = "was removed" if how == "removed" else "was replaced by another file"

    def told() -> bool:
        answer = daemon.get("/readyz")
        return answer.status_code == 503 and any(said in one for one in answer.json()["reasons"])

    wait(told, daemon.log)
    assert daemon.end() == 1
    (line,) = daemon.lines("cannot go on")
    assert said in line["message"]
    assert "restore" in line["message"]


@pytest.mark.of_file
def test_a_daemon_does_not_start_on_a_damaged_ledger(home: House) -> None:
    daemon = home.daemon()
    daemon.ready()
    assert daemon.stop() == 0
    path = home.folder / "data" / "acme" / "ledger.db"
    data = bytearray(path.read_bytes())
    for at in range(8 * 4096, len(data) - 4096, 3 * 4096):
        data[at : at + 512] = os.urandom(512)
    path.write_bytes(data)
    again = home.daemon()
    assert again.end() == 1
    (line,) = again.lines("cannot go on")
    assert "restore" in line["message"]


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
    ledger = url_of(home.folder / "data" / "both.db")
    wrong = {"CRMBRIDGE_BETA__MARKETING__ACCESS_TOKEN": "a-revoked-token"}
    home.box.marketing.config(revoked=["a-revoked-token"])
    more = home.box.environment("beta") | wrong | {"CRMBRIDGE_LEDGER": ledger}
    daemon = home.daemon(**more)
    daemon.until("system paused", company="beta", side="marketing")
    daemon.until("looked", company="acme", side="marketing")
    daemon.until("looked", company="beta", side="sales")
    assert daemon.get("/readyz").json()["reasons"] == [
        "beta: marketing was not looked at yet (paused: AuthFailed)"
    ]
    beside = home.company(CRMBRIDGE_LEDGER=more["CRMBRIDGE_LEDGER"])
    with beside as company, company.ledger.read() as tx:
        assert totals.by_stage(tx) == {"known": 1}
        assert cursors.get_meta(tx, "alarms") == {}
    assert daemon.stop() == 0


def reasons(daemon: Process) -> str:
    return "\n".join(daemon.get("/readyz").json().get("reasons", ()))


@pytest.mark.of_file
@pytest.mark.parametrize(
    ("table", "what"), [("cursor", "marketing"), ("op", "decide")], ids=["look", "decide"]
)
def test_work_that_the_ledger_refuses_is_shown_with_its_message_until_it_is_taken(
    home: House, table: str, what: str
) -> None:
    home.arm()
    daemon = home.daemon(pace={"decide": 0.5})
    daemon.ready()
    with home.company() as company:
        conn = sqlite3.connect(company.ledger.path, timeout=20, isolation_level=None)
        for verb in ("INSERT", "UPDATE", "DELETE"):
            conn.execute(
                f"CREATE TRIGGER no_{verb} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'no room here'); END"
            )
        home.keen("grete@vogel.example")
        wait(lambda: f"acme: {what} is failing since" in reasons(daemon), daemon.log)
        assert "no room here" in reasons(daemon)

        def shown() -> list[str]:
            found = status(company)["systems"]
            return [one["message"] for one in found if one["state"] == "failing"]

        wait(lambda: any("no room here" in one for one in shown()), daemon.log)
        for verb in ("INSERT", "UPDATE", "DELETE"):
            conn.execute(f"DROP TRIGGER no_{verb}")
        conn.close()
        wait(lambda: shown() == [], daemon.log, 60)
    daemon.ready()
    assert daemon.stop() == 0


@pytest.mark.of_file
def test_a_quotas_file_that_cannot_be_used_stops_neither_system_nor_the_metrics(
    home: House,
) -> None:
    with home.company() as company:
        file = company.ledger.path.with_name(company.ledger.path.name + "-quota")
    file.unlink(missing_ok=True)
    (file / "within").mkdir(parents=True)
    daemon = home.daemon()
    daemon.ready()
    (line,) = daemon.lines("quotas counted in memory")
    assert "delete it" in line["message"]
    answer = daemon.get("/metrics")
    assert answer.status_code == 200
    assert "crmbridge_system_up" in answer.text
    assert "crmbridge_quota" not in answer.text
    assert daemon.stop() == 0


def test_a_ledger_that_cannot_be_read_takes_no_other_figure_with_it(home: House) -> None:
    daemon = home.daemon()
    daemon.ready()
    with home.company() as company:
        shown = daemon.get("/metrics").text
        assert 'crmbridge_ledger_up{company="acme"} 1.0' in shown
        with company.ledger.write("test") as tx:
            tx.conn.exec_driver_sql("ALTER TABLE total RENAME TO total_away")
        answer = daemon.get("/metrics")
        assert answer.status_code == 200
        assert 'crmbridge_ledger_up{company="acme"} 0.0' in answer.text
        assert "crmbridge_system_up" in answer.text
        with company.ledger.write("test") as tx:
            tx.conn.exec_driver_sql("ALTER TABLE total_away RENAME TO total")
    assert 'crmbridge_ledger_up{company="acme"} 1.0' in daemon.get("/metrics").text
    assert daemon.stop() == 0
