"""Python looks for garbage seldom while a process works, and as before afterwards."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from crmbridge.flows.operate.garbage import EACH, seldom


def test_inside_looks_are_seldom_and_spare_what_was_there() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with seldom():
        assert gc.get_threshold() == EACH
        assert gc.get_freeze_count() > frozen
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == frozen


def test_after_a_fault_it_is_as_before() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), seldom():
        raise KeyError
    assert gc.get_threshold() == before


def test_rings_are_still_found() -> None:
    code = (
        "from crmbridge.flows.operate.garbage import EACH, seldom\n"
        "import weakref\n"
        "class One: pass\n"
        "with seldom():\n"
        "    ring = One(); ring.me = ring; gone = weakref.ref(ring); del ring\n"
        "    kept = [[] for _ in range(2 * EACH[0])]\n"
        "    print(gone() is None)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
