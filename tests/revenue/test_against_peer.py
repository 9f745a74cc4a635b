"""Channel totals of the rule models beside those of a library that others use."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.models import credit, preset

DAY_0 = datetime(2026, 1, 1)  # noqa: DTZ001  # the library takes naive times
EPOCH = int(DAY_0.replace(tzinfo=UTC).timestamp())
CHANNELS = ("email", "ads", "webinar", "direct", "event")
SAME = {
    "run_first_click": preset("first"),
    "run_last_click": preset("last"),
    "run_linear": preset("linear"),
    "run_position_based": preset("position_based"),
    "run_time_decay": preset("time_decay", half_life_days=7),
}


def journeys():
    """200 won deals of one to nine touches, no two of a deal at one second: there the peer and
    we differ, since it breaks such ties by the order of its rows."""
    chance = random.Random(11)
    for n in range(200):
        seconds = sorted(chance.sample(range(120 * 86_400), chance.randrange(1, 10)))
        yield f"d{n:03}", [(at, chance.choice(CHANNELS)) for at in seconds], chance.randrange(10**6)


@pytest.fixture(scope="module")
def peer():
    from mam import MAM
    from pandas import DataFrame

    rows = [
        (deal, DAY_0 + timedelta(seconds=at), channel, last, amount if last else 0.0)
        for deal, touches, amount in journeys()
        for at, channel in touches
        for last in [at == touches[-1][0]]
    ]
    frame = DataFrame(rows, columns=["deal", "at", "channel", "won", "amount"])
    return MAM(
        frame,
        "session",
        "channel",
        "won",
        datetime_colname="at",
        user_id_colname="deal",
        conversion_value_colname="amount",
    )


@pytest.mark.parametrize("run", SAME)
def test_channels_have_what_the_peer_gives_them(peer, run):
    ours = Counter()
    for _, touches, amount in journeys():
        points = [Point(f"{at:09}", EPOCH + at, channel=channel) for at, channel in touches]
        shares = credit(SAME[run], points, Milestones(), Window(cutoff=points[-1].at))
        for one in points:
            ours[one.channel] += amount * shares[one.id]
    theirs = dict(getattr(peer, run)().to_polars().rows())
    assert {one: float(sum_) for one, sum_ in ours.items()} == pytest.approx(theirs, rel=1e-9)
