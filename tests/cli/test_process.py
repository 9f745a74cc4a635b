"""The command line as a process of its own: output, signals and exit codes."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from crmbridge.testing.emulator import Remote
from tests.stages.line import Desk, Line
from tests.stages.places import ROOT


def environment(line: Line) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)} | line.env


@contextmanager
def started(line: Line, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "crmbridge", *words],
        env=environment(line),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def document(process: subprocess.Popen[str]) -> dict[str, dict[str, str]]:
    text = ""
    assert process.stdout is not None
    for line in process.stdout:
        text += line
        if line == "}\n":
            return dict(json.loads(text))
    raise AssertionError(process.stderr.read() if process.stderr else "")


def test_a_process_leaves_with_the_exit_code_and_words_on_stderr(bare: Line) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crmbridge", "explain", "nobody@buyer.example", "--json"],
        env=environment(bare),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "no lead is known by this e-mail address" in done.stderr
    assert "Traceback" not in done.stderr


def test_emulators_serve_on_one_clock_until_a_signal(bare: Line) -> None:
    with started(bare, "emulate", "hubspot", "salesforce", "--port", "0", "--json") as process:
        said = document(process)
        urls, env = said["urls"], said["environment"]
        assert set(urls) == {"hubspot", "salesforce"}
        assert env["CRMBRIDGE_ACME__SALES__BASE_URL"] == urls["salesforce"]
        assert env["CRMBRIDGE_ACME__MARKETING__BASE_URL"] == urls["hubspot"]
        Remote(urls["hubspot"]).clock(now="2026-03-02T09:00:00Z")
        assert Remote(urls["salesforce"]).clock()["now"].startswith("2026-03-02T09:00:00")
        with urllib.request.urlopen(urls["salesforce"] + "/services/data") as answer:
            assert answer.status == 200
        line = Line(home=bare.home, env=bare.env | env)
        said = line.run("validate", "--online")
        assert said.code == 1
        assert "contacts has no field 'crmbridge_id'" in said.out
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_emulators_are_prepared_for_a_company_when_asked(bare: Line) -> None:
    command = ("emulate", "hubspot", "salesforce", "--port", "0", "--prepare", "--json")
    with started(bare, *command) as process:
        env = document(process)["environment"]
        line = Line(home=bare.home, env=bare.env | env)
        assert "has no field" not in line.ok("validate", "--online").out
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_emulate_refuses_what_it_cannot_serve(bare: Line) -> None:
    assert "no emulator of 'siebel'" in bare.run("emulate", "siebel").err
    assert "once" in bare.run("emulate", "hubspot", "hubspot").err


def test_a_taken_port_is_told(desk: Desk) -> None:
    port = desk.box.clock.rsplit(":", 1)[1]
    said = desk.run("emulate", "hubspot", "--port", port)
    assert said.code == 1
    assert "choose another --port" in said.err


def test_the_daemon_runs_until_a_signal_and_keeps_others_from_writing(desk: Desk) -> None:
    desk.env["CRMBRIDGE_LISTEN"] = "127.0.0.1:0"
    with started(desk, "run") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if '"started"' in line:
                break
        assert desk.run("sync").code == 3
        done = desk.json("backfill", "--since", "2026-01-01")
        assert done["complete"] is True
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
