"""Files count as soon as they are right; one that is wrong is refused, and told until it is not."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.daemon.house import House, Process, wait
from tests.daemon.test_daemon_systems import status

PATIENT = {"patience": 900.0}
LIMITS = "open_limit = "


def told(home: House) -> list[str]:
    """What the operators were told, line by line without the heads."""
    path = home.folder / "data" / "acme" / "messages.txt"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [one for one in lines if one.startswith("crmbridge acme: ")]


def shut(home: House) -> None:
    """Nobody has room."""
    path = home.config / "acme" / "teams.toml"
    text = path.read_text(encoding="utf-8")
    kept = [f"{LIMITS}0" if one.startswith(LIMITS) else one for one in text.splitlines()]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def people(home: House) -> list[str]:
    return [row["Email"] for row in home.box.sales.state("Lead")]


def alarm(daemon: Process, about: str, state: str) -> bool:
    head = f'crmbridge_alarm_seconds{{about="{about}",company="acme",state="{state}"}}'
    return any(one.startswith(head) for one in daemon.get("/metrics").text.splitlines())


def refused(home: House, daemon: Process, words: str) -> None:
    """It stands everywhere that a file is refused."""
    daemon.until("config refused")
    (one,) = [one for one in status(home)[0]["systems"] if one["system"] == "config"]
    assert one["state"] == "refused"
    assert words in one["message"]
    assert "config is refused since 2" in status(home)[1]
    ready = daemon.get("/readyz")
    assert ready.status_code == 503
    assert any("config is refused since" in why and words in why for why in ready.json()["reasons"])
    assert alarm(daemon, "config", "refused")
    wait(lambda: told(home) == ["crmbridge acme: config is refused"], daemon.log)


def mended(home: House, daemon: Process) -> None:
    """It stands nowhere any more, and the operators heard of the end once."""
    wait(lambda: len(told(home)) == 2, daemon.log)
    assert told(home)[1] == "crmbridge acme: config is well again"
    assert status(home)[0]["systems"] == []
    assert daemon.get("/readyz").status_code == 200
    assert not alarm(daemon, "config", "refused")
    time.sleep(1.0)
    assert len(told(home)) == 2


def test_room_that_a_team_gets_in_its_file_lets_the_waiting_out_without_a_signal(
    home: House,
) -> None:
    shut(home)
    home.arm()
    home.keen("grete@vogel.example")
    daemon = home.daemon()
    daemon.ready()
    daemon.until("decided")
    assert people(home) == []
    home.edit("teams.toml", f"{LIMITS}0", f"{LIMITS}5")
    wait(lambda: people(home) == ["grete@vogel.example"], daemon.log)
    assert len(daemon.lines("config read")) == 1
    assert daemon.stop() == 0


@pytest.mark.parametrize(
    ("file", "before", "after", "words"),
    [
        ("teams.toml", "open_limit = 20", "open_limit = -20", "open_limit"),
        ("mapping.toml", 'zone     = "Europe/Berlin"', 'zone     = "Europe/Berlim"', "Berlim"),
        ("agreement.toml", "[scoring", "[scoring", "changed after"),
        ("teams.toml", "[[teams]]", "[[teams", "not TOML"),
    ],
)
def test_a_wrong_file_is_refused_told_everywhere_and_told_again_when_it_is_right(
    home: House, file: str, before: str, after: str, words: str
) -> None:
    daemon = home.daemon()
    daemon.ready()
    path = home.config / "acme" / file
    right = path.read_text(encoding="utf-8")
    wrong = right.replace(before, after) if before != after else _signed_and_changed(right)
    assert wrong != right
    path.write_text(wrong, encoding="utf-8")
    refused(home, daemon, words)
    assert len(daemon.lines("config refused")) == 1
    path.write_text(right, encoding="utf-8")
    mended(home, daemon)
    assert daemon.stop() == 0


def test_a_mapping_that_would_lose_money_is_refused_and_its_side_goes_on(home: House) -> None:
    shut(home)
    home.arm()
    home.keen("grete@vogel.example")
    daemon = home.daemon()
    daemon.ready()
    home.edit("mapping.toml", 'amount    = "Amount"', 'amount    = "Amout"')
    home.edit("teams.toml", f"{LIMITS}0", f"{LIMITS}5")
    refused(home, daemon, "mapping.toml sales.deal.amount")
    wait(lambda: people(home) == ["grete@vogel.example"], daemon.log)
    assert daemon.lines("system paused") == []
    home.edit("mapping.toml", 'amount    = "Amout"', 'amount    = "Amount"')
    mended(home, daemon)
    assert daemon.stop() == 0


def _signed_and_changed(text: str) -> str:
    """One number more in a text that both sides signed."""
    before = "half_life_days = "
    place = text.index(before) + len(before)
    return text[:place] + "1" + text[place:]


def test_a_right_file_counts_beside_a_wrong_one(home: House) -> None:
    shut(home)
    home.arm()
    home.keen("grete@vogel.example")
    daemon = home.daemon()
    daemon.ready()
    home.edit("mapping.toml", "format   = 1", "fromat   = 1")
    refused(home, daemon, "fromat")
    home.edit("teams.toml", f"{LIMITS}0", f"{LIMITS}5")
    wait(lambda: people(home) == ["grete@vogel.example"], daemon.log)
    home.edit("mapping.toml", "fromat   = 1", "format   = 1")
    mended(home, daemon)
    assert daemon.stop() == 0


def test_a_file_that_is_half_written_for_a_while_is_no_alarm(home: House) -> None:
    daemon = home.daemon(pace={"watch": 1.0})
    daemon.ready()
    path = home.config / "acme" / "teams.toml"
    whole = path.read_text(encoding="utf-8").replace("open_limit = 20", "open_limit = 19")
    for part in range(1, 8):
        path.write_text(whole[: len(whole) * part // 8], encoding="utf-8")
        time.sleep(0.2)  # an editor that is slow
    path.write_text(whole, encoding="utf-8")
    daemon.until("config read")
    assert daemon.lines("config refused") == []
    assert told(home) == []
    assert daemon.stop() == 0


def test_a_file_put_in_place_by_its_name_counts_too_and_one_that_says_the_same_does_nothing(
    home: House,
) -> None:
    daemon = home.daemon()
    daemon.ready()
    path = home.config / "acme" / "teams.toml"
    beside = path.with_suffix(".new")
    beside.write_text(path.read_text("utf-8").replace("open_limit = 20", "open_limit = 19"))
    os.utime(beside, ns=(path.stat().st_mtime_ns,) * 2)
    beside.rename(path)
    daemon.until("config read")
    path.touch()
    time.sleep(1.5)
    assert len(daemon.lines("config read")) == 1
    assert daemon.stop() == 0


def test_an_agreement_that_nobody_signed_is_no_error_and_the_one_in_force_stays(
    home: House,
) -> None:
    shut(home)
    home.arm()
    home.keen("grete@vogel.example")
    daemon = home.daemon()
    daemon.ready()
    before = status(home)[0]["agreement"]
    path = home.config / "acme" / "agreement.toml"
    text = path.read_text(encoding="utf-8")
    place = text.index("signed = [")
    draft = text[:place] + "signed = []" + text[text.index("\n]", place) + 2 :]
    path.write_text(draft.replace("version        = 1", "version        = 2", 1), "utf-8")
    home.edit("teams.toml", f"{LIMITS}0", f"{LIMITS}5")
    wait(lambda: people(home) == ["grete@vogel.example"], daemon.log)
    assert daemon.lines("config refused") == []
    assert daemon.get("/readyz").status_code == 200
    (lead,) = home.box.sales.state("Lead")
    assert lead["CrmBridge_Definition__c"] == before
    assert told(home) == []
    assert daemon.stop() == 0


def test_a_signal_reads_the_files_by_the_same_rules(home: House) -> None:
    daemon = home.daemon(pace={"watch": 3600.0})
    daemon.ready()
    home.edit("teams.toml", "open_limit = 20", "open_limit = -20")
    daemon.signal(signal.SIGHUP)
    refused_line = daemon.until("config refused")
    assert "open_limit" in refused_line["message"]
    assert status(home)[0]["systems"][0]["system"] == "config"
    home.edit("teams.toml", "open_limit = -20", "open_limit = 19")
    daemon.signal(signal.SIGHUP)
    daemon.until("config read")
    assert status(home)[0]["systems"] == []
    assert daemon.stop() == 0


def test_operators_hear_once_of_a_paused_system_and_once_of_its_end_also_after_a_restart(
    home: House,
) -> None:
    daemon = home.daemon(pace={"probe": 0.5})
    daemon.ready()
    home.box.sales.config(refuse_login="invalid client credentials")
    home.box.sales.act("revoke_tokens")
    wait(lambda: told(home) == ["crmbridge acme: sales is paused"], daemon.log)
    assert daemon.stop() == 0
    second = home.daemon(pace={"probe": 0.5})
    second.until("system paused", side="sales")
    time.sleep(1.0)
    assert told(home) == ["crmbridge acme: sales is paused"]
    home.box.sales.config(refuse_login="")
    wait(lambda: len(told(home)) == 2, second.log)
    assert told(home)[1] == "crmbridge acme: sales is well again"
    assert second.stop() == 0
    text = (home.folder / "data" / "acme" / "messages.txt").read_text("utf-8")
    assert "`crmbridge validate --online` says what is wrong" in text
    assert "It was paused since 2" in text


def test_a_short_absence_is_a_delay_and_a_long_one_is_told(home: House) -> None:
    query = {"kind": "status", "status": 503, "route": "*"}
    daemon = home.daemon(pace={"patience": 3.0})
    daemon.ready()
    home.box.sales.faults(query)
    daemon.until("system away", side="sales")
    home.box.sales.clear_faults()
    daemon.until("system back", side="sales")
    assert told(home) == []
    home.box.sales.faults(query)
    wait(lambda: told(home) == ["crmbridge acme: sales is away"], daemon.log)
    home.box.sales.clear_faults()
    wait(lambda: len(told(home)) == 2, daemon.log)
    assert daemon.stop() == 0


def test_the_worlds_clock_that_does_not_answer_pauses_nobody_and_refuses_no_file(
    home: House, tmp_path: Path
) -> None:
    daemon = home.daemon()
    daemon.ready()
    home.box.marketing.faults({"kind": "delay", "route": "*", "seconds": 0.1})
    home.box.advance(timedelta(minutes=1))
    home.edit("teams.toml", "open_limit = 20", "open_limit = 19")
    daemon.until("config read")
    assert daemon.lines("system paused") == []
    assert daemon.stop() == 0
    assert json.dumps(told(home)) == "[]"
