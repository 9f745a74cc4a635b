"""What the first plan of a living company costs: calls, writes by kind, CPU of each step.

The company is acme as it ships, in a world of `crmbridge emulate --world`; the emulators run in a
process of their own. CPU is told in seconds of this machine and in units of 2,000,000 additions.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.bench import files, say
from crmbridge import log
from crmbridge.agreement import Teams
from crmbridge.company import Company, build
from crmbridge.files import CompanyFiles, example
from crmbridge.flows.decide import decide
from crmbridge.flows.due.everybody import step
from crmbridge.flows.operate.plan import plan
from crmbridge.flows.read.pull import pull
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.side import PAIR
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import credentials
from crmbridge.store import Ledger, anew, totals
from crmbridge.testing.emulator import Remote
from crmbridge.testing.sandbox import sandbox
from crmbridge.testing.world import TODAY, populate

ADDITIONS = 2_000_000


def shipped() -> CompanyFiles:
    """Acme's files as they ship, its reps too, with quotas that nothing waits for."""
    (teams,) = (tomllib.loads(text.decode()) for name, text in example() if name == "teams.toml")
    return replace(files(), teams=Teams.model_validate(teams))


def serve(number: int) -> None:
    """Serve a world until stdin ends; print its variables, then an empty line."""
    made = shipped()
    with sandbox(made.mapping, made.teams, at=TODAY) as box:
        populate(box, made.mapping.company, people=number)
        environ = box.environment("acme")
        say("\n".join(f"{name}={value}" for name, value in environ.items()) + "\n")
        sys.stdin.read()


@contextmanager
def living(number: int) -> Iterator[dict[str, str]]:
    """A world of so many people in another process, by the variables that point at it."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.first_plan", "--serve", str(number)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        environ = {}
        while line := child.stdout.readline().strip():
            name, _, value = line.partition("=")
            environ[name] = value
        try:
            yield environ
        finally:
            child.terminate()


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of CPU and of the wall."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def unit() -> float:
    """Seconds of CPU of 2,000,000 additions, the least of three."""

    def add() -> None:
        total = 0
        for one in range(ADDITIONS):
            total += one

    return min(spent(add)[0] for _ in range(3))


def measure(number: int) -> None:
    """Read a world of so many people, make the first plan, and say what it took."""
    log.configure(level="WARNING")
    with tempfile.TemporaryDirectory() as folder, living(number) as environ:
        company = build(
            shipped(),
            Ledger.open(f"sqlite:///{folder}/ledger.db", "acme"),
            WorldClock(environ["CRMBRIDGE_CLOCK"]),
            lambda side: credentials("acme", side, environ=environ),
        )
        try:
            _told(company, environ, number)
        finally:
            company.close()


def _told(company: Company, environ: Mapping[str, str], number: int) -> None:
    one = unit()
    say(f"{number:,} people; a unit is {ADDITIONS:,} additions, {one * 1e3:.0f} ms here")
    with company.moment():
        for side in company.names:
            _say_cpu(f"read {side}", partial(pull, company, side), one, number)
        _say_calls(environ)
        found: list[Any] = []
        _say_cpu("plan, and all that it decides", lambda: found.append(plan(company)), one, number)
        _say_plan(found[0].writes, found[0].calls)
        _say_cpu("decide for all, and keep it", lambda: decide(company, whole=True), one, number)
        _say_anew(company)


def _say_cpu(what: str, work: Callable[[], object], one: float, number: int) -> None:
    cpu, wall = spent(work)
    say(
        f"{what}: {cpu:.2f} s CPU ({cpu / one:.0f} units, {cpu / number * 1e3:.2f} ms a person), "
        f"{wall:.1f} s in all"
    )


def _say_calls(environ: Mapping[str, str]) -> None:
    for side in PAIR:
        remote = Remote(environ[f"CRMBRIDGE_ACME__{side.upper()}__BASE_URL"])
        calls = Counter(f"{row['method']} {row['route'] or row['path']}" for row in remote.audit())
        most = ", ".join(f"{count} {route}" for route, count in calls.most_common(4))
        say(f"  {side}: {sum(calls.values())} calls to read it ({most})")


def kind_of(before: Any, after: Any) -> str:
    """What a line of a plan does to its field; empty texts and nothing are one."""
    gone, there = after in (None, ""), before not in (None, "")
    return "cleared" if gone else ("overwritten" if there else "filled")


def _say_plan(writes: tuple[dict[str, Any], ...], calls: Mapping[str, int]) -> None:
    """Writes by system, object and action, and their lines by what they do to a field."""
    say(f"the plan: {len(writes):,} writes, which would take {dict(calls)} calls")
    by_action: dict[str, list[dict[str, Any]]] = {}
    for one in writes:
        made = "" if one["record"] else ", new"
        names = (str(one[part]).partition(":")[0] for part in ("system", "object", "action"))
        name = " ".join(names) + made
        by_action.setdefault(name, []).append(one)
    for name, some in sorted(by_action.items()):
        lines = Counter(
            kind_of(line["before"], line["after"]) for one in some for line in one["changes"]
        )
        told = ", ".join(f"{count:,} {kind}" for kind, count in sorted(lines.items()))
        say(f"  {len(some):,} {name}: fields {told}")
    over = Counter(
        f"{one['system']} {line['field']}"
        for one in writes
        for line in one["changes"]
        if kind_of(line["before"], line["after"]) != "filled"
    )
    most = ", ".join(f"{count:,} {field}" for field, count in over.most_common(8))
    say(f"  most often overwritten or cleared: {most or 'nothing'}")


def _say_anew(company: Company) -> None:
    """How fast all leads become due again, as after a change of the rules."""
    with company.ledger.write("anew") as tx:
        leads = sum(totals.by_stage(tx).values())
        anew.ask(tx, "benchmark", instant(company.now()))

    def mark() -> None:
        more = True
        while more:
            with company.ledger.write("anew") as tx:
                more = step(Scene.open(company, tx))

    cpu, wall = spent(mark)
    say(f"made due: {leads:,} leads, {leads / wall:,.0f} a second ({leads / cpu:,.0f} of CPU)")
    cpu, wall = spent(lambda: decide(company, whole=True))
    say(f"decided again: {leads / wall:,.0f} leads a second ({leads / cpu:,.0f} of CPU)")


def main() -> None:
    """Measure as many people as the arguments say, one world after the other."""
    if "--serve" in sys.argv:
        serve(int(sys.argv[-1]))
        return
    for number in [int(one.replace(",", "")) for one in sys.argv[1:]] or [200]:
        measure(number)


if __name__ == "__main__":
    main()
