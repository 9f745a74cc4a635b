"""R4 as the rules say it, on the JSON of the golden cases: exact fractions, lists read anew."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

Json = dict[str, Any]
RATINGS = ("cold", "warm", "hot")
LETTERS = "ABCD"


def exact(number: object) -> Fraction:
    """A number of the JSON, without the error of a float."""
    return Fraction(str(number))


def order(lead: Json, t: Fraction, config: Json) -> tuple[Any, ...]:
    """R4.5: hand raise, rating, rank less its age, digit, time in line, id."""
    letter, digit = lead["grade"][0], int(lead["grade"][1])
    weeks = waited(lead, t) // exact(config["aging_days"])
    rank = max(0, LETTERS.index(letter) + digit - 1 - weeks)
    first = 0 if lead.get("hand_raise") else 1
    rating = -RATINGS.index(lead["rating"])
    return (first, rating, rank, digit, exact(lead["queued_at"]), lead["id"])


def waited(lead: Json, t: Fraction) -> Fraction:
    """How long the lead has been in the line, in days."""
    return t - exact(lead["queued_at"])


def room(rep: Json) -> Fraction:
    """R4.2: the smallest of what the four limits leave, never below nothing."""
    left = [exact(rep["open_limit"]) - exact(rep.get("open", 0))]
    for limit, used in (("per_day", "today"), ("per_week", "week"), ("per_hour", "hour")):
        if rep.get(limit) is not None:
            left.append(exact(rep[limit]) - exact(rep.get(used, 0)))
    return max(Fraction(0), min(left))


def inside(spans: list[list[Any]], t: Fraction) -> bool:
    """Whether an instant is in one of some half-open spans."""
    return any(exact(start) <= t < exact(end) for start, end in spans)


def here(rep: Json, t: Fraction) -> bool:
    """Switched on and not absent."""
    return bool(rep.get("on", True)) and not inside(rep.get("absent", []), t)


def at_work(rep: Json, t: Fraction) -> bool:
    """Inside the rep's hours."""
    return inside(rep["hours"], t) if "hours" in rep else bool(rep.get("in_hours", True))


def available(rep: Json, t: Fraction) -> bool:
    """R4.2: on, not absent, inside hours, room left."""
    return here(rep, t) and at_work(rep, t) and room(rep) > 0


def fill(team: Json, t: Fraction) -> Fraction:
    """R4.3: how full the desks are of those who are here; nobody here is full."""
    there = [rep for rep in team["reps"] if here(rep, t)]
    whole = sum((exact(rep["open_limit"]) for rep in there), Fraction(0))
    if not whole:
        return Fraction(1)
    taken = (min(exact(rep.get("open", 0)), exact(rep["open_limit"])) for rep in there)
    return sum(taken, Fraction(0)) / whole


def passes(lead: Json, bars: list[Json], full: Fraction) -> bool:
    """R4.4: the first bar above the fill decides; without one nothing passes."""
    for bar in bars:
        if full < exact(bar["below"]):
            if "grades" in bar:
                return lead["grade"] in bar["grades"]
            return RATINGS.index(lead["rating"]) >= RATINGS.index(bar["min_rating"])
    return False


def lift(team: Json, t: Fraction) -> None:
    """R4.8: who comes back starts level with those who were there throughout."""
    now = [rep for rep in team["reps"] if available(rep, t)]
    stayed = [exact(rep.get("v", 0)) for rep in now if rep.get("was_available", False)]
    for rep in now:
        if stayed and not rep.get("was_available", False):
            rep["v"] = max(exact(rep.get("v", 0)), min(stayed))


def eligible(lead: Json, rep: Json) -> bool:
    """R4.6: has the skills, and is not one of those whom the lead shall not meet again."""
    skilled = set(lead.get("skills", [])) <= set(rep.get("skills", []))
    return skilled and rep["id"] not in lead.get("exclude", [])


