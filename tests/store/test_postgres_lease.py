"""The writer's lease where writers are on several machines: one clock, and no name twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crmbridge.errors import LedgerBusy
from crmbridge.report.operate.status import writing
from crmbridge.store import Ledger, writer
from crmbridge.store.lease import writer_lease
from tests.stages.postgres import databases


@pytest.fixture
def ahead() -> Iterator[Ledger]:
    """A ledger on a server whose clock is an hour before that of this machine."""
    place = databases().blank("ahead")
    databases().run("CREATE SCHEMA ahead", "ahead")
    databases().run(
        "CREATE FUNCTION ahead.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
        "$$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$",
        "ahead",
    )
    place += "&options=-csearch_path%3Dahead,pg_catalog"
    with closing(Ledger.open(place, "acme")) as ledger:
        yield ledger


def test_machines_whose_clocks_differ_keep_one_lease(ahead: Ledger) -> None:
    with writer_lease(ahead, ttl=30), ahead.read() as tx:
        held = writer.current(tx)
        assert held is not None
        assert 3_600 < held.lease_until - time.time() < 3_660
        told = writing(tx)
        assert told is not None
        assert 0 <= told["for"] < 60


def test_a_process_of_another_machine_of_the_same_name_is_not_taken_for_a_dead_one(
    tmp_path: Path,
) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    with closing(Ledger.open(databases().of(tmp_path / "ledger.db"), "acme")) as ledger:
        with ledger.write("test") as tx:
            other = f"{writer.this_host()} 6a1f0c52-0000-4000-8000-000000000000"
            writer.acquire(tx, "there", other, done.pid, now=time.time(), ttl=30)
        with pytest.raises(LedgerBusy, match="is written by process"), writer_lease(ledger):
            pass
        with ledger.write("test") as tx:
            writer.release(tx, "there")
            writer.acquire(tx, "here", writer.here(tx), done.pid, now=time.time(), ttl=30)
        with writer_lease(ledger), ledger.read() as tx:
            held = writer.current(tx)
            assert held is not None
            assert held.pid == os.getpid()
