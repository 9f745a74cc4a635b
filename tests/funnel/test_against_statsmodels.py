"""Incidence and survival against statsmodels, which was written by others."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.policy.incidence import OPEN, curve

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

CODES = {OPEN: 0, "p": 1, "r": 2}
FEW_DAYS = st.lists(
    st.tuples(st.integers(1, 12) | st.integers(1, 400), st.sampled_from(list(CODES))),
    min_size=1,
    max_size=60,
)
QUICK = settings(max_examples=200, deadline=None)


def columns(waits):
    return np.array([at for at, _ in waits]), np.array([CODES[how] for _, how in waits])


@QUICK
@given(FEW_DAYS.filter(lambda waits: {"p", "r"} <= {how for _, how in waits}))
def test_incidence_with_two_ways_out_is_that_of_statsmodels(waits):
    found = curve(waits)
    times, codes = columns(waits)
    with np.errstate(all="ignore"):  # its standard errors divide by those left, even by none
        peer = CumIncidenceRight(times, codes)
    for place, at in enumerate(peer.times):
        mine = [found.incidence(how, int(at)) for how in ("p", "r")]
        assert mine == pytest.approx([peer.cinc[n][place] for n in (0, 1)], abs=1e-9)


@QUICK
@given(FEW_DAYS.filter(lambda waits: any(how for _, how in waits)))
def test_what_is_left_is_that_of_statsmodels(waits):
    found = curve(waits)
    times, codes = columns(waits)
    with np.errstate(all="ignore"):
        peer = SurvfuncRight(times, codes > 0)
    assert [step.at for step in found.steps] == list(peer.surv_times)
    assert [step.at_risk for step in found.steps] == list(peer.n_risk)
    assert [step.left for step in found.steps] == pytest.approx(list(peer.surv_prob), abs=1e-9)


@QUICK
@given(FEW_DAYS)
def test_nobody_is_lost_between_the_ways_out_and_those_left(waits):
    for step in curve(waits).steps:
        assert sum(step.incidence.values()) + step.left == pytest.approx(1)
