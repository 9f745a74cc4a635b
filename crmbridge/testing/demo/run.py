"""The demo from beginning to end: emulators, a plan, the daemon, the play, the story."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.files import CompanyFiles
from crmbridge.flows.explain import explain
from crmbridge.flows.operate import plan as plans
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.operate.turn import Turn, turn
from crmbridge.flows.reps.own_link import link_of
from crmbridge.flows.reps.presence import open_work
from crmbridge.flows.scene.scene import Scene
from crmbridge.log import configure
from crmbridge.report.explain.whole import text
from crmbridge.report.text import read_in
from crmbridge.testing.demo.checks import happened, wrong
from crmbridge.testing.demo.company import NAME, ledger_url, open_here, open_to_read, write_files
from crmbridge.testing.demo.daemon import daemon
from crmbridge.testing.demo.diary import START
from crmbridge.testing.demo.director import FURTHER, STOP, TARGET
from crmbridge.testing.demo.lives import life
from crmbridge.testing.demo.numbers import numbers
from crmbridge.testing.demo.script import LEAST_DAYS, PEOPLE, Script, Wait
from crmbridge.testing.demo.story import Story
from crmbridge.testing.pair import Pair
from crmbridge.testing.sandbox import Sandbox, sandbox

SEED = 7
RESTING = START + timedelta(days=29)
"""The day before somebody who came back may go to sales again."""
WIDE = 100
"""Columns of the story where no terminal says otherwise."""


@dataclass(slots=True, kw_only=True)
class _Stage:
    """All that the demo has in hand."""

    folder: Path
    files: CompanyFiles
    url: str
    box: Sandbox
    environ: Mapping[str, str]
    script: Script
    story: Story

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"


def run_demo(
    *,
    keep: bool = False,
    days: int = 92,
    seed: int = SEED,
    as_json: bool = False,
    pair: Pair | None = None,
) -> int:
    """Play a company's quarter and tell it on standard output; return the exit code.

    `days` are calendar days, at least 40. With `keep` all stays up until Ctrl-C. With `as_json`
    the numbers are printed as one JSON document instead. `pair` are the connectors of both sides,
    those of the worked example by default. The code is 1 when a check failed.

    Raises:
        ConfigError: too few days, or a connector that cannot be played on its side.
        DaemonFailed: the daemon ended or did not keep up.
    """
    if days < LEAST_DAYS:
        raise ConfigError(
            f"--days {days}: a lead that sales gave back rests for 30 days, so a demo with less "
            f"than {LEAST_DAYS} days cannot show one that comes back"
        )
    began = time.monotonic()
    configure(json=True, level="WARNING")
    with ExitStack() as stack:
        stack.enter_context(terminable())
        pair = pair or Pair.shipped()
        stage = _set_up(stack, days, seed, pair, Story(_console(quiet=as_json), pair))
        stage.story.opening(PEOPLE, days)
        stage.story.agreed(stage.files.agreement, stage.files.teams)
        _first_plan(stage)
        company = open_to_read(stage.files, stage.url, stage.environ)
        stack.callback(company.close)
        at_work = daemon(company.ledger, stage.files.mapping, stage.environ, stage.log)
        worker = stack.enter_context(at_work)
        _play(stage, worker.wait)
        faults, told = _tell(stage, company)
        seconds = round(time.monotonic() - began, 1)
        stage.story.say(f"\nAll this took {seconds:.0f} seconds.")
        if as_json:
            sys.stdout.write(
                json.dumps({"seed": seed, "days": days, "seconds": seconds} | told, indent=1) + "\n"
            )
            sys.stdout.flush()
        if keep:
            _stay(stage, company, worker.process.pid)
        else:
            stage.story.say("`scripts/demo --keep` leaves all this up, with its dashboard.")
    return 1 if faults else 0


def _console(*, quiet: bool) -> Console:
    wide = None if sys.stdout.isatty() else WIDE
    return Console(highlight=False, width=wide, quiet=quiet)


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM end the demo as Ctrl-C does, so that nothing that it started is left."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _set_up(stack: ExitStack, days: int, seed: int, pair: Pair, story: Story) -> _Stage:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crmbridge-demo-")))
    files = write_files(folder / "config", pair)
    box = stack.enter_context(sandbox(files.mapping, files.teams, at=START))
    script = Script(box, days, seed)
    script.prepare()
    listen = f"127.0.0.1:{_free_port()}"
    environ = box.environment(NAME) | {
        "CRMBRIDGE_CONFIG": str(folder / "config"),
        "CRMBRIDGE_DATA_DIR": str(folder / "data"),
        "CRMBRIDGE_LISTEN": listen,
        "CRMBRIDGE_URL": f"http://{listen}",
        "CRMBRIDGE_COMPANY": NAME,
    }
    return _Stage(
        folder=folder,
        files=files,
        url=ledger_url(folder / "data"),
        box=box,
        environ=environ,
        script=script,
        story=story,
    )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _first_plan(stage: _Stage) -> None:
    """Look, plan, show, apply: as a person does on the first day."""
    company = open_here(stage.files, stage.url, stage.environ)
    try:
        _well(turn(company))
        made = plans.plan(company)
        plans.save(made, stage.folder / "plan.json")
        stage.story.planned(made.writes, made.calls)
        _well(plans.apply(company, plans.read(stage.folder / "plan.json")))
    finally:
        company.close()


def _well(made: Turn) -> None:
    for error in made.errors.values():
        raise error


def _play(stage: _Stage, wait: Wait) -> None:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("the days pass", total=stage.script.days)

        def told(day: int, at: datetime) -> None:
            bar.update(task, completed=day, description=f"{at:%d %B}")

        stage.script.play(wait, told)


def _tell(stage: _Stage, company: Company) -> tuple[list[str], dict[str, Any]]:
    told, reports = numbers(company, stage.box)
    faults = wrong(company, stage.box, told, reports, stage.log)
    stars, story = stage.script.stars, stage.story
    story.quarter(told, reports)
    story.director(reports)
    story.further()
    story.kept(told.kept, reports)
    story.respect(told)
    story.lives(
        [
            (about, life(company, star, stage.box))
            for about, star in (
                ("given back, nurtured, handed over again, and won", stars.nurtured),
                ("left lying by one rep, won by another", stars.overlooked),
                ("a deal lost, and asking again before the rest is over", stars.lost),
                ("a customer who asks again, and buys again", stars.customer),
            )
        ]
    )
    story.explained(
        f"{stars.nurtured.email} --as-of {RESTING.isoformat()}", explained(stage, company)
    )
    story.proof(told, faults, stage.box)
    pair = {"pair": asdict(stage.box.pair), "lacks": stage.story.lacks}
    return faults, pair | {"happened": happened(told, stage.box), "wrong": faults, **told.to_json()}


def explained(stage: _Stage, company: Company) -> list[str]:
    """Explain the nurtured star as `crmbridge explain --as-of` does, as far as its returns."""
    with company.ledger.read() as tx:
        lead = find_lead(company, tx, stage.script.stars.nurtured.email)
        here = copy_context()
        here.run(read_in, company.zone)
        lines = here.run(lambda: list(text(explain(company, tx, lead, RESTING))))
    return lines[: lines.index("Way so far")]


def _pages(stage: _Stage, company: Company) -> Iterator[str]:
    """The addresses of the dashboard, and of a rep's own page: who holds most is shown."""
    yield f"Dashboard: {stage.environ['CRMBRIDGE_URL']}/"
    with company.ledger.read() as tx:
        held = open_work(Scene.open(company, tx))
    people = [one for one in company.teams.reps if one.kind == "person"]
    busiest = max(people, key=lambda one: held.get(one.id, 0), default=None)
    if busiest is not None and company.links is not None:
        link = link_of(company.links, busiest, company.now())
        yield f"The own page of {busiest.name or busiest.id}: {link}"


