"""R1.3 to R1.9 and R1.18 as the text says them, on the JSON of the golden cases: one plain walk."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from typing import Any

Json = dict[str, Any]
RESTING = ("known", "engaged", "nurture", "customer")
SALES = ("handed", "accepted", "qualified", "opportunity")
GONE = ("merged", "erased")
LEAVES = ("rejected", "returned", "stale", "recalled", "disqualified")
ALLOWED = {
    "engaged": (*RESTING, "ready", *SALES),
    "ready": RESTING,
    "unready": ("ready",),
    "queue_expired": ("ready",),
    "handed": (*RESTING, "ready"),
    "sales_touch": SALES,
    "accepted": (*RESTING, "ready", "handed"),
    "qualified": (*RESTING, "ready", "handed", "accepted"),
    "handed_on": ("accepted", "qualified"),
    "rejected": ("handed", "accepted", "qualified"),
    "returned": ("handed", "accepted", "qualified"),
    "stale": ("handed", "accepted", "qualified"),
    "recalled": ("handed", "accepted", "qualified"),
    "disqualified": (*RESTING, "ready", "handed", "accepted", "qualified"),
    "reinstated": ("disqualified",),
}
ALWAYS = ("adopted", "known", "opportunity", "merged", "erased")
"""Allowed from every stage but the tombstones."""
FORWARD = ("known", "engaged", "nurture", "ready", *SALES)
"""R1.18 (11): what was taken over moves a lead along here, and never back."""
MARKS = {
    "engaged": ("engaged",),
    "ready": ("ready",),
    "handed": ("handed",),
    "accepted": ("handed", "accepted"),
    "qualified": ("handed", "accepted", "qualified"),
    "opportunity": ("handed", "accepted", "opportunity"),
}
"""R1.18 (9): the milestones that an event of a stage's own name sets from known."""
OF_A_DEAL = {
    ("absent", "opportunity"): "open",
    ("open", "opportunity"): "open",
    ("open", "deal_won"): "won",
    ("open", "deal_lost"): "lost",
    ("won", "deal_reopened"): "open",
    ("lost", "deal_reopened"): "open",
}
"""What a deal becomes by an event; what is not here is not allowed."""


class UndefinedCase(Exception):
    """The text does not say how such a case ends."""


def end_of(state: str, types: Iterable[str]) -> str | None:
    """The state that a deal has after these, one after another; `None` if one is not allowed."""
    for type_ in types:
        found = OF_A_DEAL.get((state, type_))
        if found is None:
            return None
        state = found
    return state


def best_order(state: str, types: list[str], rank: dict[str, float]) -> list[str]:
    """R1.18 (2) and (3): as many as can be applied; of two ends lost; else by rank."""
    in_rank = sorted(types, key=rank.__getitem__)
    for size in range(len(types), 0, -1):
        found = [one for one in permutations(in_rank, size) if end_of(state, one)]
        if found:
            return list(min(found, key=lambda one: end_of(state, one) != "lost"))
    return []


