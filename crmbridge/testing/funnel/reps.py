"""The funnel's reps: who they are and when they came is Olist's, their limits are the play's."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.testing.funnel.data import ZONE, Funnel

SEARCH = ("organic search", "paid search", "direct traffic")
"""Origins whose leads the first team takes; the second takes all others, the blank one too."""
SENIOR_WINS = 50
FROM_THE_START = 6
BEFORE_FIRST_WIN = timedelta(days=60)
"""The data tells a rep's wins alone: they are taken to have come so long before the first."""
LONG_AGO = date(2017, 1, 1)
JUNIOR = {"open_limit": 48, "per_hour": 4, "per_day": 9, "per_week": 36, "weight": 1}
SENIOR = {"open_limit": 72, "per_hour": 8, "per_day": 18, "per_week": 72, "weight": 2}
TEAM = {
    "per_day": 60,
    "bar": [
        {"below": "4/5", "min_rating": "cold"},
        {"below": "9/10", "min_rating": "warm"},
        {"below": 1, "min_rating": "hot"},
    ],
}
"""Numbers under which every limit and bar keeps some leads waiting, and none for a week."""
CALENDAR = {"zone": ZONE.key, "holidays": "BR-SP", "closed": [date(2017, 12, 24)]}
WEEKDAYS = {"mon-fri": ["09:00-18:00"]}
CALENDARS = {
    "search": CALENDAR | {"hours": WEEKDAYS},
    "others": CALENDAR | {"hours": WEEKDAYS | {"sat": ["09:00-13:00"]}},
}


def teams(funnel: Funnel, raw: dict[str, Any], company: str) -> Teams:
    """Fill the two teams of a teams file, given as TOML's types, with the reps of the funnel.

    What the file says of ageing, of the longest wait, of earlier owners and managers stays.
    """
    search, others = raw["teams"]
    people = _reps(funnel)
    search |= TEAM | {"id": "search", "takes": {"source": list(SEARCH)}, "reps": people[::2]}
    others |= TEAM | {"id": "others", "reps": people[1::2]}
    for team in (search, others):
        team |= {"name": team["id"], "calendar": team["id"]}
    return Teams.model_validate(
        {"company": company, "calendars": CALENDARS, "teams": [search, others]}
    )


def _reps(funnel: Funnel) -> list[dict[str, Any]]:
    """The reps by their first win; the first few are there from the start."""
    wins = Counter(one.rep for one in funnel.winners)
    first: dict[str, date] = {}
    for one in funnel.winners:
        if one.won_at:
            first.setdefault(one.rep, one.won_at.astimezone(ZONE).date())
    return [
        (SENIOR if wins[rep] >= SENIOR_WINS else JUNIOR)
        | {
            "id": rep[:8],
            "email": f"{rep}@olist.example",
            "absences": [] if n < FROM_THE_START else _until(first[rep] - BEFORE_FIRST_WIN),
        }
        for n, rep in enumerate(first)
    ]


def _until(day: date) -> list[dict[str, date]]:
    return [{"from": LONG_AGO, "to": day - timedelta(days=1)}]