def _stay(stage: _Stage, company: Company, pid: int) -> None:
    """Say where to look, and wait for Ctrl-C; whatever was started ends with the stack."""
    over = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: over.set())
    story = stage.story
    story.title("Everything stays up. In another terminal:")
    for name, value in sorted(stage.environ.items()):
        story.console.print(f"export {name}={shlex.quote(value)}", soft_wrap=True, markup=False)
    star = stage.script.stars.nurtured
    for command in (
        f"crmbridge explain {star.email}",
        f"crmbridge history {star.email}",
        "crmbridge status",
        "crmbridge report funnel",
        "crmbridge report nurture --within 30",
        "crmbridge report funnel --motion expansion",
        *(STOP, TARGET),
        *(command for command, _ in FURTHER),
        "crmbridge held list",
        "crmbridge quota",
        f"curl http://{stage.environ['CRMBRIDGE_LISTEN']}/readyz",
    ):
        story.console.print(command, soft_wrap=True, markup=False)
    story.say(
        f"The world's clock stands still; move it a day: curl -d '{{\"advance\": 86400}}' "
        f"{stage.environ['CRMBRIDGE_CLOCK']}/__emulator__/clock"
    )
    story.say(f"The daemon is process {pid}, the emulators are process {os.getpid()}.")
    story.say("Ctrl-C ends all and removes the files.")
    for line in _pages(stage, company):
        story.console.print(line, soft_wrap=True, markup=False)
    over.wait()
    signal.signal(signal.SIGINT, before)
