"""Journeys for tests: short ways to write them, and hypothesis's way to make many."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from crmbridge.policy.revenue.journey import Milestones, Point, Window

DAY = 86_400
LATE = 40 * DAY
CHANNELS = ("email", "webinar", "direct", "organic")


def points(*days: float, converting: str = "", channels: Mapping[str, str] | None = None):
    """Touches a, b, c … at the given days; those named in `converting` make leads."""
    named = channels or {}
    return [
        Point(name, int(day * DAY), channel=named.get(name, "email"), converting=name in converting)
        for name, day in zip("abcdefghij", days, strict=False)
    ]


@st.composite
def journeys(draw):
    """A deal: touches with ties of time, milestones that may be missing, a window."""
    step = draw(st.sampled_from([1, 150, 3600, DAY]))
    times = draw(st.lists(st.integers(-5, 45), min_size=0, max_size=9))
    found = [
        Point(
            f"t{n}",
            at * step,
            channel=draw(st.sampled_from(CHANNELS)),
            converting=draw(st.booleans()),
        )
        for n, at in enumerate(times)
    ]
    some = st.none() | st.integers(-10, 50).map(lambda at: at * step)
    marks = Milestones(
        lead_created=draw(some),
        created=draw(some),
        others={name: at for name in ("ready", "handed") if (at := draw(some)) is not None},
    )
    start = draw(st.none() | st.integers(-5, 20).map(lambda at: at * step))
    return found, marks, Window(cutoff=draw(st.integers(15, 42)) * step, start=start)
