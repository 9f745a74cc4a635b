"""The demo's other half: a real funnel, played from its files and checked against them."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from crmbridge.log import configure
from crmbridge.report.qualify import funnel as steps
from crmbridge.report.revenue import sources
from crmbridge.testing.demo.run import terminable
from crmbridge.testing.demo.story import Story
from crmbridge.testing.funnel import Funnel, Played, check, play_funnel, read
from crmbridge.testing.pair import Pair
from crmbridge.testing.reported import Reported, only, reported, revenues, sheet


def run_funnel(folder: Path, *, as_json: bool = False, pair: Pair | None = None) -> int:
    """Play the funnel of a folder and tell what came of it; return 1 when a number is wrong.

    `folder` holds Olist's two files (see `crmbridge.testing.funnel`). With `as_json` the result is
    one JSON document. `pair` are the connectors of both sides, by default those of the worked
    example.

    Raises:
        ConfigError: a file is missing or is none of Olist's.
    """
    began = time.monotonic()
    configure(json=True, level="WARNING")
    with terminable():
        told, reports = _played(read(folder), pair or Pair.shipped())
    told["seconds"] = round(time.monotonic() - began, 1)
    if as_json:
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
    else:
        _tell(told, reports, pair)
    return 1 if told["wrong"] else 0


def _played(funnel: Funnel, pair: Pair) -> tuple[dict[str, Any], Reported]:
    console = Console(stderr=True)
    with (
        tempfile.TemporaryDirectory(prefix="crmbridge-funnel-") as folder,
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task("the days pass", total=len(funnel.leads))

        def progress(day: date, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=f"{day:%B %Y}")

        ledger = Path(folder) / "ledger.db"
        with play_funnel(funnel, ledger, pair=pair, progress=progress) as played:
            faults = check(played)
            numbers, reports = _numbers(played)
            return numbers | {"wrong": faults}, reports


def _numbers(played: Played) -> tuple[dict[str, Any], Reported]:
    with played.company.ledger.read() as tx:
        reports = reported(played.company, tx)
        return {
            "leads": len(played.funnel.leads),
            "wins": len(played.funnel.winners),
            "turns": played.turns,
            "funnel": steps(tx),
            "sources": sources(tx)["sources"],
            "revenue": {name: str(one) for name, one in revenues(reports).items()},
        }, reports


def _tell(told: dict[str, Any], reports: Reported, pair: Pair | None) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 100)
    story = Story(console, pair)
    console.print(
        f"A real funnel (Olist): {told['leads']} leads, {told['wins']} of them won, played in "
        f"{told['turns']} turns and {told['seconds']:.0f} seconds.",
        markup=False,
    )
    story.show(only(sheet(reports.funnel, "steps"), "step", "cycles", "lost"))
    names = ("source", "known", "handed", "won", "revenue")
    story.show(only(sheet(reports.counts, "sources"), *names))
    story.director(reports)
    for one in told["wrong"]:
        console.print(f"WRONG: {one}", style="bold red", markup=False)
    if not told["wrong"]:
        console.print(
            "Every number was checked against the files: none differs. The revenue is the same by "
            f"each of the {len(told['revenue'])} sums of the reports, to the cent."
        )
