"""Five rule models over many touches of won deals, beside the libraries that others use.

    python -m benchmarks.attribution [--touches N] [--stored N…] [--no-peers]

`--stored` reads them from a ledger file, as `crmbridge attribution compare` does, each number in a
process of its own: its CPU, its wall time, and the most memory that it had.

On two cores that ten others used, with the loop of two million additions at 0.06 s beside it:
1.2 s CPU for 0.91 million touches of a ledger and 11.1 s for 9.95 million, 124 MB at both; in
memory 0.6 s for a million, where marketing-attribution-models takes 2.6 s.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bench import say
from crmbridge.policy.revenue.bulk.batch import CHUNK, Batch, columns
from crmbridge.policy.revenue.bulk.credited import credited
from crmbridge.policy.revenue.bulk.packed import CONVERTING, FIELDS
from crmbridge.policy.revenue.models import Model, credit, preset
from crmbridge.policy.revenue.split import split
from crmbridge.report.counting import counting
from crmbridge.report.credit.compare import summed
from crmbridge.store import Ledger, table
from crmbridge.store.book_reads import Days
from crmbridge.store.book_rows import BookedRow
from crmbridge.store.journeys import Names, put
from crmbridge.store.table import Tx

MODELS = [preset(name) for name in ("first", "last", "linear", "w_shaped", "time_decay")]
CHANNELS = np.array(
    ["email", "ads", "webinar", "event", "direct", "organic", "social", "partner", "paper", "web"]
)
DAY = 86_400
DAY_WON = date(2025, 11, 1)
A_DEAL = 10
"""Touches of a deal on average; one in a thousand has seventy and more."""


def deals(touches: int, seed: int = 7) -> tuple[Batch, Any]:
    """Made-up won deals with about so many touches, and the channel of each touch, by number."""
    dice = np.random.default_rng(seed)
    number = touches // A_DEAL
    sizes = dice.geometric(1 / A_DEAL, number)
    first = np.concatenate([[0], np.cumsum(sizes)])
    whose = np.repeat(np.arange(number), sizes)
    at = dice.integers(0, 300 * DAY, len(whose))
    at = at[np.lexsort((at, whose))]
    batch = columns(
        first=first,
        minor=dice.integers(100_00, 250_000_00, number),
        cutoff=np.full(number, 300 * DAY),
        at=at,
        lead_created=dice.integers(0, 100, number) * DAY,
        created=dice.integers(100, 300, number) * DAY,
        converting=dice.random(len(at)) < 0.1,
    )
    return batch, dice.integers(0, len(CHANNELS), len(at))


def spent(work: Callable[[], object], runs: int = 3) -> float:
    """The least CPU seconds of some runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def run(batch: Batch, models: list[Model]) -> None:
    for _ in credited([batch], models):
        pass


def unit() -> None:
    """Two million additions, 0.1 s on a calm core: what times are scaled by."""
    total = 0
    for n in range(2_000_000):
        total += n


def by_channel(batch: Batch, channels: Any) -> dict[str, Any]:
    """What each model gives each channel, in minor units."""
    sums = {model.name: np.zeros(len(CHANNELS), np.int64) for model in MODELS}
    begin = 0
    for part, found in credited([batch], MODELS):
        of_part = channels[begin : begin + len(part.at)]
        begin += len(part.at)
        for name, made in found.items():
            np.add.at(sums[name], of_part, made.minor)
    return sums


def exact(batch: Batch, number: int) -> tuple[float, int]:
    """CPU seconds of the exact way over some deals, and their touches."""
    taken = [batch.deal(place) for place in range(number)]
    amounts = batch.minor[:number].tolist()

    def work() -> None:
        for model in MODELS:
            for (points, marks, window), minor in zip(taken, amounts, strict=True):
                split(minor, credit(model, points, marks, window))

    return spent(work, 1), sum(len(points) for points, *_ in taken)


