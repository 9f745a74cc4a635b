"""The demo as its users start it: a process, a story, an exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHORT = "40"


def started(*words: str) -> subprocess.Popen[str]:
    code = (
        "import sys; from crmbridge.testing.demo import run_demo; "
        "sys.exit(run_demo(days=int(sys.argv[1]), keep='keep' in sys.argv))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, SHORT, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_a_short_demo_tells_a_story_that_holds_and_ends_when_told() -> None:
    demo = started("keep")
    story: list[str] = []
    assert demo.stdout is not None
    for line in demo.stdout:
        story.append(line)
        if "Ctrl-C ends all" in line or "Traceback" in line:
            break
    text = " ".join("".join(story).split())
    for said in (
        "What was agreed (version 1",
        "The first run only makes a plan",
        "What came back, and why",
        "no reason given",
        "Revenue by source",
        "Rolf Wenger gives the lead back: needs nurture"[11:],
        "goes to nurture, track 'education'",
        "the deal is WON: 38,500 EUR",
        "Nothing was made twice",
        "crmbridge explain",
    ):
        assert said in text, "".join(story)
    assert "WRONG" not in text, "".join(story)
    pid = int(text.partition("The daemon is process ")[2].partition(",")[0])
    assert alive(pid)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(timeout=30) == 0
    assert not alive(pid)


def test_a_demo_that_is_ended_leaves_nothing_running() -> None:
    demo = started()
    assert demo.stdout is not None
    for line in demo.stdout:
        if "The plan was applied" in line:
            break
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children")
    until = time.monotonic() + 20
    while not (pids := children.read_text().split()) and time.monotonic() < until:
        time.sleep(0.02)
    assert pids
    demo.kill()
    demo.wait(timeout=10)
    until = time.monotonic() + 25
    while any(alive(int(one)) for one in pids) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(alive(int(one)) for one in pids)


def test_too_few_days_are_refused_with_the_reason() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from crmbridge.testing.demo import run_demo; run_demo(days=20)"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 1
    assert "rests for 30 days" in done.stderr
