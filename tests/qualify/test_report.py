"""An explanation's text says what its JSON says, for leads in every state."""

from typing import Any

from crmbridge.report.explain.whole import text

LEAF = {
    "id": "email",
    "field": "email",
    "op": "is_set",
    "wanted": None,
    "value": None,
    "result": "unknown",
}


WHO = dict.fromkeys(("first_name", "last_name", "title", "account", "email"), "")
SCORE = LEAF | {
    "id": "score",
    "field": "engagement",
    "op": "ge",
    "wanted": 35,
    "value": {"$n": "31.2000"},
    "result": "false",
    "source": "crmbridge",
    "from": "touches",
}
DESK = {
    "rep": "ann",
    "name": "Ann\x1b",
    "open": 4,
    "open_limit": 4,
    "room": 0,
    "hour": [0, None],
    "today": [3, 3],
    "week": [0, None],
    "why": ["open_limit", "per_day"],
}
LINE = {
    "reason": "no_capacity",
    "since": "2026-03-01T09:00:00.000000Z",
    "remedy": "Make room.",
    "leaves_at": "2026-03-15T09:00:00.000000Z",
    "team": "dach",
    "team_name": "Germany",
    "fill": "4/4",
    "passes": "hot",
    "given_today": 3,
    "per_day": 9,
    "grade": "A2",
    "rating": "hot",
    "reps": [DESK, DESK | {"rep": "bob", "name": "bob", "open": 0, "why": []}],
}
RETURN = {
    "at": "2026-02-01T09:00:00.000000Z",
    "outcome": "rejected",
    "reason": "bad_timing",
    "class": "returns",
    "until": "2026-05-02T22:00:00.000000Z",
    "until_by_the_table_now": "2026-05-02T22:00:00.000000Z",
    "loops": 1,
    "max_loops": 3,
    "bar": 20,
    "contact": "nurture",
    "stands": True,
    "row": {"class": "returns", "track": "timing", "cool_off_days": 90, "rep": "prefer"},
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
        "criteria": {"op": "at_least", "k": 1, "result": "unknown", "of": [LEAF, SCORE]},
        "may_go": "wait_not_ready",
        "via": "",
        "until": "",
        "distances": {"score": "3.8000"},
        "flip": flip,
    }
    score: dict[str, Any] = {
        "engagement": "0.0000",
        "engagement_since_cycle_began": "3.0000",
        "fit": None,
        "grade": "4",
        "rating": "cold",
        "parts": [],
        "signals": [],
    }
    version = {
        "version": 1,
        "hash": "abc",
        "effective_from": "2026-01-01",
        "status": "effective",
        "signed": [{"side": "sales", "name": "Priya", "on": "2025-12-17"}],
    }
    agreement = version | {
        "now": "v1:abc",
        "of_the_hand_off": "",
        "handed_over_under": None,
        "next_from": "",
    }
    base: dict[str, Any] = {
        "lead": "l1",
        "who": WHO,
        "as_of": "2026-03-02T09:00:00.000000Z",
        "past": False,
        "merged_into": "",
        "merged_from": [],
        "stage": "engaged",
        "side": "marketing",
        "cycle": 1,
        "motion": "new",
        "expansion": False,
        "owner": "",
        "owner_name": "",
        "in_queue": "",
        "opted_out": False,
        "agreement": agreement,
        "facts": [],
        "records": [],
        "ready": ready,
        "score": score,
        "capacity": {"given": None, "line": None, "note": ""},
        "waiting": None,
        "org": None,
        "assigned": None,
        "passing": None,
        "cycles": [],
        "taken_over": [],
        "ignored": [],
        "returns": [],
        "track": "",
        "nurture": None,
        "won": {"shares": [], "value": "", "apart": []},
        "account": {"open_deals": 0, "won_deals": 0},
        "touches": {"count": 0, "first": "", "last": ""},
        "decision": None,
        "decisions": [],
        "writes": [],
        "held": [],
    }
    whole = base | more
    core = whole["stage"]
    none: dict[str, Any] = {"since": "", "under": "", "criteria_say": "", "until": "", "parts": []}
    none |= {"id": "", "name": core, "core_name": core, "names": {}, "entered": []}
    return {"own_stage": none} | whole


def ready(**more: Any) -> dict[str, Any]:
    return {"ready": told()["ready"] | more}


def test_the_smallest_change_tells_distance_and_doubt() -> None:
    lines = text(told())
    assert (
        "  smallest change to become ready: find out e-mail address (asked: e-mail address is "
        "known); engagement score reaches 35.0000 (+3.8000) (an estimate: one fact counts in "
        "several criteria)"
    ) in lines
    assert "  ? at least 1 of these:" in lines
    assert "    ? email: e-mail address is known; it is unknown" in lines
    assert (
        "    - score: engagement score is at least 35; it is 31.2000, 3.8000 short of it "
        "[worked out from touches]"
    ) in lines
    assert any("Not ready for sales. It would be: find out e-mail address" in x for x in lines)


def test_a_ready_lead_tells_until_when_it_is_so() -> None:
    ends = ready(result="true", until="2026-03-09T09:00:01.000000Z")
    line = "  without new activity it stops being ready on 2026-03-09 09:00:01 UTC"
    assert line in text(told(**ends))
    assert any("without news it stays ready" in one for one in text(told(**ready(result="true"))))


def test_nothing_that_helps_is_said_too() -> None:
    flip = told()["ready"]["flip"] | {"possible": False, "steps": []}
    lines = text(told(**ready(flip=flip)))
    assert "  to become ready: nothing that anybody can change would do" in lines


