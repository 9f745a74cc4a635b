"""All calls of the real funnel's run by kind, and what its spigot did.

The folder is `CRMBRIDGE_TEST_DATA/olist-funnel`.
`python -m benchmarks.funnel [LEADS]` plays the first so many leads, all 8,000 without a number.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.bench import say
from crmbridge import log
from crmbridge.testing.funnel import Funnel, check, play_funnel, read, recounted

DATA = Path(os.environ.get("CRMBRIDGE_TEST_DATA") or "../shared/data") / "olist-funnel"


def main() -> None:
    log.configure(level="WARNING")
    funnel = read(DATA)
    if len(sys.argv) > 1:
        funnel = Funnel(leads=funnel.leads[: int(sys.argv[1])])
    began, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        with play_funnel(funnel, Path(folder, "ledger.db")) as played:
            wall, cpu = time.perf_counter() - began, time.process_time() - cpu
            counts: Counter[str] = Counter()
            for vendor, remote in (
                ("hubspot", played.box.marketing),
                ("salesforce", played.box.sales),
            ):
                for row in remote.audit():
                    counts[f"{vendor:10} {row['method']:5} {row['route'] or row['path']}"] += 1
            wrong, spigot = check(played), recounted(played)
        say(f"{len(funnel.leads)} leads, {len(funnel.winners)} won, {played.turns} turns")
        each = cpu / len(funnel.leads) * 1000
        say(f"  {wall:.0f} s, {each:.1f} ms CPU a lead, emulators included")
        say(f"  {sum(counts.values())} calls:")
        for kind, number in sorted(counts.items()):
            say(f"  {number:7}  {kind}")
        say(f"  {spigot.given} handed out; {spigot.anybody} waited, {spigot.longest} the longest")
        say(f"  leads that waited, by reason: {dict(spigot.waited)}")
        say(f"  worst distance from a share: {float(spigot.unfair):.3f} leads")
        say(f"  with every time begun at nought: {float(spigot.plain):.3f} leads")
        say(f"  checks: {wrong or 'all well'}")


if __name__ == "__main__":
    main()
