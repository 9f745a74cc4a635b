"""The lease around a piece of work: kept alive, given back, and missed when somebody takes it."""

import os
import time
from dataclasses import replace

import pytest

from crmbridge.errors import LedgerBusy
from crmbridge.store import table, writer
from crmbridge.store.lease import writer_lease
from crmbridge.store.ledger import Ledger
from crmbridge.store.schema import writer as writer_table


def holder(ledger: Ledger) -> writer.Writer:
    with ledger.read() as tx:
        found = writer.current(tx)
    assert found is not None
    return found


def steal(ledger: Ledger) -> None:
    with ledger.write("theft") as tx:
        known = writer.current(tx)
        assert known is not None
        thief = replace(known, owner="thief", pid=os.getppid(), epoch=known.epoch + 1)
        table.put(writer.lease_rows(tx), [thief], writer_table)


def work_until_lost(ledger: Ledger) -> None:
    with writer_lease(ledger, ttl=0.3) as lease:
        steal(ledger)
        until = time.monotonic() + 5
        while not lease.stopped() and time.monotonic() < until:
            time.sleep(0.02)


def test_inside_the_block_nobody_else_writes_and_after_it_the_ledger_is_free(
    ledger: Ledger,
) -> None:
    second = writer_lease(ledger)
    with writer_lease(ledger), pytest.raises(LedgerBusy, match=str(os.getpid())):
        second.__enter__()
    assert holder(ledger).owner == ""
    with writer_lease(ledger) as again:
        assert holder(ledger).owner == again.owner


def test_a_long_piece_of_work_keeps_its_lease(ledger: Ledger) -> None:
    with writer_lease(ledger, ttl=0.3) as lease:
        first = holder(ledger).lease_until
        time.sleep(0.5)
        assert holder(ledger).lease_until > first
        assert not lease.stopped()


def test_a_lease_that_was_taken_away_stops_the_work_and_is_told(ledger: Ledger) -> None:
    with pytest.raises(LedgerBusy, match="lost"):
        work_until_lost(ledger)
    assert holder(ledger).owner == "thief"


def test_the_lease_is_given_back_when_the_work_fails(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="broken"), writer_lease(ledger):
        raise ValueError("broken")
    assert holder(ledger).owner == ""