def turn_of(rep: Json) -> tuple[Any, ...]:
    """R4.7: v + 1/(2w), fill of the own desk, last assignment, id."""
    weight, last = exact(rep.get("weight", 1)), rep.get("last")
    moment = (0, Fraction(0)) if last is None else (1, exact(last))
    share = exact(rep.get("open", 0)) / exact(rep["open_limit"])
    return (exact(rep.get("v", 0)) + 1 / (2 * weight), share, moment, rep["id"])


def decide(lead: Json, team: Json, t: Fraction) -> Json | str:
    """R4.10: the rep, or the first reason that holds."""
    if not passes(lead, team["bars"], fill(team, t)):
        return "below_bar"
    if team.get("per_day") is not None and team.get("today", 0) >= team["per_day"]:
        return "team_limit"
    found = team["reps"]
    steps: list[tuple[str, Callable[[Json], bool]]] = [
        ("no_eligible_rep", lambda rep: eligible(lead, rep)),
        ("rep_absent", lambda rep: here(rep, t)),
        ("outside_hours", lambda rep: at_work(rep, t)),
    ]
    for reason, wanted in steps:
        found = [rep for rep in found if wanted(rep)]
        if not found:
            return reason
    return chosen(lead, [rep for rep in found if room(rep) > 0])


def chosen(lead: Json, free: list[Json]) -> Json | str:
    """R4.6 and R4.7: the preferred rep if free, else whose turn it is."""
    for rep in free:
        if rep["id"] == lead.get("prefer"):
            return rep
    if lead.get("prefer") and lead.get("prefer_mode") == "strict":
        return "owner_not_free"
    return min(free, key=turn_of) if free else "no_capacity"


def assign(rep: Json, team: Json, t: Fraction) -> None:
    """R4.7: what an assignment counts into."""
    rep["v"] = exact(rep.get("v", 0)) + 1 / exact(rep.get("weight", 1))
    for count in ("open", "today", "week", "hour"):
        rep[count] = rep.get(count, 0) + 1
    rep["last"], team["today"] = t, team.get("today", 0) + 1


def tick(case: Json, config: Json) -> Json:
    """What a tick of the spigot must say of a case; the case's state is changed on the way."""
    t, teams = exact(case["t"]), {team["id"]: team for team in case["state"]["teams"]}
    log: list[list[Any]] = []
    for team in teams.values():
        lift(team, t)
    for lead in sorted(case["leads"], key=lambda lead: order(lead, t, config)):
        team = teams[lead["team"]]
        full = fill(team, t)
        if waited(lead, t) > exact(config["max_wait_days"]):
            log.append([lead["id"], "expired", None])
        elif isinstance(found := decide(lead, team, t), str):
            log.append([lead["id"], "wait", found])
        else:
            assign(found, team, t)
            log.append([lead["id"], "assign", found["id"], f"fill {full}"])
    reps = [rep for team in teams.values() for rep in team["reps"]]
    return {"log": log, "reps": {rep["id"]: desk(rep, t) for rep in reps}}


def desk(rep: Json, t: Fraction) -> Json:
    """A rep's state after a tick, as the cases write it."""
    return {
        "v": str(exact(rep.get("v", 0))),
        "open": rep.get("open", 0),
        "today": rep.get("today", 0),
        "was_available": available(rep, t),
    }


def pull(case: Json, config: Json) -> list[str]:
    """R4.11: what the rep who asks gets, best first."""
    t = exact(case["t"])
    ((team, rep),) = (
        (team, rep)
        for team in case["state"]["teams"]
        for rep in team["reps"]
        if rep["id"] == case["rep"]
    )
    left = int(exact(rep["open_limit"]) - exact(rep.get("open", 0)))
    many = min(case["k"], left, config["pull_per_day"] - case.get("pulled_today", 0))
    least = RATINGS.index(config["pull_min_rating"])
    line = [
        lead["id"]
        for lead in sorted(case["leads"], key=lambda lead: order(lead, t, config))
        if waited(lead, t) <= exact(config["max_wait_days"])
        and RATINGS.index(lead["rating"]) >= least
        and lead["team"] == team["id"]
        and eligible(lead, rep)
        and (lead.get("prefer_mode") != "strict" or lead.get("prefer", rep["id"]) == rep["id"])
    ]
    return line[: max(0, many)]
