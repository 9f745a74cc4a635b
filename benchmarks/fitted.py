"""What a fit of a data-driven model costs, beside marketing_attribution_models in the same run."""

from __future__ import annotations

import argparse
import random
import resource
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from itertools import accumulate

from benchmarks.bench import say
from crmbridge.policy.revenue.fitted.fit import Fit, Model, fit
from crmbridge.policy.revenue.fitted.markov import markov
from crmbridge.policy.revenue.fitted.paths import Path, fold
from crmbridge.policy.revenue.journey import Window

ADDITIONS = 2_000_000
CALM = 0.1
"""Seconds of so many additions on the core that bounds are stated for."""
WINDOW = Window(cutoff=1_767_225_600)
TODAY = date(2026, 1, 1)
REPEATS = 3


def journeys(count: int, channels: int) -> Iterator[tuple[Path, bool]]:
    """Journeys of one to forty touches, four in the mean; some channels are frequent, most rare."""
    chance = random.Random(7)
    names = [f"channel{n:02}" for n in range(channels)]
    weights = list(accumulate(1 / (n + 1) for n in range(channels)))
    for _ in range(count):
        touches = min(40, 1 + int(chance.expovariate(0.3)))
        yield tuple(chance.choices(names, cum_weights=weights, k=touches)), chance.random() < 0.2


def spent(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The least seconds of the process in some runs."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def loop() -> int:
    total = 0
    for number in range(ADDITIONS):
        total += number
    return total


def ours(made: list[tuple[Path, bool]], model: Model, order: int = 1) -> Fit:
    found = fit(fold(iter(made)), model, window=WINDOW, on=TODAY, order=order)
    assert isinstance(found, Fit)
    return found


def peer(made: list[tuple[Path, bool]]) -> tuple[float, float]:
    """Seconds of the peer's Markov model of order 1, its reading of the journeys included, and
    the farthest of its removal effects from ours.

    It also splits every journey, which a fit of ours leaves for when a deal is credited. Up to
    its version 1 lost journeys counted only with
    `conversion_value_as_frequency=False`; from version 2 on they always do.
    """
    import polars
    from mam.core import MAM

    rows = {
        "journey": [" > ".join(path) for path, _ in made],
        "won": [won for _, won in made],
        "occurrences": [1] * len(made),
    }
    frame = polars.DataFrame(rows)
    start = time.process_time()
    found = MAM(
        df=frame,
        format_type="grouped_journey",
        channels_colname="journey",
        journey_with_conv_colname="won",
        occurrences_colname="occurrences",
    ).run_markov(transition_to_same_state=True)
    taken = time.process_time() - start
    theirs = found.metadata["removal_effect"]["removal_effect"].to_dict()
    effects = markov(fold(made)).effects
    return taken, max(abs(theirs[name] - effects[name]) for name in effects)


def figures(made: list[tuple[Path, bool]], unit: float) -> None:
    for order in (1, 2, 3):
        taken = spent(lambda k=order: ours(made, Model.MARKOV, k))  # type: ignore[misc]
        states = markov(fold(made), order).states
        say(
            f"Markov of order {order}: {taken:.2f} s, {taken / unit * CALM:.2f} s on a calm core, "
            f"{taken / unit:.0f} loops; {states} states"
        )
    for model in (Model.LINEAR_CHANNELS, Model.SHAPLEY_RATE):
        taken = spent(lambda one=model: ours(made, one))  # type: ignore[misc]
        say(f"{model}: {taken:.2f} s, {taken / unit * CALM:.2f} s on a calm core")


def kept(count: int, channels: int) -> None:
    """Say what folding keeps of journeys that are never held all at once."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    paths = fold(journeys(count, channels))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    distinct = len(paths.won) + len(paths.lost)
    say(f"{count} journeys are {distinct} distinct paths: {(after - before) / 1024:.0f} MB more")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=1_000_000)
    parser.add_argument("--channels", type=int, default=12)
    parser.add_argument("--peer", type=int, default=200_000, help="journeys beside the peer")
    options = parser.parse_args()
    kept(options.journeys, options.channels)
    made = list(journeys(options.journeys, options.channels))
    unit = spent(loop, 5)
    say(f"a loop of {ADDITIONS} additions: {unit:.3f} s")
    figures(made, unit)
    few = made[: options.peer]
    mine = spent(lambda: ours(few, Model.MARKOV))
    warnings.simplefilter("ignore")
    runs = [peer(few) for _ in range(REPEATS)]
    theirs = min(taken for taken, _ in runs)
    say(
        f"{len(few)} journeys, order 1: {mine:.2f} s beside the peer's {theirs:.2f} s, "
        f"{mine / theirs:.2f} of it; effects differ by {max(far for _, far in runs):.0e}"
    )


if __name__ == "__main__":
    main()
