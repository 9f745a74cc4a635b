"""What a digest says of sales: clocks that ran out, and leads for whom nobody may wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crmbridge.agreement.sla.clocks import Sla
from crmbridge.model.codec import parse_instant
from crmbridge.policy.digest.choose import Kind
from crmbridge.policy.digest.week import Week
from crmbridge.policy.routing.remedy import REASONS, remedy
from crmbridge.report.digest.item import Item, compared, moved, told
from crmbridge.report.digest.week import Looked, name_of
from crmbridge.report.text import capital, many
from crmbridge.report.work.clocks import NAMES, stopped_at
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import HandOff, hand_offs, teams_by_rep
from crmbridge.store import desk, held, queue

TEAM, REP = "team", "rep"
Whose = tuple[str, str]
"""A team or a rep, by id."""
Ran = tuple[int, int]
"""Clocks that ran out, of so many that ended."""
Place = Mapping[str, Any]
"""A place in line, as `store.queue` keeps it."""


def breaches(look: Looked) -> Iterator[Item]:
    """Clocks that ran out in the week, by team and by rep, of all that ended in it."""
    late, late_then = (_late(look, week) for week in (look.week, look.then))
    over, older = _still_over(look)
    if not (late or late_then or over):
        return
    made = hand_offs(look.tx, look.company.teams, Days(look.company.zone)).all
    kept, kept_then = (_kept(look, week, made) for week in (look.week, look.then))
    for whose in sorted({*late, *late_then, *over}):
        now = (late[whose], late[whose] + kept[whose])
        then = (late_then[whose], late_then[whose] + kept_then[whose])
        yield _breach(look, whose, now, then, over[whose], older[whose])


def _both(teams: Mapping[str, str], rep: str) -> tuple[Whose, Whose]:
    return (TEAM, teams.get(rep, "")), (REP, rep)


def _late(look: Looked, week: Week) -> Counter[Whose]:
    teams, found = teams_by_rep(look.company.teams), Counter[Whose]()
    for one in desk.noted(look.tx, "sla_breached", week.start, week.end):
        found.update(_both(teams, str(one.said["rep"])))
    return found


def _kept(look: Looked, week: Week, made: Iterable[HandOff]) -> Counter[Whose]:
    """Clocks that were stopped in time."""
    teams, found = teams_by_rep(look.company.teams), Counter[Whose]()
    over = {
        (one.lead, one.said["cycle"], one.said["clock"])
        for one in desk.noted(look.tx, "sla_breached")
    }
    for one in made:
        for name in NAMES if one.pushed else ():
            at = stopped_at(one, name)
            if at is None or (one.cycle.lead, one.cycle.n, name) in over:
                continue
            if week.start <= at < week.end:
                found.update(_both(teams, one.rep))
    return found


def _still_over(look: Looked) -> tuple[Counter[Whose], Counter[Whose]]:
    """Clocks that are over now and not answered: all, and those that ran out before the week."""
    found, older = Counter[Whose](), Counter[Whose]()
    if not look.newest:
        return found, older
    teams = teams_by_rep(look.company.teams)
    for row in held.find(look.tx, kind="sla_breach"):
        both = _both(teams, str(row.detail.get("rep", "")))
        found.update(both)
        if row.first_at < look.week.start:
            older.update(both)
    return found, older


def _breach(look: Looked, whose: Whose, now: Ran, then: Ran, over: int, older: int) -> Item:
    what, ident = whose
    if what == TEAM:
        about, key = name_of(look.teams.get(ident), ident), f"sla:{ident}"
    else:
        about, key = look.company.teams.called(ident) or "Nobody's", f"sla:rep:{ident}"
    still = f", {over} {_are(over)} over still" if over else ""
    team = ident if what == TEAM else teams_by_rep(look.company.teams).get(ident, "")
    return Item(
        key=key,
        kind=Kind.SLA_BREACH,
        value=now[0] + older,
        about=about,
        number=f"{now[0]} of {many(now[1], 'clock')} ran out{still}",
        before=f"{then[0]} of {then[1]}",
        agreed=agreed(look.company.agreement.sla),
        verdict=compared(now, then),
        action="Touch the leads that are over, or give them to somebody who has room"
        if over
        else "Look why they ran out",
        page="handoff",
        command="crmbridge report handoff",
        whose=TEAM,
        team=team,
        rep=ident if what == REP else "",
        last=then[0],
    )


def agreed(sla: Sla | None) -> str:
    """The clocks in a few words; empty for none."""
    if sla is None:
        return ""
    first, answer = sla.first_touch, sla.answer
    return (
        f"first touch of a hot lead within {_hours(first.hot)}, an answer within {_hours(answer)}"
    )


def _hours(value: Decimal) -> str:
    text = f"{value.normalize():f}"
    return f"{text} business hour{'' if text == '1' else 's'}"


def waiting(look: Looked) -> Iterator[Item]:
    """Hot leads, and people who asked for sales, who stand in a team's line now."""
    if not look.newest:
        return
    lines: dict[str, list[Place]] = {}
    for place in queue.waiting(look.tx):
        if place["rating"] == "hot" or place["hand_raise"]:
            lines.setdefault(_team_of(look, place["named"]), []).append(place)
    known = {key.removeprefix("hot:") for key in look.told if key.startswith("hot:")}
    for team in sorted(known | set(lines)):
        yield _hot(look, team, lines.get(team, []))


