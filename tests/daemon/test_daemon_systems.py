"""What the daemon does when a system is away, shuts us out, or has news; and when files change."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from functools import partial
from typing import Any

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


def status(home: House) -> tuple[dict[str, Any], str]:
    """What `crmbridge status` says, for scripts and for people."""
    words = [sys.executable, "-m", "crmbridge", "status", "--company", "acme"]
    run = partial(subprocess.run, env=home.environ(), capture_output=True, text=True)
    (one,) = json.loads(run([*words, "--json"]).stdout)["companies"]
    return one, run(words).stdout


def down(daemon: Process, side: str) -> float:
    head = f'crmbridge_system_down_seconds{{company="acme",side="{side}"}} '
    (line,) = [one for one in daemon.get("/metrics").text.splitlines() if one.startswith(head)]
    return float(line.removeprefix(head))


def test_a_paused_system_stands_everywhere_since_when_until_it_is_back(home: House) -> None:
    daemon = home.daemon()
    daemon.ready()
    assert (status(home)[0]["systems"], down(daemon, "sales")) == ([], 0.0)
    home.box.sales.config(refuse_login="invalid client credentials")
    home.box.sales.act("revoke_tokens")
    daemon.until("system paused", side="sales")
    one, text = status(home)
    (system,) = one["systems"]
    assert (system["system"], system["state"], system["why"]) == ("sales", "paused", "AuthFailed")
    assert "sales is paused since 2" in text
    assert "`crmbridge validate --online` says what is wrong" in text
    ready = daemon.get("/readyz")
    assert ready.status_code == 503
    assert f"acme: sales is paused since {system['since']} (AuthFailed)" in ready.json()["reasons"]
    assert down(daemon, "sales") > 0
    assert down(daemon, "marketing") == 0
    home.box.sales.config(refuse_login="")
    daemon.signal(signal.SIGHUP)
    daemon.until("system back", side="sales")
    wait(lambda: daemon.get("/readyz").status_code == 200, daemon.log)
    one, text = status(home)
    assert one["systems"] == []
    assert "paused" not in text
    assert down(daemon, "sales") == 0
    assert daemon.stop() == 0


def test_money_that_is_hidden_in_mid_run_pauses_its_side_and_gives_it_back(home: House) -> None:
    daemon = home.daemon(pace={"probe": 0.5})
    daemon.ready()
    home.box.sales.config(hidden_fields={"Opportunity": ["Amount"]})
    home.box.sales.act("create", object="Lead", fields={"LastName": "Kern", "Company": "Buyer"})
    paused = daemon.until("system paused", side="sales")
    assert paused["error"] == "MappingError"
    assert "Opportunity has no field 'Amount' that we can see" in paused["message"]
    assert status(home)[0]["systems"][0]["why"] == "MappingError"
    home.box.sales.config(hidden_fields={})
    daemon.until("system back", side="sales")
    assert daemon.stop() == 0


def test_a_mapping_that_loses_money_reads_nothing_of_its_side_from_the_start(home: House) -> None:
    home.edit("mapping.toml", 'amount    = "Amount"', 'amount    = "Amout"')
    daemon = home.daemon(pace={"probe": 0.5})
    paused = daemon.until("system paused", side="sales")
    assert "mapping.toml sales.deal.amount" in paused["message"]
    wait(lambda: looks(daemon, "marketing") > 0, daemon.log)
    assert looks(daemon, "sales") == 0
    home.edit("mapping.toml", 'amount    = "Amout"', 'amount    = "Amount"')
    daemon.signal(signal.SIGHUP)
    daemon.until("system back", side="sales")
    assert daemon.stop() == 0


def test_what_does_not_fit_and_loses_nothing_is_said_once(home: House) -> None:
    home.edit("mapping.toml", 'title      = "Title"', 'title      = "Titel"')
    daemon = home.daemon(pace={"survey": 0.2})
    daemon.ready()
    said = daemon.until("does not fit", side="sales")
    assert "did you mean 'Title'?" in said["message"]
    before = looks(daemon, "sales")
    wait(lambda: looks(daemon, "sales") > before + 2, daemon.log)
    assert len(daemon.lines("does not fit")) == 1
    assert 'crmbridge_mapping_warnings{company="acme",side="sales"} 2.0' in (
        daemon.get("/metrics").text
    )
    assert daemon.stop() == 0
