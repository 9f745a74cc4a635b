"""`crmbridge run`: opens the companies, takes the ledgers' leases, and works until a signal comes.

    run(settings, companies=(), serve=None, pace=Pace(), engine=None) -> int

`companies` names them; none means all of the config folder. `serve(settings, probe)` starts the
endpoints and returns something with `stop()`: the command line passes `crmbridge.web.serve`,
because `daemon` and `web` do not know each other. `engine` does the jobs; without one it is the
local engine with a thread for each job. Returns the exit code: 0 after a signal, 1 for a
wrong config or a ledger that cannot be opened, 3 when another process writes the ledger. What
went wrong is in the log; `run` configures the log and blocks the main thread.

Beside it, other processes may read the ledger, and call `request` of
`crmbridge.flows.read.backfill`. The row `alarms` of the ledger's facts (`store.cursors.get_meta`)
says which systems are away or paused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Protocol

from crmbridge.clock import Clock, SystemClock
from crmbridge.company import open_clock
from crmbridge.daemon import jobs
from crmbridge.daemon.desk import Desk
from crmbridge.daemon.engine import Engine, Hand, Job
from crmbridge.daemon.figures import Probe
from crmbridge.daemon.kit import Shelf, kit_of, make_kit
from crmbridge.daemon.local import LocalEngine
from crmbridge.daemon.owed import free_lanes
from crmbridge.daemon.pace import Pace
from crmbridge.daemon.renew import Renewal
from crmbridge.daemon.signals import Signals
from crmbridge.errors import ConfigError, CrmBridgeError, LedgerBusy, LedgerError
from crmbridge.files import CompanyFiles, load_again, marks, pick
from crmbridge.files import companies as known_companies
from crmbridge.flows.operate.garbage import seldom
from crmbridge.log import configure, get_logger
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import Settings
from crmbridge.store import Ledger
from crmbridge.store.lease import Lease, writer_lease

JOBS = 12
"""Jobs of one company that can run at the same time: looks at two sides, deliveries to them and by
three ways to people, deciding, one each for the backfill, its files, its alarms and digests."""
MOST_WORKERS = 48

log = get_logger("crmbridge.daemon")


class Stops(Protocol):
    """Something that serves until it is told to stop."""

    def stop(self) -> None:
        """Stop serving; returns when it has."""
        ...


Serve = Callable[[Settings, Probe], Stops]


def run(
    settings: Settings,
    companies: Sequence[str] = (),
    serve: Serve | None = None,
    pace: Pace | None = None,
    engine: Engine | None = None,
) -> int:
    """Work until SIGTERM or SIGINT; see the module's text for arguments and exit codes."""
    configure(settings.log_json, settings.log_level)
    daemon = Daemon(settings, pace or Pace(), engine)
    signals = Signals(daemon.reload)
    try:
        with ExitStack() as stack:
            daemon.open(companies, stack)
            stack.enter_context(seldom())
            ended = daemon.work(signals, serve)
        log.info("stopped", in_time=ended)
    except (ConfigError, LedgerError) as error:
        return _refused(error)
    finally:
        signals.restore()
    return 0


def _refused(error: CrmBridgeError) -> int:
    """Say why the daemon does not work; return the exit code."""
    busy = isinstance(error, LedgerBusy)
    event = "another process writes the ledger" if busy else "cannot go on"
    log.error(event, error=type(error).__name__, message=str(error))
    return 3 if busy else 1


def _carried(company: str, table: str, done: int, total: int) -> None:
    """Say how far a ledger of an earlier layout is carried over, a line each hundred thousand."""
    if done == total or done % 100_000 == 0:
        log.info("new layout of the ledger", company=company, table=table, done=done, of=total)


