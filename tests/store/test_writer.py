"""One writer at a time: the second is refused, and gets in once the first is gone."""

import os
import subprocess
import sys

import pytest

from crmbridge.errors import LedgerBusy
from crmbridge.store import schema, table, writer
from crmbridge.store.ledger import Ledger
from crmbridge.store.writer import Writer

NOW = 1_000_000.0
HERE = writer.this_host()


def acquire(
    ledger: Ledger, owner: str, host: str = HERE, pid: int | None = None, at: float = NOW
) -> int:
    with ledger.write("lease") as tx:
        return writer.acquire(tx, owner, host, pid or os.getpid(), now=at, ttl=30)


def dead_pid() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_second_writer_is_refused_and_told_who_writes(ledger: Ledger) -> None:
    assert acquire(ledger, "one", host="web-1", pid=4711) == 1
    with pytest.raises(LedgerBusy) as refused:
        acquire(ledger, "two", at=NOW + 29)
    for words in ("4711", "web-1", "1970-01-12 13:46:40", "1970-01-12 13:47:10"):
        assert words in str(refused.value)


def test_a_lease_that_is_over_goes_to_the_next(ledger: Ledger) -> None:
    acquire(ledger, "one", host="web-1")
    assert acquire(ledger, "two", at=NOW + 30) == 2
    with ledger.write("lease") as tx, pytest.raises(LedgerBusy, match="lost"):
        writer.renew(tx, "one", now=NOW + 30, ttl=30)


def test_a_dead_process_of_this_host_frees_the_ledger_at_once(ledger: Ledger) -> None:
    acquire(ledger, "one", pid=dead_pid())
    assert acquire(ledger, "two", at=NOW + 1) == 2


def test_a_dead_pid_on_another_host_says_nothing(ledger: Ledger) -> None:
    acquire(ledger, "one", host="web-2", pid=dead_pid())
    with pytest.raises(LedgerBusy):
        acquire(ledger, "two", at=NOW + 1)


def test_a_living_process_of_this_host_keeps_it(ledger: Ledger) -> None:
    acquire(ledger, "one", pid=os.getppid())
    with pytest.raises(LedgerBusy):
        acquire(ledger, "two", at=NOW + 1)


def test_a_restarted_container_with_the_same_pid_gets_it_back(ledger: Ledger) -> None:
    before = Writer(
        owner="before", host=HERE, pid=os.getpid(), lease_until=NOW + 30, epoch=1, since=NOW
    )
    with ledger.write("lease") as tx:
        table.put(writer.lease_rows(tx), [before], schema.writer)
    assert acquire(ledger, "after-restart", at=NOW + 1) == 2


def test_a_second_owner_in_the_same_process_is_refused(ledger: Ledger) -> None:
    acquire(ledger, "one")
    with pytest.raises(LedgerBusy):
        acquire(ledger, "two", at=NOW + 1)


def test_a_holder_prolongs_and_gives_back(ledger: Ledger) -> None:
    acquire(ledger, "one", host="web-1")
    with ledger.write("lease") as tx:
        writer.renew(tx, "one", now=NOW + 20, ttl=30)
    with pytest.raises(LedgerBusy):
        acquire(ledger, "two", at=NOW + 40)
    assert acquire(ledger, "one", at=NOW + 40) == 1
    with ledger.write("lease") as tx:
        writer.release(tx, "two")
        writer.release(tx, "one")
    assert acquire(ledger, "two", at=NOW + 41) == 2


@pytest.mark.of_file
def test_the_lease_is_on_the_file_not_on_the_company(ledger: Ledger, url: str) -> None:
    other = Ledger.open(url, "globex")
    acquire(ledger, "one", host="web-1")
    with pytest.raises(LedgerBusy):
        acquire(other, "two")
    with other.read() as tx:
        holder = writer.current(tx)
    other.close()
    assert holder is not None
    assert holder.owner == "one"
