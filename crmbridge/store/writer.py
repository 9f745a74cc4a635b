"""The writer's lease: one process at a time writes to a ledger, and a dead one frees it."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from crmbridge.errors import LedgerBusy
from crmbridge.store import table
from crmbridge.store.dialect import by_company
from crmbridge.store.schema import writer
from crmbridge.store.table import Tx, fetch

FILE = ""
"""The lease is on the whole file, whatever the company, where a ledger is a file."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")
"""A random number of each start of a machine, the same in all of its containers."""

SPARE = 2
LONGEST = 60.0
"""A lease that ends later than so many seconds and twice the length asked for is of a clock that
was set back: the longest that crmbridge takes is 30 s."""

_mine: set[str] = set()
"""Owners that this process made, to tell them from a dead one that had the same pid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who may write; times in seconds since 1970 by the clock that writers share.

    `epoch` goes up each time the lease changes hands. A released lease has no owner.
    """

    owner: str
    host: str
    pid: int
    lease_until: float
    epoch: int
    since: float


def this_host() -> str:
    """Return a name for everything whose process ids we can see: host and pid namespace.

    Two containers may share a host's name, and then the same pid means different processes.
    """
    space = ""
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid")
    return f"{socket.gethostname()} {space}".strip()


def here(tx: Tx) -> str:
    """Return `this_host` so that no other machine that may write the ledger has the same name.

    Outside of containers the pid namespace has the same number everywhere, and machines made of one
    image may have one name. Only a server's ledger is written by several machines; a file's lease
    is free at once where the machine was started anew.
    """
    if not by_company(tx.conn):
        return this_host()
    with suppress(OSError):
        return f"{this_host()} {_BOOT.read_text(encoding='ascii').strip()}"
    return this_host()


def current(tx: Tx) -> Writer | None:
    """Return the last holder of the lease, whether or not it is over; `None` before the first."""
    found = fetch(lease_rows(tx), Writer, table=writer)
    return found[0] if found else None


def acquire(tx: Tx, owner: str, host: str, pid: int, *, now: float, ttl: float) -> int:
    """Take the lease for `ttl` seconds and return its epoch.

    `owner` is unique to a process and its start; the holder itself only prolongs its lease. Raises
    `LedgerBusy` while another one holds it: its lease runs, and it is not known to be dead (same
    `host`, as `here` says it, and no such process any more).
    """
    known = current(tx)
    if known is None or known.owner != owner:
        if known is not None and _alive(known, host, now, ttl):
            raise LedgerBusy(_busy(known))
        epoch = known.epoch + 1 if known else 1
        row = Writer(owner=owner, host=host, pid=pid, lease_until=now + ttl, epoch=epoch, since=now)
    else:
        row = replace(known, lease_until=now + ttl)
    table.put(lease_rows(tx), [row], writer)
    _mine.add(owner)
    return row.epoch


def renew(tx: Tx, owner: str, *, now: float, ttl: float) -> None:
    """Prolong the lease; raises `LedgerBusy` when another process has taken it: stop writing."""
    known = current(tx)
    if known is None or known.owner != owner:
        raise LedgerBusy(
            "this process lost the ledger's writer lease"
            + (f"; {_busy(known)}" if known and known.owner else ": start it again")
        )
    table.put(lease_rows(tx), [replace(known, lease_until=now + ttl)], writer)


def release(tx: Tx, owner: str) -> None:
    """Give the lease back; nothing happens when another process has it."""
    known = current(tx)
    if known is not None and known.owner == owner:
        table.put(lease_rows(tx), [replace(known, owner="", lease_until=0.0)], writer)


def must_be_free(tx: Tx, now: float) -> None:
    """Raise `LedgerBusy` while another living process has the lease."""
    known = current(tx)
    if known is not None and _alive(known, here(tx), now, LONGEST):
        raise LedgerBusy(_busy(known))


def lease_rows(tx: Tx) -> Tx:
    """Return a transaction in which the rows of the lease are found."""
    return tx if by_company(tx.conn) else replace(tx, company=FILE)


def _alive(holder: Writer, host: str, now: float, ttl: float) -> bool:
    if not holder.owner or holder.lease_until <= now:
        return False
    if holder.lease_until > now + LONGEST + SPARE * ttl:
        # nobody took it until then by this clock, and a live holder corrects it at its next beat
        return False
    if holder.host != host:
        return True
    if holder.pid == os.getpid():
        return holder.owner in _mine
    return _runs(holder.pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _busy(holder: Writer) -> str:
    return (
        f"the ledger is written by process {holder.pid} on {holder.host} since "
        f"{_clock(holder.since)}; its lease ends at {_clock(holder.lease_until)} unless it is "
        "prolonged: stop that process, or wait"
    )


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