class Life:
    """A lead on its way through the events; `stage`, `cycles`, `deals`, `ignored`, `voided`."""

    def __init__(self, rank: dict[str, float], out_reasons: list[str]) -> None:
        self.rank = rank
        self.out = out_reasons
        self.stage = ""
        self.cycles: list[Json] = []
        self.deals: dict[str, Json] = {}
        self.ignored: list[list[Any]] = []
        self.voided: list[int] = []
        self.taken: dict[str, str] = {}
        self.found = "known"

    @property
    def now(self) -> Json:
        """The newest cycle."""
        return self.cycles[-1]

    def open(self, at: Any) -> None:
        """Begin the next cycle."""
        found = {"n": len(self.cycles) + 1, "opened": at, "ms": {}, "deals": [], "carried": False}
        found["legs"] = []
        self.cycles.append(found | dict.fromkeys(("kind", "outcome", "reason", "closed", "by")))

    def won(self) -> bool:
        """Whether a win stands, or a system that was taken over calls the lead a customer."""
        wins = any(deal["state"] == "won" for deal in self.deals.values())
        return wins or "customer" in self.taken.values()

    def open_deals(self) -> list[str]:
        """The deals of the cycle that are open, as it lists them."""
        return [name for name in self.now["deals"] if self.deals[name]["state"] == "open"]

    def rest(self) -> str:
        """R1.3."""
        if self.won():
            return "customer"
        if len(self.cycles) > 1:
            return "nurture"
        own = "engaged" if "engaged" in self.now["ms"] else "known"
        return max(own, self.found, key=FORWARD.index)

    def mark(self, at: Any, *names: str) -> None:
        """R1.8: the first occurrence in the cycle wins."""
        for name in names:
            self.now["ms"].setdefault(name, at)

    def step(self, at: Any, *names: str) -> None:
        """A step of sales is one of the cycle and of the team that has the lead (0031)."""
        self.mark(at, *names)
        if self.now["legs"] and not self.now["legs"][-1]["outcome"]:
            leg = self.now["legs"][-1]
            for name in names:
                leg["ms"].setdefault(name, at)
            if leg["kind"] != "back" and "accepted" in names:
                self.mark(at, "accepted_on")

    def before(self) -> list[str]:
        """The teams that handed the lead on and may have it back, as the stages it had there."""
        found: list[str] = []
        for leg in self.now["legs"]:
            found += [leg["from"]] if leg["kind"] != "back" else []
            if leg["outcome"] not in (None, "handed_on"):
                found.pop()
        return found

    def given_back(self, event: Json, outcome: str, reason: str | None) -> bool:
        """Whether a return ends the leg alone; the lead stands where it was handed on from."""
        by_us = event["type"] in ("stale", "recalled")
        out = reason in self.out and not self.won() and not by_us
        legs = self.now["legs"]
        if out or not event.get("back") or not legs or legs[-1]["outcome"] or not self.before():
            return False
        self.stage = self.before()[-1]
        legs[-1].update(outcome=outcome, reason=reason, closed=event["at"])
        return True

    def may_go_back(self) -> bool:
        """Whether a team has the lead that another handed on."""
        legs = self.now["legs"]
        return bool(legs) and not legs[-1]["outcome"] and bool(self.before())

    def given_back_to_nobody(self) -> bool:
        """Whether a team gave the lead back, and no other has it yet."""
        legs = self.now["legs"]
        return bool(legs) and legs[-1]["outcome"] not in (None, "handed_on")

    def on_handed_on(self, event: Json) -> None:
        legs, kind = self.now["legs"], event.get("kind") or "pushed"
        if kind == "back" and self.may_go_back():
            outcome = "rejected" if self.stage == "handed" else "returned"
            stood = self.before()[-1]
            legs[-1].update(outcome=outcome, reason="missing_reason", closed=event["at"])
            self.stage = stood
        elif legs and not legs[-1]["outcome"]:
            legs[-1].update(outcome="handed_on", closed=event["at"])
        leg = {"team": event["team"], "at": event["at"], "kind": kind, "ms": {}}
        legs.append(leg | dict.fromkeys(("outcome", "reason", "closed")) | {"from": self.stage})
        if kind != "back":
            self.mark(event["at"], "handed_on")
        self.stage = "handed"

    def close(self, event: Json, outcome: str, reason: str | None) -> None:
        """End the cycle; the next one begins at once, unless the lead is out (R1.7, (15))."""
        by = (event["type"], event.get("deal"), event["at"])
        self.now.update(outcome=outcome, reason=reason, closed=event["at"], by=by)
        by_sales = outcome in ("rejected", "returned", "lost")
        if outcome == "disqualified" or (by_sales and reason in self.out and not self.won()):
            self.stage = "disqualified"
        else:
            self.open(event["at"])
            self.stage = self.rest()

    def instant(self, events: list[tuple[int, Json]]) -> None:
        """All events of one instant, in the order of R1.18 (2), (7), (8) and (18)."""
        if not self.cycles:
            self.open(events[0][1]["at"])
            self.stage = "known"
        before, first = self.stage, len(self.ignored)
        lines = [[one] for one in events if not one[1].get("deal")]
        for deal in {one[1]["deal"] for one in events if one[1].get("deal")}:
            of_deal = [one for one in events if one[1].get("deal") == deal]
            line, left = self.line(deal, of_deal)
            lines.append(line)
            self.ignored += [self.not_allowed(n, event, before) for n, event in left]
        while lines := [line for line in lines if line]:
            line = min(lines, key=lambda line: self.place(*line[0]))
            self.take(*line.pop(0))
        rows = dict(events)
        here = self.ignored[first:]
        self.ignored[first:] = sorted(here, key=lambda row: self.place(row[0], rows[row[0]]))

    def place(self, n: int, event: Json) -> tuple[Any, ...]:
        """By rank, then by our deal id; arrival tells apart what is equal in all else."""
        after = event.get("kind") == "reason"
        return self.rank[event["type"]], event.get("deal") or "", after, n

    def line(self, deal: str, events: list[tuple[int, Json]]) -> tuple[list[Any], list[Any]]:
        """The events of one deal in the order in which they apply, and those that do not."""
        if self.stage in GONE:
            return [], events
        steps = {one[1]["type"]: one for one in events if one[1].get("kind") != "reason"}
        state = self.deals.get(deal, {}).get("state", "absent")
        order = best_order(state, list(steps), self.rank)
        reasons = [one for one in events if one[1].get("kind") == "reason"]
        if reasons and order[-1:] != ["deal_lost"]:
            raise UndefinedCase("a reason given for a deal that was not lost at that instant")
        left = [one for type_, one in steps.items() if type_ not in order]
        return [steps[type_] for type_ in order] + reasons, left

    def not_allowed(self, n: int, event: Json, stage: str) -> list[Any]:
        """R1.5."""
        return [n, event["type"], f"{event['type']} not allowed from {stage}"]

    def take(self, n: int, event: Json) -> None:
        """Apply one event, or note why not."""
        if event["type"] == "known" and self.stage in GONE:
            raise UndefinedCase("known after a tombstone: ignored (1.2), or not listed (17)")
        if event.get("kind") == "reason" and self.stage not in GONE:
            self.explain(event)
        elif self.fits(event):
            getattr(self, f"on_{event['type']}")(event)
        else:
            self.ignored.append(self.not_allowed(n, event, self.stage))

    def fits(self, event: Json) -> bool:
        """Whether the event is allowed from this stage; deals were looked at before."""
        type_ = event["type"]
        if self.stage in GONE:
            return False
        if type_ in ALWAYS or type_.startswith("deal_"):
            return True
        if self.stage == "opportunity" and type_ in LEAVES:
            return not self.open_deals()
        if type_ == "handed_on" and self.stage == "handed":
            return event.get("kind") == "back" and self.may_go_back()
        if type_ == "accepted" and self.stage in ("accepted", "qualified"):
            return self.given_back_to_nobody()
        return self.stage in ALLOWED[type_]

    def explain(self, event: Json) -> None:
        """R1.18 (18): the closing of this instant was for another reason."""
        by = (event["type"], event.get("deal"), event["at"])
        found = [cycle for cycle in self.cycles if cycle["by"] == by]
        ended = [leg for leg in self.now["legs"] if leg["closed"] == event["at"]]
        ended = [leg for leg in ended if leg["outcome"] in ("rejected", "returned")]
        if ended and (found or len(ended) > 1):
            raise UndefinedCase("a reason for two ends of one instant")
        if ended and not event.get("deal"):
            ended[0]["reason"] = event["reason"]
            return
        if not found:
            raise UndefinedCase("a reason given for what closed no cycle at that instant")
        (cycle,) = found
        later = self.cycles[cycle["n"] :]
        if any(one["ms"] for one in later):
            raise UndefinedCase("a reason given after the next cycle has begun to move")
        cycle["reason"] = event["reason"]
        out = event["reason"] in self.out and not self.won()
        if out and later:
            self.voided += [one["n"] for one in later]
            del self.cycles[cycle["n"] :]
            self.stage = "disqualified"
        elif not out and not later:
            self.open(event["at"])
            self.stage = self.rest()

    def on_adopted(self, event: Json) -> None:
        """R1.17, R1.18 (9) to (14)."""
        system, stage = event.get("system") or "", event["stage"]
        if system in self.taken:
            if self.taken[system] == "customer":
                self.taken[system] = stage
                self.stage = self.rest() if self.stage == "customer" else self.stage
            return
        self.taken[system] = stage
        if self.stage == "disqualified":
            return
        if event.get("outcome") or stage == "disqualified":
            if len(self.cycles) > 1 or self.open_deals() or self.stage in SALES:
                raise UndefinedCase("a trip behind the lead that it already is on, or past")
            self.now["kind"] = "adopted"
            outcome = event.get("outcome") or "disqualified"
            self.now.update(outcome=outcome, reason=event.get("reason"), closed=event["at"])
            if stage == "disqualified":
                self.stage = stage
                return
            self.open(event["at"])
            self.stage = "known"
        self.take_over(event["at"], stage)

    def take_over(self, at: Any, stage: str) -> None:
        """The lead goes on to a stage that it had not reached, as from known."""
        if stage == "customer":
            self.stage = stage if self.stage in RESTING else self.stage
            return
        if len(self.cycles) == 1 and stage in FORWARD[:4]:
            self.found = "engaged" if stage == "ready" else stage
        here = "nurture" if self.stage == "customer" else self.stage
        if self.now["legs"] or FORWARD.index(stage) <= FORWARD.index(here):
            return
        self.mark(at, *MARKS.get(stage, ()))
        self.stage = stage
        if stage in SALES:
            self.now["kind"] = "adopted"

    def on_known(self, event: Json) -> None:
        """Nothing moves."""

    def on_merged(self, event: Json) -> None:
        self.stage = event["type"]

    on_erased = on_merged

    def on_engaged(self, event: Json) -> None:
        self.mark(event["at"], "engaged")
        self.stage = "engaged" if self.stage == "known" else self.stage

    def on_ready(self, event: Json) -> None:
        self.mark(event["at"], "ready")
        self.stage = "ready"

    def on_unready(self, event: Json) -> None:
        self.stage = self.rest()

    on_queue_expired = on_unready

    def on_handed(self, event: Json) -> None:
        self.now["kind"] = "pushed" if self.stage == "ready" else "override"
        self.mark(event["at"], "handed")
        self.stage = "handed"

    def on_sales_touch(self, event: Json) -> None:
        self.step(event["at"], "first_sales_touch")

    def by_sales(self, at: Any) -> None:
        """Sales began by itself: handed and accepted are this same instant."""
        if self.stage not in SALES:
            self.now["kind"] = "sales_initiated"
            self.mark(at, "handed")
        self.step(at, "accepted")

    def on_accepted(self, event: Json) -> None:
        if self.stage in ("accepted", "qualified"):
            team = self.now["legs"][-1]["team"]
            self.on_handed_on(event | {"kind": "override", "team": team})
        self.by_sales(event["at"])
        self.stage = "accepted"

    def on_qualified(self, event: Json) -> None:
        self.by_sales(event["at"])
        self.step(event["at"], "qualified")
        self.stage = "qualified"

    def on_opportunity(self, event: Json) -> None:
        if self.stage == "disqualified":
            self.open(event["at"])
        self.by_sales(event["at"])
        self.step(event["at"], "opportunity")
        self.stage = "opportunity"
        if event.get("deal"):
            self.deals[event["deal"]] = {"state": "open", "home": None}
            self.list_deals(self.now, [event["deal"]])

    def list_deals(self, cycle: Json, deals: list[str]) -> None:
        """Each deal once, in the order in which they came."""
        cycle["deals"] += [name for name in deals if name not in cycle["deals"]]

    def on_rejected(self, event: Json) -> None:
        outcome = "rejected" if self.stage == "handed" else "returned"
        reason = event.get("reason") or "missing_reason"
        if not self.given_back(event, outcome, reason):
            accepted = "accepted" in self.now["ms"]
            self.close(event, "returned" if accepted else outcome, reason)

    on_returned = on_rejected

    def on_stale(self, event: Json) -> None:
        outcome = "stale_untouched" if self.stage == "handed" else "stale_idle"
        if not self.given_back(event, outcome, outcome):
            self.close(event, outcome, outcome)

    def on_recalled(self, event: Json) -> None:
        if not self.given_back(event, "recalled", event.get("reason")):
            self.close(event, "recalled", event.get("reason"))

    def on_disqualified(self, event: Json) -> None:
        self.close(event, "disqualified", event.get("reason"))

    def on_reinstated(self, event: Json) -> None:
        self.open(event["at"])
        self.stage = self.rest()

    def on_deal_won(self, event: Json) -> None:
        """The cycle closes at once; deals that are still open go on in the next one ((1))."""
        self.deals[event["deal"]] = {"state": "won", "home": self.now}
        carried = self.open_deals()
        self.close(event, "won", None)
        if carried:
            self.on_opportunity({"at": event["at"]})
            self.now.update(carried=True, deals=carried)

    def on_deal_lost(self, event: Json) -> None:
        self.deals[event["deal"]] = {"state": "lost", "home": self.now}
        if not self.open_deals():
            self.close(event, "lost", event.get("reason") or "missing_reason")

    def on_deal_reopened(self, event: Json) -> None:
        """R1.18 (4) to (6): the cycle in which the deal closed resumes, or the deal joins."""
        home = self.deals.pop(event["deal"])["home"]
        later = self.cycles[home["n"] :]
        if self.has_win(home) or not all(self.may_go(cycle) for cycle in later):
            self.on_opportunity(event)
            return
        self.voided += [cycle["n"] for cycle in later]
        del self.cycles[home["n"] :]
        home.update(outcome=None, reason=None, closed=None, by=None)
        for cycle in later:
            self.list_deals(home, cycle["deals"])
        for deal in self.deals.values():
            if any(deal["home"] is cycle for cycle in later):
                deal["home"] = home
        self.deals[event["deal"]] = {"state": "open", "home": None}
        self.stage = "opportunity"

    def has_win(self, cycle: Json) -> bool:
        """Whether a win stands in a cycle."""
        return any(one["state"] == "won" and one["home"] is cycle for one in self.deals.values())

    def may_go(self, cycle: Json) -> bool:
        """Whether a later cycle may be voided ((4))."""
        reached = any(name in cycle["ms"] for name in SALES)
        return (cycle["carried"] or not reached) and not self.has_win(cycle)