class Daemon:
    """The companies at work in this process."""

    def __init__(self, settings: Settings, pace: Pace, engine: Engine | None = None) -> None:
        self.settings = settings
        self.pace = pace
        self.clock: Clock = SystemClock()
        self._local = LocalEngine()
        self.engine: Engine = engine or self._local
        """What the jobs run on."""
        self.desks: dict[str, Desk] = {}
        self.leases: dict[str, Lease] = {}
        self.lost: dict[str, str] = {}

    def open(self, names: Sequence[str], stack: ExitStack) -> None:
        """Open the companies and become their ledgers' only writer; the stack undoes it.

        Raises:
            ConfigError: a wrong file, a missing credential, no company.
            LedgerError: a ledger cannot be opened; `LedgerBusy` when somebody else writes it.
        """
        self.clock = open_clock(self.settings)
        if isinstance(self.clock, WorldClock):
            stack.callback(self.clock.close)
        config = self.settings.config
        wanted = [pick(config, one) for one in names] or known_companies(config)
        if not wanted:
            wanted = [pick(config, "")]
        for name in dict.fromkeys(wanted):
            self._open(name, stack)
        self._local.workers = min(MOST_WORKERS, JOBS * len(self.desks))

    def _open(self, name: str, stack: ExitStack) -> None:
        url = self.settings.ledger_url(name)
        self.settings.ready_place(name)
        ledger = Ledger.open(
            url, name, progress=partial(_carried, name), home=self.settings.home(name)
        )
        stack.callback(ledger.close)
        if damage := ledger.quick_check():
            raise LedgerError(
                f"the ledger {ledger.place} is damaged ({damage[0]}): restore the last backup with "
                "`crmbridge ledger restore`"
            )
        folder = self.settings.config / name
        at = marks(folder)
        kit = make_kit(self.settings, name, ledger, self.clock)
        if ledger.lease_on not in self.leases:
            lease = stack.enter_context(writer_lease(ledger, self.pace.lease))
            self.leases[ledger.lease_on] = lease
        for target in kit.reading.targets:
            free_lanes(ledger, target)
        desk = Desk(name=name, ledger=ledger, shelf=Shelf(kit), engine=self.engine, pace=self.pace)
        desk.renewal = Renewal(
            name=name,
            folder=folder,
            acted=at,
            read=partial(self._read, name),
            make=lambda files: kit_of(files, self.settings, name, ledger, self.clock),
            url=self.settings.url,
        )
        stack.callback(desk.close)
        desk.tell()
        self.desks[name] = desk

    def work(self, signals: Signals, serve: Serve | None) -> bool:
        """Do the companies' jobs until a signal comes; return whether all ended in time."""
        for desk in self.desks.values():
            desk.start()
            desk.mind()
        with ExitStack() as stack:
            if serve is not None:
                served = serve(self.settings, Probe(self.desks, self.engine, self.lost))
                stack.callback(served.stop)
            log.info("started", companies=sorted(self.desks), pid=os.getpid())
            ended = self.engine.run(
                self._do,
                lambda seconds: signals.wait(seconds) or self._lost(),
                grace=self.pace.grace,
            )
            if self.lost:
                # whoever asks whether we are ready shall read why we leave
                signals.wait(self.pace.farewell)
            return ended

    def _do(self, job: Job, hand: Hand) -> None:
        jobs.do(self.desks[job.company], job, hand)

    def _lost(self) -> bool:
        """Whether somebody else became a ledger's writer, as after a long sleep of this machine."""
        for on, lease in self.leases.items():
            if lease.stopped():
                self.lost[on.rpartition("/")[2]] = lease.fault or "the writer lease was lost"
        return bool(self.lost)

    def _read(self, name: str, before: CompanyFiles) -> tuple[CompanyFiles, list[str]]:
        return load_again(self.settings.config, name, before, self.clock.now())

    def reload(self) -> None:
        """Read all files again; a company whose files are wrong goes on with those it has."""
        for name, desk in self.desks.items():
            try:
                if desk.renewal is not None:
                    desk.renewal.again(desk)
            except CrmBridgeError as error:
                log.warning("config not read yet", company=name, message=str(error))
        new = set(known_companies(self.settings.config)) - set(self.desks)
        if new:
            log.info("companies not at work", companies=sorted(new), advice="restart to add them")
