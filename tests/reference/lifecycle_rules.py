"""R1.3 to R1.9 as the tables say them, on the JSON of the golden cases: one walk, no shortcuts."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
RESTING = ("known", "engaged", "nurture", "customer")
SALES = ("handed", "accepted", "qualified", "opportunity")
GONE = ("merged", "erased")
CLOSED = ("won", "lost")
ALLOWED = {
    "engaged": (*RESTING, "ready", *SALES),
    "ready": RESTING,
    "unready": ("ready",),
    "queue_expired": ("ready",),
    "handed": (*RESTING, "ready"),
    "sales_touch": SALES,
    "accepted": (*RESTING, "ready", "handed"),
    "qualified": (*RESTING, "ready", "handed", "accepted"),
    "opportunity": (*RESTING, "ready", *SALES, "disqualified"),
    "rejected": ("handed", "accepted", "qualified"),
    "returned": ("handed", "accepted", "qualified"),
    "stale": ("handed", "accepted", "qualified"),
    "recalled": ("handed", "accepted", "qualified"),
    "disqualified": (*RESTING, "ready", "handed", "accepted", "qualified"),
    "reinstated": ("disqualified",),
    "merged": (*RESTING, "ready", *SALES, "disqualified"),
    "erased": (*RESTING, "ready", *SALES, "disqualified"),
}


class Life:
    """A lead on its way through the events; `stage`, `cycles`, `deals`, `ignored`, `voided`."""

    def __init__(self, out_reasons: list[str]) -> None:
        self.out = out_reasons
        self.stage = ""
        self.cycles: list[Json] = []
        self.deals: dict[str, Json] = {}
        self.ignored: list[list[Any]] = []
        self.voided: list[int] = []

    @property
    def now(self) -> Json:
        """The newest cycle."""
        return self.cycles[-1]

    def open(self, at: Any) -> None:
        """Begin the next cycle."""
        found = {"n": len(self.cycles) + 1, "opened": at, "ms": {}, "deals": []}
        self.cycles.append(found | dict.fromkeys(("kind", "outcome", "reason", "closed")))

    def rest(self) -> str:
        """R1.3."""
        if any(deal["state"] == "won" for deal in self.deals.values()):
            return "customer"
        if len(self.cycles) > 1:
            return "nurture"
        return "engaged" if "engaged" in self.now["ms"] else "known"

    def mark(self, at: Any, *names: str) -> None:
        """R1.8: the first occurrence in the cycle wins."""
        for name in names:
            self.now["ms"].setdefault(name, at)

    def close(self, at: Any, outcome: str, reason: str | None) -> None:
        """End the cycle; the next one begins at once, unless sales gave a reason of class out."""
        self.now.update(outcome=outcome, reason=reason, closed=at)
        by_sales = outcome in ("rejected", "returned", "lost")
        if outcome == "disqualified" or (by_sales and reason in self.out):
            self.stage = "disqualified"
        else:
            self.open(at)
            self.stage = self.rest()

    def take(self, n: int, event: Json) -> None:
        """Apply one event, or note why not."""
        kind = event["type"]
        if not self.cycles:
            self.open(event["at"])
            self.stage = "known"
        if self.stage in GONE:
            allowed = False
        elif kind.startswith("deal_"):
            allowed = self.deal_fits(kind, event.get("deal"))
        elif kind == "opportunity" and self.deals.get(event["deal"], {}).get("state") in CLOSED:
            allowed = False
        else:
            allowed = kind == "known" or self.stage in ALLOWED[kind]
        if allowed:
            getattr(self, f"on_{kind}")(event)
        else:
            self.ignored.append([n, kind, f"{kind} not allowed from {self.stage}"])

    def deal_fits(self, kind: str, deal: Any) -> bool:
        """A deal that is won or lost is open in this cycle; one that is reopened is closed."""
        state = self.deals.get(deal, {}).get("state")
        if kind == "deal_reopened":
            return state in CLOSED
        return state == "open" and deal in self.now["deals"]

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
        self.mark(event["at"], "first_sales_touch")

    def by_sales(self, at: Any) -> None:
        """Sales began by itself: handed and accepted are this same instant."""
        if self.stage not in SALES:
            self.now["kind"] = "sales_initiated"
            self.mark(at, "handed")
        self.mark(at, "accepted")

    def on_accepted(self, event: Json) -> None:
        self.by_sales(event["at"])
        self.stage = "accepted"

    def on_qualified(self, event: Json) -> None:
        self.by_sales(event["at"])
        self.mark(event["at"], "qualified")
        self.stage = "qualified"

    def on_opportunity(self, event: Json) -> None:
        if self.stage == "disqualified":
            self.open(event["at"])
        self.by_sales(event["at"])
        self.mark(event["at"], "opportunity")
        self.join(event["deal"])

    def join(self, deal: str) -> None:
        """A deal belongs to this cycle and is open."""
        if deal not in self.now["deals"]:
            self.now["deals"].append(deal)
        self.deals[deal] = {"state": "open", "cycle": self.now}
        self.stage = "opportunity"

    def on_rejected(self, event: Json) -> None:
        outcome = "rejected" if self.stage == "handed" else "returned"
        self.close(event["at"], outcome, event.get("reason") or "missing_reason")

    on_returned = on_rejected

    def on_stale(self, event: Json) -> None:
        outcome = "stale_untouched" if self.stage == "handed" else "stale_idle"
        self.close(event["at"], outcome, outcome)

    def on_recalled(self, event: Json) -> None:
        self.close(event["at"], "recalled", event.get("reason"))

    def on_disqualified(self, event: Json) -> None:
        self.close(event["at"], "disqualified", event.get("reason"))

    def on_reinstated(self, event: Json) -> None:
        self.open(event["at"])
        self.stage = self.rest()

    def on_deal_won(self, event: Json) -> None:
        self.deals[event["deal"]]["state"] = event["type"].removeprefix("deal_")
        states = [self.deals[deal]["state"] for deal in self.now["deals"]]
        if "open" in states:
            return
        if "won" in states:
            self.close(event["at"], "won", None)
        else:
            self.close(event["at"], "lost", event.get("reason") or "missing_reason")

    on_deal_lost = on_deal_won

    def on_deal_reopened(self, event: Json) -> None:
        home = self.deals[event["deal"]]["cycle"]
        later = self.cycles[home["n"] :]
        if not any(name in cycle["ms"] for cycle in later for name in SALES):
            self.voided += [cycle["n"] for cycle in later]
            del self.cycles[home["n"] :]
            home.update(outcome=None, reason=None, closed=None)
        else:
            if self.stage == "disqualified":
                self.open(event["at"])
            self.by_sales(event["at"])
            self.mark(event["at"], "opportunity")
        self.join(event["deal"])


def effective(cycle: Json) -> Json:
    """R1.9: a later milestone implies the earlier ones at its own instant."""
    found, later = {}, None
    for name in ("opportunity", "qualified", "accepted", "handed", "ready"):
        own = cycle["ms"].get(name)
        implied = None if name == "qualified" else later
        if name == "ready" and cycle["kind"] != "pushed":
            implied = None
        own = implied if own is None else own
        if own is not None:
            found[name] = own
            later = own if later is None else min(own, later)
    return found


def expected(events: list[Json], rank: dict[str, int], out_reasons: list[str]) -> Json:
    """What a case must say of its events."""
    life = Life(out_reasons)
    order = sorted(range(len(events)), key=lambda n: (events[n]["at"], rank[events[n]["type"]], n))
    for n in order:
        life.take(n, events[n])
    return {
        "stage": life.stage,
        "cycle": len(life.cycles),
        "cycles": [cycle | {"effective": effective(cycle)} for cycle in life.cycles],
        "ignored": life.ignored,
        "voided": life.voided,
    }
