"""Makes lifecycle cases of every kind that R1.1 to R1.9 and R1.18 speak of."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from crmbridge.model.lifecycle import RANK
from tests.model import lifecycle_rules
from tests.model.lifecycle_rules import SALES

Json = dict[str, Any]
OUT = ["no_fit", "competitor"]
REASONS = ("bad_timing", "no_fit", "deleted", None)
DEALS = ("A", "B", "C", "D")
WITH_REASON = ("rejected", "returned", "recalled", "deal_lost", "disqualified")
OF_DEALS = ("opportunity", "deal_won", "deal_lost", "deal_reopened")
OTHERS = tuple(sorted(set(RANK) - set(OF_DEALS) - {"adopted", "merged", "erased"}))
TAKEN = ("known", "engaged", "nurture", "ready", *SALES, "customer", "customer", "disqualified")
TO_SALES = (
    ("ready", "handed"),
    ("handed", "accepted"),
    ("accepted", "qualified"),
    ("handed", "sales_touch"),
    ("ready", "queue_expired"),
    ("accepted", "handed_on"),
    ("qualified", "handed_on", "accepted"),
    ("handed", "accepted", "handed_on"),
)
AWAY = (
    ("rejected",),
    ("returned",),
    ("stale",),
    ("recalled",),
    ("disqualified",),
    ("reinstated",),
    ("engaged",),
    ("ready", "handed", "rejected"),
    ("handed", "accepted", "returned"),
    ("handed_on", "rejected"),
    ("handed_on", "accepted", "returned"),
    ("handed_on", "stale"),
)
TEAMS = ("field", "north")
MAY_GO_BACK = ("rejected", "returned", "stale", "recalled")
STEPS = (
    ("deal_won",),
    ("deal_lost",),
    ("deal_reopened",),
    ("opportunity",),
    ("deal_lost", "deal_reopened"),
    ("deal_won", "deal_reopened"),
    ("deal_reopened", "deal_won"),
    ("deal_reopened", "deal_lost"),
    OF_DEALS,
)


class Story:
    """Events on their way; each step of time is a day or none."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.at = 0
        self.rows: list[Json] = []
        self.seen: set[tuple[Any, ...]] = set()

    def pick(self, *choices: Any) -> Any:
        """One of some choices."""
        return self.draw(st.sampled_from(choices))

    def passes(self) -> None:
        """Time may pass."""
        self.at += self.pick(0, 1, 1)

    def tell(self, type_: str, deal: str | None = None, kind: str | None = None) -> None:
        """One event, unless nothing but its arrival would put it in order."""
        if (self.at, type_, deal, kind) in self.seen:
            return
        self.seen.add((self.at, type_, deal, kind))
        row: Json = {"at": float(self.at), "type": type_}
        if type_ in WITH_REASON:
            row["reason"] = self.pick(*(REASONS[:3] if kind else REASONS))
        row |= {"deal": deal} if deal else {}
        row |= {"kind": kind} if kind else {}
        if type_ == "handed_on":
            row |= {"team": self.pick(*TEAMS), "kind": self.pick("pushed", "override", "back")}
        if type_ in MAY_GO_BACK and not kind and self.pick(True, False):
            row["back"] = True
        self.rows.append(row)

    def tell_all(self, types: tuple[str, ...], deal: str | None) -> None:
        """Some events in a row."""
        for type_ in types:
            self.passes()
            self.tell(type_, deal if type_ in OF_DEALS else None)

    def looks(self) -> None:
        """One instant: some of all events of some deals, and others beside them."""
        self.at += 1
        for deal in self.draw(st.lists(st.sampled_from(DEALS), min_size=1, unique=True)):
            types = self.draw(st.lists(st.sampled_from(OF_DEALS), unique=True))
            for type_ in types:
                self.tell(type_, deal)
            if "deal_lost" in types and self.pick(*range(4)) == 0:
                self.tell("deal_lost", deal, "reason")
        for type_ in self.draw(st.lists(st.sampled_from(OTHERS), max_size=2)):
            self.tell(type_)

    def taken_over(self) -> None:
        """What a system showed at its first look, or shows at a later one."""
        self.at += 1
        system = self.pick("marketing", "sales")
        if (self.at, "adopted", None, None) in self.seen:
            return
        self.tell("adopted")
        row = self.rows[-1]
        row |= {"stage": self.pick(*TAKEN), "system": system}
        if row["stage"] not in SALES and self.pick(*range(3)) == 0:
            row |= {"outcome": "returned", "reason": self.pick(*REASONS[:3])}
        if self.pick(*range(3)) == 0:
            self.tell("opportunity", self.pick(*DEALS))

    def explains(self) -> None:
        """A reason given afterwards for something that was lost or given back."""
        lost = [row for row in self.rows if row["type"] in ("deal_lost", "rejected", "returned")]
        if lost:
            row, now = self.pick(*lost), self.at
            self.at = int(row["at"])
            self.tell(row["type"], row.get("deal"), "reason")
            self.at = now

    def opens_several(self) -> None:
        """A lead on several deals, most of which then close."""
        deals = self.draw(st.lists(st.sampled_from(DEALS), min_size=2, unique=True))
        for deal in deals:
            self.passes()
            self.tell("opportunity", deal)
        for deal in deals:
            self.passes()
            self.tell(self.pick("deal_won", "deal_won", "deal_lost", "opportunity"), deal)

    def goes_from_team_to_team(self) -> None:
        """A lead that one team of sales hands on to another, and may have back."""
        self.tell_all(("accepted",), None)
        for _ in range(self.pick(1, 2, 4)):
            self.tell_all(("handed_on", *self.pick((), ("accepted",), ("qualified",))), None)
            self.tell_all(self.pick((), *((one,) for one in MAY_GO_BACK)), None)

    def goes_on(self) -> None:
        """Something happens."""
        what = self.pick(
            *("deals", "deals", "step", "step", "step", "look", "sales", "away", "why", "found"),
            *("teams", "teams"),
        )
        if what == "deals":
            self.opens_several()
        elif what == "step":
            self.tell_all(self.pick(*STEPS), self.pick(*DEALS))
        elif what == "look":
            self.looks()
        elif what == "why":
            self.explains()
        elif what == "found":
            self.taken_over()
        elif what == "teams":
            self.goes_from_team_to_team()
        else:
            self.tell_all(self.pick(*(TO_SALES if what == "sales" else AWAY)), None)


@st.composite
def told(draw: st.DrawFn) -> list[Json]:
    """Some events of which the text says how they end, in any order of arrival."""
    story = Story(draw)
    for _ in range(draw(st.integers(0, 9))):
        story.goes_on()
    if draw(st.integers(0, 19)) == 0:
        story.at = draw(st.integers(0, story.at + 1))
        story.tell(draw(st.sampled_from(["merged", "erased"])))
    rows = story.rows
    return draw(st.permutations(rows)) if draw(st.booleans()) else rows


def case_of(rows: list[Json]) -> Json | None:
    """The case with what the rules expect; `None` where the text does not say."""
    try:
        expect = lifecycle_rules.expected(rows, dict(RANK), OUT)
    except lifecycle_rules.UndefinedCase:
        return None
    return {"events": rows, "expect": expect | {"stage": expect["stage"] or "known"}}


def cases() -> st.SearchStrategy[Json]:
    """Cases of which the text says how they end."""
    return told().map(case_of).filter(bool)  # type: ignore[return-value]
