"""What the ledger keeps of deals is credited as the exact models credit the deals, to the cent."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.revenue.bulk.credited import credited
from crmbridge.policy.revenue.bulk.packed import CONVERTING, DIRECT, Packed, pack, unpack
from crmbridge.policy.revenue.models import NONE, PRESETS, Model, credit
from crmbridge.policy.revenue.positions import is_direct
from crmbridge.policy.revenue.split import split
from crmbridge.policy.revenue.touches import eligible
from tests.revenue.journeys import journeys

OURS = Model(
    name="ours", weights={"ready": Fraction(1, 3), "OC": Fraction(1, 6)}, mid=Fraction(1, 2)
)
MODELS = [*PRESETS.values(), OURS]
AMOUNTS = st.integers(-(10**9), 10**9)


def packed(journey: Any, minor: int) -> Packed:
    points, marks, window = journey
    touches = [
        (one.at, CONVERTING * one.converting + DIRECT * is_direct(one), n, 0, 0)
        for n, one in enumerate(eligible(points, window))
    ]
    seen = (window.cutoff, window.start, marks.lead_created, marks.created)
    return (minor, *seen, "", pack(touches), json.dumps(marks.others))


@given(st.lists(st.tuples(journeys(), AMOUNTS), min_size=1, max_size=6), st.integers(1, 30))
def test_a_packed_deal_is_credited_as_the_exact_models_do(drawn: Any, touches: int) -> None:
    whole = unpack([packed(*one) for one in drawn], ["ready"])
    numbers = whole.named["channel"].tolist()
    found: dict[str, list[dict[str, int]]] = {model.name: [] for model in MODELS}
    begin = 0
    for batch, made in credited([whole.batch], MODELS, touches=touches):
        for name, one in made.items():
            for place in range(len(batch.minor)):
                a, b = int(batch.first[place]), int(batch.first[place + 1])
                points, _, window = drawn[len(found[name])][0]
                ids = [it.id for it in eligible(points, window)]
                assert numbers[begin + a : begin + b] == list(range(b - a))
                row = dict(zip(ids, one.minor[a:b].tolist(), strict=True))
                found[name].append({**row, NONE: int(one.none[place])})
        begin += len(batch.at)
    for model in MODELS:
        wanted = [split(minor, credit(model, *journey)) for journey, minor in drawn]
        told = [{name: n for name, n in row.items() if n} for row in found[model.name]]
        assert told == [{name: n for name, n in row.items() if n} for row in wanted]


def test_bytes_that_are_no_touches_are_refused() -> None:
    broken: Packed = (1, 10, None, None, None, "", b"x", "{}")
    with pytest.raises(ValueError, match="size"):
        unpack([broken])