def _team_of(look: Looked, named: list[str]) -> str:
    """Whose line it is: the first team that takes such leads, else who takes all others."""
    others = (one.id for one in look.company.teams.teams if not one.takes)
    return named[0] if named else next(others, "")


def _what_frees(look: Looked, team: str, places: Iterable[Place]) -> str:
    """Why most of some leads wait, and what frees those; in the words of the page Today."""
    shape = look.company.teams.team(team)
    acts = Counter(
        (
            REASONS.get(one["waits"], "nobody has looked yet"),
            remedy(one["waits"], shape, one["grade"], one["rating"], on=bool(one["on"])),
        )
        for one in places
    )
    ((why, act), number), *rest = acts.most_common()
    return f"{capital(why)}{f' ({number})' if rest else ''}. {act}".rstrip(". ")


def _hot(look: Looked, team: str, places: Sequence[Place]) -> Item:
    before, last = told(look.told, f"hot:{team}")
    sla, n = look.company.agreement.sla, len(places)
    verdict = moved(n, last)
    if places:
        days = (look.now - min(parse_instant(one["queued_at"]) for one in places)).days
        verdict += f", the longest for {many(days, 'day')}" if days else ", none for a whole day"
    return Item(
        key=f"hot:{team}",
        kind=Kind.HOT_WAITING,
        value=n,
        about=name_of(look.teams.get(team), team),
        number=_who_wait(places),
        before=before,
        agreed=_how_soon(sla, places) if sla else "",
        verdict=verdict,
        action=_what_frees(look, team, places) if places else "",
        page="handoff",
        command="crmbridge capacity show",
        whose=TEAM,
        team=team,
        last=last,
    )


def _asked(places: Sequence[Place]) -> int:
    return sum(bool(one["hand_raise"]) for one in places)


def _who_wait(places: Sequence[Place]) -> str:
    """How many wait; who asked for sales is hot only where the rating says so, as on Today."""
    n, asked = len(places), _asked(places)
    wait = "waits" if n == 1 else "wait"
    if not n:
        return "no lead waits that is hot or asked for us"
    if not asked:
        return f"{many(n, 'hot lead')} {wait} for a rep"
    if asked == n:
        return f"{many(n, 'lead')} that asked for us {wait} for a rep"
    hot = n - asked
    return f"{n:,} leads wait for a rep: {asked:,} asked for us, {hot:,} more {_are(hot)} hot"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _how_soon(sla: Sla, places: Sequence[Place]) -> str:
    """The clocks of a first touch that those in line will have."""
    first, asked = sla.first_touch, _asked(places)
    if not asked:
        return f"first touch within {_hours(first.hot)}"
    if asked == len(places):
        return f"first touch within {_hours(first.hand_raise)}"
    return (
        f"first touch within {_hours(first.hand_raise)} of who asked for us, "
        f"{_hours(first.hot)} of a hot lead"
    )
