"""Hold the writer's lease for as long as a piece of work takes, and keep it alive meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from crmbridge.errors import LedgerBusy, LedgerError
from crmbridge.store import writer
from crmbridge.store.dialect import seconds
from crmbridge.store.ledger import Ledger

RENEWALS = 3
"""How often a lease is prolonged in its own length: two may fail before it is over."""


class Lease:
    """A lease that this process holds; `lost` once another process took it.

    `stopped()` has the shape of the flows' `stop` argument: long work ends its page or delivery
    and leaves when the lease is gone.
    """

    def __init__(self, ledger: Ledger, ttl: float) -> None:
        self.owner = str(uuid4())
        self.ttl = ttl
        self.lost = ""
        self.fault = ""
        self._ledger = ledger
        self._over = threading.Event()

    def take(self) -> None:
        """Take the lease. Raises `LedgerBusy`, naming the holder, while another one has it."""
        with self._ledger.write("lease") as tx:
            writer.acquire(
                tx, self.owner, writer.here(tx), os.getpid(), now=seconds(tx.conn), ttl=self.ttl
            )

    def stopped(self) -> bool:
        """Whether the lease was lost, so that nothing more may be written."""
        return bool(self.lost or self.fault)

    def check(self) -> None:
        """Raise `LedgerBusy` when the lease was lost, `LedgerError` when the ledger's file was."""
        if self.fault:
            raise LedgerError(self.fault)
        if self.lost:
            raise LedgerBusy(self.lost)

    def beat(self) -> None:
        """Prolong the lease until `end` is called; runs in its own thread."""
        while not self._over.wait(self.ttl / RENEWALS):
            try:
                self._ledger.guard.check()
            except LedgerError as exc:
                self.fault = str(exc)
                return
            try:
                with self._ledger.write("lease") as tx:
                    writer.renew(tx, self.owner, now=seconds(tx.conn), ttl=self.ttl)
            except LedgerBusy as exc:
                self.lost = str(exc)
                return
            except LedgerError:
                continue  # a full or locked disk may be better at the next beat

    def end(self) -> None:
        """Stop prolonging, and give the lease back; without harm when it was lost."""
        self._over.set()
        with suppress(LedgerError), self._ledger.write("lease") as tx:
            writer.release(tx, self.owner)


@contextmanager
def writer_lease(ledger: Ledger, ttl: float = 30) -> Iterator[Lease]:
    """Be the ledger's only writer inside the block.

    `ttl` is in seconds of the real clock, which is the server's where the ledger is on one.

    A background thread prolongs the lease every third of `ttl`. Give `lease.stopped` to long
    flows as their `stop`. At the end of the block a lost lease raises, so that work which may
    have run beside another writer is not reported as done.

    Raises:
        LedgerBusy: another process holds the lease (the text names it), or took it meanwhile.
    """
    lease = Lease(ledger, ttl)
    lease.take()
    heart = threading.Thread(target=lease.beat, name="writer-lease", daemon=True)
    heart.start()
    try:
        yield lease
        lease.check()
    finally:
        lease.end()
        heart.join(timeout=ttl)
