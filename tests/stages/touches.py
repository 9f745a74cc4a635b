"""Touches of May 2026 and rules for what they are worth, as the policy takes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from crmbridge.agreement import Engagement, TouchRule
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
RULES = Engagement(
    rules=(
        TouchRule(kind="form", asset="/demo*", points=Decimal(40), stage="decision"),
        TouchRule(kind="form", points=Decimal(12), max_per_asset=1, stage="interest"),
        TouchRule(kind="unsubscribe", points=Decimal(-25)),
        TouchRule(kind="webinar", points=Decimal("7.5"), max_per_asset=2),
    )
)


def touch(days, kind="form", asset="/paper", ident=None, **more):
    at = NOW - timedelta(days=days)
    ref = Ref(system="marketing", obj=kind, id=ident or f"{asset}@{days}")
    return Touch(ref=ref, at=at, kind=kind, asset=asset, **more)


TOUCHES = st.lists(
    st.builds(
        touch,
        days=st.integers(-1, 9),
        kind=st.sampled_from(["form", "webinar", "unsubscribe"]),
        asset=st.sampled_from(["/demo", "/paper", "/b"]),
        ident=st.text("xyz", min_size=1, max_size=3),
    ),
    max_size=12,
    unique_by=lambda one: (one.at, str(one.ref)),
)