def test_the_first_lines_say_who_it_is_and_where_it_stands() -> None:
    who = WHO | {"first_name": "Jo", "last_name": "Kern", "account": "Buyer"}
    lines = text(told(who=who, opted_out=True, track="timing", past=True, merged_from=["l2"]))
    assert lines[0] == "Jo Kern, Buyer"
    assert "  as it was known then: what was learned later is left out" in lines
    assert "  lead l2 is the same person, and part of this one" in lines
    assert "  With marketing, engaged, trip 1." in lines
    assert "  They opted out: nothing is sent to them." in lines
    assert "  On the nurture track timing." in lines


def test_a_lead_with_sales_tells_its_rep_and_its_steps() -> None:
    marks = {"handed": "2026-03-01T09:00:00.000000Z"}
    cycle = {
        "n": 1,
        "opened": "2026-02-01T09:00:00.000000Z",
        "kind": "pushed",
        "milestones": marks,
        "outcome": "",
        "reason": "",
        "closed": "",
        "voided": "",
        "legs": [],
    }
    lines = text(told(side="sales", stage="handed", owner="ann", owner_name="Ann", cycles=[cycle]))
    assert "  With sales, handed, trip 1; its rep is Ann." in lines
    assert "  It was handed over 2026-03-01 09:00:00 UTC." in lines


def test_a_lead_that_waits_tells_its_team_and_why_each_rep_does_not_have_it() -> None:
    waiting = {"reason": "no_capacity", "since": "2026-03-01T09:00:00.000000Z"}
    room = {"given": None, "line": LINE, "note": ""}
    lines = text(told(stage="ready", waiting=waiting, capacity=room))
    assert any(
        "Waits for sales since 2026-03-01 09:00:00 UTC: every rep who may have it is at a limit "
        "(no_capacity)." in one
        for one in lines
    )
    assert (
        "    team Germany: 100 % full, lets through hot; this lead is A2 (hot); given today 3 of 9"
    ) in lines
    assert ("    Ann\\x1b: holds 4 of 4; is full, and has had their leads of the day") in lines
    assert "    what frees it: Make room." in lines
    assert "    it leaves the line on 2026-03-15 09:00:00 UTC if nobody takes it by then" in lines


def test_desks_that_cannot_be_counted_are_said_not_to_be() -> None:
    lines = text(told(capacity={"given": None, "line": None, "note": "too many"}))
    assert "  too many" in lines


def test_a_lead_that_is_given_away_and_not_yet_taken_says_so() -> None:
    lines = text(told(stage="ready", assigned={"rep": "ann\x1b"}))
    assert "  Given to ann\\x1b; the sales system has not taken it yet." in lines


def test_a_lead_that_came_back_tells_when_it_may_go_again() -> None:
    lines = text(told(returns=[RETURN], **ready(may_go="wait_cool_off")))
    assert (
        "  It rests after its trip, and may go again from 2026-05-02 22:00:00 UTC, then with 20 "
        "points of engagement since; if they ask for sales, at once."
    ) in lines
    assert (
        "    row: track timing; 90 days; 20 points of engagement since; trip 1 of at most 3; the "
        "same rep if free; contact nurture"
    ) in lines
    short = text(told(returns=[RETURN], **ready(may_go="wait_bar")))
    assert "  It has too little engagement since it came back: 3.0000 of 20." in short


def test_a_merged_and_an_erased_lead_say_what_became_of_them() -> None:
    merged = text(told(stage="merged", side="none", merged_into="l2"))
    assert "  This lead lives on as lead l2: explain that one." in merged
    erased = text(told(stage="erased", side="none"))
    assert "  This person was erased: nothing is kept of them." in erased


def test_the_agreement_names_who_signed() -> None:
    assert (
        "  judged by version 1, hash abc, effective, from 2026-01-01; signed by Priya for sales "
        "on 2025-12-17"
    ) in text(told())
    gone = told()["agreement"] | {"of_the_hand_off": "v7:feed"}
    assert any("handed over under v7:feed, whose text" in one for one in text(told(agreement=gone)))


def test_sections_without_anything_in_them_are_left_out() -> None:
    lines = text(told())
    assert "Returns" not in lines
    assert "Room of sales" not in lines
    assert "Ready for sales?" in lines


def test_a_lead_that_bought_says_so_and_not_that_it_may_go_again() -> None:
    trip = {"kind": "pushed", "milestones": {}, "reason": "", "voided": "", "legs": []}
    opened, back, won = (f"2026-0{month}-01T09:00:00.000000Z" for month in (2, 3, 4))
    cycles = [
        trip | {"n": 1, "opened": opened, "outcome": "stale_untouched", "closed": back},
        trip | {"n": 2, "opened": back, "outcome": "won", "closed": won},
    ]
    row = {"class": "returns", "track": "keep", "cool_off_days": 0, "rep": "avoid"}
    returned = RETURN | {"at": back, "reason": "stale_untouched", "row": row}
    lines = text(told(stage="customer", cycle=3, cycles=cycles, returns=[returned]))
    said = "  Bought on 2026-04-01 09:00:00 UTC, in trip 2; before that, sales gave it back: "
    assert f"{said}stale_untouched." in lines
    assert not any("may go again" in one for one in lines)


def test_what_a_lead_won_is_told_with_the_evidence() -> None:
    won = {
        "shares": [{"deal": "sales:Opportunity:1", "by": "account", "part": "5.00 EUR"}],
        "value": "5.00 EUR",
        "apart": ["7.00 USD"],
    }
    lines = text(told(won=won, account={"open_deals": 1, "won_deals": 2}))
    assert "  in all 5.00 EUR, and apart 7.00 USD" in lines
    assert "    sales:Opportunity:1 by account: 5.00 EUR" in lines
    assert "  its account has 1 open and 2 won deals" in lines
