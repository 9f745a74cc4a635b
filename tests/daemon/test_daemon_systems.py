"""What the daemon does when a system is away, shuts us out, or has news; and when files change."""

from __future__ import annotations

import signal
import time

import httpx

from crmbridge.store import cursors
from tests.daemon.house import House, Process, wait

QUERY = "GET /services/data/v*/query*"
COMPOSITE = "POST /services/data/v*/composite*"


def looks(daemon: Process, side: str) -> float:
    """Good looks at a side so far."""
    for line in daemon.get("/metrics").text.splitlines():
        if line.startswith("crmbridge_looks_total") and 'outcome="done"' in line and side in line:
            return float(line.split()[-1])
    return 0.0


def alarms(home: House) -> object:
    with home.company() as company, company.ledger.read() as tx:
        return cursors.get_meta(tx, "alarms")


def test_a_rejected_credential_pauses_its_side_alone_until_it_is_mended(home: House) -> None:
    daemon = home.daemon()
    daemon.ready()
    home.box.marketing.config(revoked=["loopback-token"])
    home.box.marketing.empty_audit()
    daemon.until("system paused", side="marketing")
    before = looks(daemon, "sales")
    wait(lambda: looks(daemon, "sales") > before, daemon.log)
    time.sleep(0.8)
    assert len(home.box.marketing.audit()) <= 3
    assert len(daemon.lines("system paused")) == 1
    found = alarms(home)
    assert isinstance(found, dict)
    assert set(found) == {"marketing"}
    assert (found["marketing"]["state"], found["marketing"]["why"]) == ("paused", "AuthFailed")
    assert 'crmbridge_system_up{company="acme",side="marketing"} 0.0' in daemon.get("/metrics").text
    home.box.marketing.config(revoked=[])
    daemon.signal(signal.SIGHUP)
    daemon.until("system back", side="marketing")
    assert alarms(home) == {}
    assert daemon.stop() == 0


def test_a_system_that_goes_away_is_said_once_and_once_when_it_is_back(home: House) -> None:
    daemon = home.daemon()
    daemon.ready()
    home.box.sales.faults(
        *({"kind": "status", "status": 503, "route": one} for one in (QUERY, COMPOSITE))
    )
    daemon.until("system away", side="sales")
    before = looks(daemon, "marketing")
    wait(lambda: looks(daemon, "marketing") > before + 1, daemon.log)
    home.box.sales.clear_faults()
    daemon.until("system back", side="sales")
    assert daemon.stop() == 0
    assert len(daemon.lines("system away")) == 1
    assert len(daemon.lines("system back")) == 1


def test_a_broken_file_never_replaces_the_running_config(home: House) -> None:
    daemon = home.daemon()
    daemon.ready()
    home.edit("teams.toml", "open_limit = 20", "open_limit = -20")
    daemon.signal(signal.SIGHUP)
    refused = daemon.until("config refused")
    assert "open_limit" in refused["message"]
    before = looks(daemon, "sales")
    wait(lambda: looks(daemon, "sales") > before, daemon.log)
    home.edit("teams.toml", "open_limit = -20", "open_limit = 19")
    daemon.signal(signal.SIGHUP)
    daemon.until("config read")
    before = looks(daemon, "sales")
    wait(lambda: looks(daemon, "sales") > before, daemon.log)
    assert daemon.stop() == 0


def test_a_hint_makes_a_side_due_at_once(home: House) -> None:
    home.edit("mapping.toml", "every     = 1", "every     = 3000")
    daemon = home.daemon()
    daemon.ready()
    time.sleep(0.5)
    before = looks(daemon, "sales")
    answer = httpx.post(f"{daemon.url}/hint/acme/sales", content=b"{}", trust_env=False)
    assert answer.status_code == 202
    wait(lambda: looks(daemon, "sales") == before + 1, daemon.log, 5)
    assert looks(daemon, "marketing") == 1.0
    assert httpx.post(f"{daemon.url}/hint/acme/moon", trust_env=False).status_code == 404
    assert daemon.stop() == 0


def test_a_hang_is_told_by_healthz_and_the_other_jobs_go_on(home: House) -> None:
    daemon = home.daemon(pace={"deadline": 1.0, "grace": 0.5})
    daemon.ready()
    home.box.sales.faults({"kind": "delay", "route": "*", "seconds": 6})
    wait(lambda: daemon.get("/healthz").status_code == 503, daemon.log)
    (reason,) = daemon.get("/healthz").json()["reasons"]
    assert "pull:acme:sales gave no sign of life" in reason
    before = looks(daemon, "marketing")
    wait(lambda: looks(daemon, "marketing") > before, daemon.log)
    assert daemon.stop() == 0
    assert not daemon.until("stopped")["in_time"]
