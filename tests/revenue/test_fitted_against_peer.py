"""Removal effects beside those of an attribution library that shares no code with ours (R6.12)."""

import random

import pytest

from crmbridge.policy.revenue.fitted.markov import markov
from crmbridge.policy.revenue.fitted.paths import fold

CHANNELS = ["ads", "content", "email", "event", "organic", "partner", "webinar"]


def journeys(seed):
    chance = random.Random(seed)
    for _ in range(200):
        path = chance.choices(CHANNELS, weights=range(1, 8), k=chance.randint(1, 9))
        yield path, chance.random() < 0.1 + 0.05 * len(set(path))


@pytest.mark.filterwarnings("ignore")  # those of a library of others
@pytest.mark.parametrize("seed", range(3))
def test_order_one_agrees_with_another_library(seed):
    polars = pytest.importorskip("polars")
    mam = pytest.importorskip("mam.core")
    made = list(journeys(seed))
    frame = polars.DataFrame(
        {
            "journey": [" > ".join(path) for path, _ in made],
            "won": [won for _, won in made],
            "occurrences": [1] * len(made),
        }
    )
    theirs = mam.MAM(
        df=frame,
        format_type="grouped_journey",
        channels_colname="journey",
        journey_with_conv_colname="won",
        occurrences_colname="occurrences",
    ).run_markov(transition_to_same_state=bool(seed))
    effects = theirs.metadata["removal_effect"]["removal_effect"].to_dict()
    assert markov(fold(made)).effects == pytest.approx(effects, abs=1e-9)
