"""An explanation's text says what its JSON says, for leads in every state."""

from typing import Any

from crmbridge.report.explain import text

LEAF = {
    "id": "email",
    "field": "email",
    "op": "is_set",
    "wanted": None,
    "value": None,
    "result": "unknown",
}


def told(**more: Any) -> dict[str, Any]:
    flip = {
        "wanted": "true",
        "possible": True,
        "cost": 3,
        "steps": [{"criterion": "email", "do": "learn"}, {"criterion": "score", "do": "change"}],
        "needs": {"score": "3.8000"},
        "estimate": True,
    }
    ready = {
        "result": "unknown",
        "criteria": {"op": "at_least", "k": 1, "result": "unknown", "of": [LEAF]},
        "may_go": "wait_not_ready",
        "via": "",
        "until": "2026-03-09T09:00:01.000000Z",
        "distances": {},
        "flip": flip,
    }
    score = {
        "engagement": "0.0000",
        "engagement_since_cycle_began": "0.0000",
        "fit": None,
        "grade": "4",
        "rating": "cold",
        "parts": [],
    }
    base: dict[str, Any] = {
        "lead": "l1",
        "as_of": "2026-03-02T09:00:00.000000Z",
        "merged_into": "",
        "stage": "ready",
        "side": "marketing",
        "cycle": 1,
        "owner": "",
        "opted_out": False,
        "agreement": {"now": "v1:abc", "of_the_hand_off": ""},
        "facts": [],
        "records": [],
        "ready": ready,
        "score": score,
        "waiting": None,
        "assigned": None,
        "cycles": [],
        "returns": [],
        "track": "",
        "touches": {"count": 0, "first": "", "last": ""},
        "decisions": [],
        "writes": [],
        "held": [],
    }
    return base | more


def test_the_smallest_change_tells_distance_and_doubt() -> None:
    lines = text(told())
    assert (
        "  smallest change to become ready: learn email, change score by 3.8000 "
        "(estimate: a fact counts more than once)"
    ) in lines
    assert "  without new activity it stops being so 2026-03-09 09:00:01 UTC" in lines
    assert "  ? at_least 1 of:" in lines
    assert "    ? email: email is set; it is unknown" in lines


def test_nothing_that_helps_is_said_too() -> None:
    base = told()
    flip = base["ready"]["flip"] | {"possible": False, "steps": []}
    lines = text(base | {"ready": base["ready"] | {"flip": flip}})
    assert "  to become ready: nothing that anybody can change would do" in lines


def test_waiting_giving_opting_out_and_merging_are_in_the_head() -> None:
    lines = text(
        told(
            waiting={"reason": "no_capacity", "since": "2026-03-01T09:00:00.000000Z"},
            assigned={"rep": "ann\x1b"},
            opted_out=True,
            merged_into="l2",
            track="timing",
            owner="ann",
        )
    )
    assert "  waits for sales since 2026-03-01 09:00:00 UTC: no_capacity" in lines
    assert "  given to ann\\x1b, not yet taken by the sales system" in lines
    assert "  has opted out: nothing is sent to them" in lines
    assert "  lives on as lead l2" in lines
    assert "  on the nurture track timing" in lines


def test_sections_without_anything_in_them_are_left_out() -> None:
    lines = text(told())
    assert "Returns" not in lines
    assert "Ready for sales?" in lines
