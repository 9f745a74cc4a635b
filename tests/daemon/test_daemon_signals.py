"""The daemon as a process that is frozen, woken, asked to read again, and stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.daemon.house import House
from tests.stages.places import ROOT

WAITER = """
import sys, time
from crmbridge.daemon.signals import Signals
reloads = []
signals = Signals(lambda: (reloads.append(1), print("reload", flush=True)))
print("waiting", flush=True)
while not signals.wait(float(sys.argv[1])):
    pass
signals.restore()
print("stopped after", len(reloads), flush=True)
"""
FREEZES = ((0.05, 0.3), (0.3, 0.05), (0.3, 1.2), (1.0, 1.2), (1.0, 0.1))
"""Seconds that the process waits for a signal at a time, and seconds that it is frozen."""


def frozen(child: subprocess.Popen[bytes] | subprocess.Popen[str], seconds: float) -> None:
    child.send_signal(signal.SIGSTOP)
    time.sleep(seconds)  # the fault is about the length of a freeze
    child.send_signal(signal.SIGCONT)
    time.sleep(0.2)  # a process that ends of it needs an instant to do so


@pytest.mark.parametrize(("waits", "freeze"), FREEZES)
@pytest.mark.parametrize("before", [(), (signal.SIGHUP,), (signal.SIGHUP, signal.SIGHUP)])
def test_a_frozen_process_goes_on_and_hears_just_what_it_was_sent(
    waits: float, freeze: float, before: tuple[signal.Signals, ...]
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WAITER, str(waits)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "waiting\n"
        for number in before:
            child.send_signal(number)
            assert child.stdout.readline() == "reload\n"
        frozen(child, freeze)
        frozen(child, freeze)
        assert child.poll() is None, child.stdout.read()
        child.send_signal(signal.SIGTERM)
        told = child.stdout.read()
        assert child.wait(10) == 0
        assert told.endswith(f"stopped after {len(before)}\n")
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_a_daemon_that_was_frozen_goes_on_reads_its_files_again_and_stops_well(home: House) -> None:
    daemon = home.daemon()
    daemon.ready()
    for _ in range(3):
        frozen(daemon.child, 1.3)
        assert daemon.child.poll() is None, daemon.log.read_text()
    assert daemon.lines("config read") == []
    daemon.signal(signal.SIGHUP)
    daemon.until("config read")
    assert daemon.stop() == 0
    assert [one["signal"] for one in daemon.lines("stopping")] == ["SIGTERM"]


def test_a_second_signal_ends_a_process_that_is_stopping_at_once(tmp_path: Path) -> None:
    code = WAITER.replace("signals.restore()", "signals.wait(20)")
    child = subprocess.Popen(
        [sys.executable, "-c", code, "1"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "waiting\n"
    child.send_signal(signal.SIGTERM)
    time.sleep(0.3)  # two pending signals of one kind are one signal
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 143
    child.stdout.close()