def effective(cycle: Json) -> Json:
    """R1.9: a later milestone implies the earlier ones at its own instant."""
    found, later = {}, None
    own_only = ("accepted_on", "handed_on", "qualified")
    for name in ("opportunity", *own_only, "accepted", "handed", "ready"):
        own = cycle["ms"].get(name)
        implied = None if name in own_only else later
        if name == "ready" and cycle["kind"] != "pushed":
            implied = None
        own = implied if own is None else own
        if own is not None:
            found[name] = own
            later = own if later is None else min(own, later)
    return found


def shown(cycle: Json) -> Json:
    """A cycle as a case writes it."""
    hidden = ("by", "carried", "legs")
    public = {name: value for name, value in cycle.items() if name not in hidden}
    legs = [{name: v for name, v in leg.items() if name != "from"} for leg in cycle["legs"]]
    return public | {"effective": effective(cycle)} | ({"legs": legs} if legs else {})


def told_apart(events: list[Json]) -> None:
    """Leave out events that nothing but their arrival, or a reason, puts in order."""
    names = ("at", "type", "deal", "kind", "team", "back")
    if len({tuple(event.get(name) for name in names) for event in events}) < len(events):
        raise UndefinedCase("two events of one type, deal and instant")


def expected(events: list[Json], rank: dict[str, float], out_reasons: list[str]) -> Json:
    """What a case must say of its events; `UndefinedCase` where the text does not."""
    told_apart(events)
    life = Life(rank, out_reasons)
    for at in sorted({event["at"] for event in events}):
        life.instant([(n, event) for n, event in enumerate(events) if event["at"] == at])
    return {
        "stage": life.stage,
        "cycle": len(life.cycles),
        "cycles": [shown(cycle) for cycle in life.cycles],
        "ignored": life.ignored,
        "voided": life.voided,
    }
