"""The whole pull of 100,000 contacts: calls over the minimum, peak memory, CPU a record by part.

The emulator runs in a process of its own, so that memory and CPU are crmbridge's alone. The
contacts have 30 filled properties. CPU is told as a multiple of a bare read, which lists the same
pages with httpx and parses them, before and after; the cheaper of the two counts.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.bench import START, files, filled, say
from crmbridge import log
from crmbridge.company import Company, build
from crmbridge.flows.read.pull import pull
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import credentials
from crmbridge.store import Ledger
from crmbridge.testing.emulator import Remote
from crmbridge.testing.sandbox import sandbox

TOKEN = "CRMBRIDGE_ACME__MARKETING__ACCESS_TOKEN"

PARTS = {
    "network (httpx, sockets)": ("httpx", "httpcore", "h11", "ssl", "socket"),
    "parse JSON": ("json/", "jsonx"),
    "connector": ("connectors/hubspot", "hubspot/"),
    "transport and quota": ("crmbridge/net", "store/budgets"),
    "mapping": ("crmbridge/mapping", "crmbridge/system"),
    "observe": ("crmbridge/flows",),
    "projection": ("store/projection", "model/"),
    "ledger": ("crmbridge/store", "sqlalchemy", "sqlite3"),
}


def serve(number: int) -> None:
    made = files()
    with sandbox(made.mapping, made.teams, at=START) as box:
        for first in range(0, number, 10_000):
            box.marketing.seed(contacts=filled(min(10_000, number - first), first))
        environ = box.environment("acme")
        sys.stdout.write("\n".join(f"{k}={v}" for k, v in environ.items()) + "\n\n")
        sys.stdout.flush()
        sys.stdin.read()


def measure(number: int, *, profile: bool) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.pull", "--serve", str(number)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    environ = {}
    while line := child.stdout.readline().strip():
        key, _, value = line.partition("=")
        environ[key] = value
    try:
        _pull(environ, number, profile=profile)
    finally:
        child.terminate()
        child.wait()


def _pull(environ: dict[str, str], number: int, *, profile: bool) -> None:
    log.configure(level="WARNING")
    clock = WorldClock(environ["CRMBRIDGE_CLOCK"])
    peaks: list[int] = []

    def note(obj: str, done: int, total: int | None) -> None:
        if done % 10_000 == 0:
            peaks.append(_rss())

    with tempfile.TemporaryDirectory() as folder:
        made = files()
        ledger = Ledger.open(f"sqlite:///{folder}/ledger.db", "acme")
        company = build(
            made, ledger, clock, lambda side: credentials("acme", side, environ=environ)
        )
        bare = _bare(environ, company)
        remote = Remote(environ["CRMBRIDGE_ACME__MARKETING__BASE_URL"])
        remote.empty_audit()
        before, wall = time.process_time(), time.perf_counter()
        profiler = cProfile.Profile()
        if profile:
            profiler.enable()
        with company.moment():
            done = pull(company, "marketing", progress=note)
        profiler.disable()
        cpu, wall = time.process_time() - before, time.perf_counter() - wall
        calls = sum(1 for row in remote.audit() if row["object"] == "contacts")
        read = done.counts["contacts"].read
        say(f"{read} contacts: {calls} calls, {calls / (number / 100):.3f} of the minimum")
        say(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
        say(f"  resident MB every 10,000 records: {[one // 1024 for one in peaks]}")
        bare = min(bare, _bare(environ, company))
        reader = _read(company)
        say(f"  {cpu / read * 1e6:.0f} us CPU a record, {wall:.1f} s in all")
        say(f"  {cpu / read / bare:.1f} times a bare read ({bare * 1e6:.0f} us)")
        say(f"  {reader / bare:.1f} times a bare read to read and map, and store nothing")
        company.close()
        say(f"  {Path(folder, 'ledger.db').stat().st_size / read:.0f} bytes a lead")
        if profile:
            _parts(profiler, read)


def _bare(environ: dict[str, str], company: Company) -> float:
    """Seconds of CPU a record of listing the same fields with httpx alone."""
    (token,) = (v for k, v in environ.items() if k.startswith(TOKEN))
    fields = ",".join(company.mapping.marketing.lead.held)
    with httpx.Client(
        base_url=environ["CRMBRIDGE_ACME__MARKETING__BASE_URL"],
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    ) as client:
        asked: dict[str, str | int] = {"limit": 100, "properties": fields}
        read, before = 0, time.process_time()
        while True:
            page = client.get("/crm/v3/objects/contacts", params=asked).json()
            read += len(page["results"])
            if "paging" not in page:
                return (time.process_time() - before) / read
            asked["after"] = page["paging"]["next"]["after"]


def _read(company: Company) -> float:
    """Seconds of CPU a record of reading and mapping alone."""
    read, before = 0, time.process_time()
    with company.moment():
        for seen in company.systems["marketing"].read({"contacts": None}):
            read += len(seen.items)
    return (time.process_time() - before) / read


def _rss() -> int:
    text = Path(f"/proc/{os.getpid()}/statm").read_text()
    return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def _parts(profiler: cProfile.Profile, read: int) -> None:
    spent = dict.fromkeys([*PARTS, "other"], 0.0)
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    for (path, _line, name), (_cc, _nc, own, _cum, _callers) in stats.items():
        text = f"{path} {name}"
        part = next((p for p, keys in PARTS.items() if any(k in text for k in keys)), "other")
        spent[part] += own
    total = sum(spent.values())
    for part, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        say(f"  {seconds / total:5.0%}  {part}")


def main() -> None:
    if "--serve" in sys.argv:
        serve(int(sys.argv[-1]))
        return
    number = 5_000 if "--small" in sys.argv else 100_000
    measure(number, profile=False)
    measure(min(number, 20_000), profile=True)


if __name__ == "__main__":
    main()