def peak(touches: int) -> float:
    """Peak megabytes while batches of a tenth of a million touches are made and worked on."""

    def made() -> Iterator[Batch]:
        for n in range(touches // CHUNK):
            yield deals(CHUNK, n)[0]

    tracemalloc.start()
    for _ in credited(made(), MODELS):
        pass
    top = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return top / 1e6


def mam(batch: Batch, channels: Any, ours: dict[str, Any]) -> float | None:
    """CPU seconds of five rule models of marketing-attribution-models, from rows to totals."""
    try:
        pandas, library = import_module("pandas"), import_module("mam")
    except ImportError:
        return None
    sizes = np.diff(batch.first)
    last = np.zeros(len(batch.at), np.bool_)
    last[batch.first[1:] - 1] = True
    value = np.zeros(len(batch.at))
    value[last] = batch.minor
    frame = pandas.DataFrame(
        {
            "deal": np.repeat(np.arange(len(sizes)), sizes).astype(str),
            "at": np.datetime64(datetime(2026, 1, 1)) + batch.at.astype("timedelta64[s]"),  # noqa: DTZ001
            "channel": CHANNELS[channels],
            "won": last,
            "value": value,
        }
    )

    theirs: dict[str, dict[str, float]] = {}

    def work() -> None:
        peer = library.MAM(
            frame,
            "session",
            "channel",
            "won",
            datetime_colname="at",
            user_id_colname="deal",
            conversion_value_colname="value",
        )
        for run in ("first_click", "last_click", "linear", "position_based", "time_decay"):
            theirs[run] = dict(getattr(peer, f"run_{run}")().to_polars().rows())

    seconds = spent(work, 1)
    for name, cents in zip(CHANNELS.tolist(), ours["linear"].tolist(), strict=True):
        if abs(theirs["linear"][name] / cents - 1) > 1e-6:
            say(f"  linear: {name} has {theirs['linear'][name]:.0f} there and {cents} here")
    return seconds


def channel_attribution(batch: Batch, channels: Any) -> float | None:
    """CPU seconds of the three heuristics of ChannelAttribution, its paths as text included."""
    try:
        pandas, library = import_module("pandas"), import_module("ChannelAttribution")
    except ImportError:
        return None

    def work() -> None:
        names = CHANNELS[channels].tolist()
        cuts = batch.first.tolist()
        paths = [" > ".join(names[a:b]) for a, b in pairwise(cuts)]
        frame = pandas.DataFrame({"path": paths, "won": 1, "value": batch.minor / 100})
        library.heuristic_models(frame, "path", "won", var_value="value")

    return spent(work, 1)


# from the ledger


def write(path: Path, touches: int) -> int:
    """Write a ledger of won deals with about so many touches, as a posting keeps them."""
    ledger = Ledger.open(f"sqlite:///{path}", "acme")
    named, made = len(CHANNELS), 0
    with ledger.write("bench") as tx:
        numbers = Names(tx)
        for channel in CHANNELS.tolist():
            numbers.number(channel)
        numbers.write()
        for seed in range(max(1, touches // CHUNK)):
            batch, channels = deals(min(touches, CHUNK), seed)
            rows = np.zeros(len(batch.at), FIELDS)
            rows["at"], rows["flags"] = batch.at, batch.converting * CONVERTING
            rows["channel"] = channels + 1
            rows["campaign"] = rows["asset"] = named
            _put(tx, batch, rows, seed)
            made += len(batch.at)
    ledger.close()
    return made


def _put(tx: Tx, batch: Batch, touches: Any, seed: int) -> None:
    cuts = batch.first.tolist()
    ids = [f"sales:Opportunity:{seed}-{n}" for n in range(len(batch.minor))]
    columns_of = (batch.cutoff, batch.lead_created, batch.created)
    marks = zip(*(one.tolist() for one in columns_of), strict=True)
    put(
        tx,
        [
            ("revenue", ident, 1, "", cutoff, None, lead, created, {}, "", touches[a:b].tobytes())
            for ident, (cutoff, lead, created), (a, b) in zip(
                ids, marks, pairwise(cuts), strict=True
            )
        ],
    )
    row = BookedRow(deal="", measure="revenue", n=1, currency="EUR", handed="none", day=DAY_WON)
    table.put(
        tx,
        [
            replace(row, deal=ident, minor=minor)
            for ident, minor in zip(ids, batch.minor.tolist(), strict=True)
        ],
    )


def read(path: Path) -> None:
    """Credit all deals of a ledger file and say what it took."""
    ledger = Ledger.open(f"sqlite:///{path}", "acme")
    cpu, wall = time.process_time(), time.perf_counter()
    with ledger.read() as tx, counting():
        found = dict(summed(tx, MODELS, "revenue", Days(), "EUR", of="channel"))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    ledger.close()
    assert len({sum(one.values()) for one in found.values()}) == 1
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"    {cpu:.2f} s CPU, {wall:.2f} s in all, {most:.0f} MB at most in the process")


def stored(touches: int) -> None:
    """Write a ledger, and read it in another process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        made = write(path, touches)
        size = path.stat().st_size / 1e6
        say(f"  five models over {made:,} touches in a ledger file of {size:,.0f} MB:")
        subprocess.run(
            [sys.executable, "-m", "benchmarks.attribution", "--read", str(path)], check=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--touches", type=int, default=1_000_000)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--stored", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--read", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read(Path(options.read))
        return
    batch, channels = deals(options.touches)
    loop = spent(unit)
    say(f"{len(batch.at):,} touches of {len(batch.minor):,} won deals; {loop:.2f} s a loop of 2 M")
    for model in MODELS:
        say(f"  {model.name:12} {spent(partial(run, batch, [model])):6.3f} s")
    ours = spent(partial(run, batch, MODELS))
    say(f"five models at once: {ours:.2f} s, {ours / loop:.1f} loops")
    slow, touches = exact(batch, min(2000, len(batch.minor)))
    one = slow / touches
    say(f"all five exactly: {one * 1e6:.0f} µs a touch, {one * len(batch.at) / ours:.0f} x")
    for many in (2 * CHUNK, 8 * CHUNK):
        say(f"peak memory for {many:,} touches in batches: {peak(many):.0f} MB")
    for many in options.stored:
        stored(many)
    if options.no_peers:
        return
    found = by_channel(batch, channels)
    peers = {
        "marketing-attribution-models, five models": mam(batch, channels, found),
        "ChannelAttribution, three models": channel_attribution(batch, channels),
    }
    for name, peer in peers.items():
        told = "not installed here" if peer is None else f"{peer:.2f} s, {peer / ours:.1f} x"
        say(f"{name}: {told}")


if __name__ == "__main__":
    main()
