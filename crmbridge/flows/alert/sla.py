"""The clocks of the hand-off in force: who is told when one is nearly over, and when it is (R1.15).

A clock runs for leads that we handed over, while the agreement has [sla]. Each is told of twice
at most a hand-off: the rep when a quarter of the time is left, rep and manager when it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbridge.flows.alert.manager import manager_of, notice_ops
from crmbridge.flows.alert.tell import is_urgent, line, messages, rep_of, task
from crmbridge.flows.owed.brief import brief
from crmbridge.flows.owed.ops import as_op
from crmbridge.flows.owed.write import Write
from crmbridge.flows.read.observe.at_sales import at_sales
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.reps.overdue import HELD, settle
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import in_words, instant, parse_instant
from crmbridge.model.lifecycle import OPEN_WORK, Cycle
from crmbridge.model.payload import SlaBreached, SlaSoon
from crmbridge.policy.sla.calendar import Calendar
from crmbridge.policy.sla.clocks import Limits, Reading, Status, answer, first_touch
from crmbridge.policy.sla.hours import calendar_of_rep, calendar_of_team
from crmbridge.store.outbox import Op

FIRST_TOUCH, ANSWER = "first_touch", "answer"
WORDS = {FIRST_TOUCH: "first touch", ANSWER: "accept it or give it back"}
OVER = timedelta(seconds=1)
"""A clock is over when its due instant is past, not at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock of a lead as it stands; `limit` is in open seconds of `calendar`."""

    name: str
    limit: int
    calendar: Calendar
    reading: Reading
    start: datetime
    stopped: bool

    @property
    def soon(self) -> datetime:
        """From when on only a quarter of the time is left."""
        return self.calendar.add(self.start, self.limit - self.limit // 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something to tell about a clock: `what` is `soon` or `breached`."""

    lead: str
    what: str
    clock: str
    key: str
    due: datetime
    rep: str
    rating: str


def clocks(scene: Scene, look: View) -> list[Clock]:
    """Read the clocks of the trip in hand; none for a lead that we did not hand over.

    None either while it waits for the next team: who had it is done, and nobody has it yet.
    """
    sla, cycle = scene.company.agreement.sla, look.life.current
    if sla is None or not _is_ours(cycle) or look.life.stage not in OPEN_WORK:
        return []
    if look.passes_on or cycle.goes_back is not None:
        return []
    sla = sla.of_handed_on if cycle.was_handed_on else sla
    kept, now = look.state.handover, scene.now
    given = Limits.of(sla)
    rating, raised = str(kept.get("rating", "")), bool(kept.get("hand_raise"))
    first = given.first_touch(rating, hand_raise=raised)
    rep, team = _calendars(scene, look.state.owner)
    marks, start = cycle.in_hand, cycle.in_hand["handed"]
    found = (
        (
            FIRST_TOUCH,
            first,
            rep,
            first_touch(cycle, rep, first, now, touched=_touched(look)),
            "first_sales_touch",
        ),
        (ANSWER, given.answer, team, answer(cycle, team, given.answer, now), "accepted"),
    )
    return [
        Clock(
            name=name,
            limit=limit,
            calendar=calendar,
            reading=reading,
            start=start,
            stopped=stop in marks,
        )
        for name, limit, calendar, reading, stop in found
        if reading is not None
    ]


def _is_ours(cycle: Cycle) -> bool:
    """Whether we gave the lead to the team that has it, or a team did that we know."""
    return bool(cycle.legs) or cycle.kind == "pushed"


def _touched(look: View) -> datetime | None:
    """From when on the first touch counts, where the vendor told its day alone."""
    since = look.state.handover.get("touched")
    return parse_instant(since) if since else None


def _calendars(scene: Scene, owner: str) -> tuple[Calendar, Calendar]:
    """The business time of a lead's rep and of their team."""
    teams, zone = scene.company.teams, scene.company.zone
    team, rep = teams.team_of(owner), teams.rep(owner)
    whole = calendar_of_team(teams, team, zone)
    return (calendar_of_rep(teams, team, rep, zone) if team and rep else whole), whole


def watch(scene: Scene, lead: str) -> list[Alarm]:
    """Decide what is told of a lead's clocks now, and when to look at them again."""
    lead = follow(scene, lead)
    told = scene.work.state(lead).handover
    open_ = len(told.get("breached", ())) > len(told.get("settled", ()))
    runs = scene.company.agreement.sla is not None
    if not open_ and not (runs and scene.work.lifecycle(lead).stage in OPEN_WORK):
        return []
    look = view(scene, lead)
    found = clocks(scene, look)
    settle(scene, look.id, {one.name for one in found if not one.stopped})
    return [alarm for one in found if not one.stopped for alarm in _told(scene, look, one)]


def _told(scene: Scene, look: View, clock: Clock) -> Iterator[Alarm]:
    told, reading = look.state.handover, clock.reading
    if reading.status is Status.BREACHED:
        if clock.name not in told.get("breached", ()):
            yield _decided(scene, look, clock, "breached")
        return
    if reading.status is Status.RUNNING:
        scene.work.due(look.id, clock.soon, f"{clock.name} due soon")
        return
    scene.work.due(look.id, reading.due + OVER, f"{clock.name} over")
    if clock.name not in told.get("soon", ()):
        yield _decided(scene, look, clock, "soon")


def _decided(scene: Scene, look: View, clock: Clock, what: str) -> Alarm:
    state, cycle = look.state, look.life.current
    key = f"sla_{what}:{look.id}:{cycle.n}:{clock.name}:{instant(clock.start)}"
    rating = str(state.handover.get("rating", ""))
    due = clock.reading.due
    told = (SlaBreached if what == "breached" else SlaSoon)(
        clock=clock.name,
        cycle=cycle.n,
        due=due,
        limit_seconds=clock.limit,
        rep=state.owner,
        rating=rating,
    )
    scene.decided(told, look.id, key)
    if what == "breached":
        _hold(scene, look, clock)
    return Alarm(
        lead=look.id,
        what=what,
        clock=clock.name,
        key=key,
        due=due,
        rep=state.owner,
        rating=rating,
    )


def _hold(scene: Scene, look: View, clock: Clock) -> None:
    zone = scene.company.zone
    who = scene.company.teams.called(look.state.owner) or "the owner"
    scene.hold(
        HELD,
        look.id,
        ":".join((clock.name, str(look.life.cycle), *_leg(look))),
        f"Sales was to {_verb(clock.name)} by {in_words(clock.reading.due, zone)} and has not. Ask "
        f"{who}, or give the lead to somebody else in the CRM; "
        "`crmbridge capacity show` tells who has room. It resolves itself once it is done.",
        clock=clock.name,
        rep=look.state.owner,
        due=instant(clock.reading.due),
    )


def _leg(look: View) -> list[str]:
    """Of teams in a row, the how manieth after the first has the lead."""
    legs = len(look.life.current.legs)
    return [str(legs)] if legs else []


def _verb(clock: str) -> str:
    return "touch this lead first" if clock == FIRST_TOUCH else WORDS[ANSWER]


def alarm_ops(scene: Scene, alarms: Iterable[Alarm]) -> list[Op]:
    """Return the tasks and messages of alarms and notices that were decided in this transaction."""
    ops = [as_op(scene, alarm.lead, write) for alarm in alarms for write in _writes(scene, alarm)]
    return ops + notice_ops(scene)


def _writes(scene: Scene, alarm: Alarm) -> list[Write]:
    over = alarm.what == "breached"
    local = alarm.due.astimezone(scene.company.zone)
    when = f"{local:%Y-%m-%d %H:%M} {local.tzname()}"
    look = view(scene, alarm.lead)
    made, urgent = brief(scene, look), is_urgent(scene, look, alarm.rating)
    what = f"{'Overdue since' if over else 'Due by'} {when}: {WORDS[alarm.clock]}"
    rating = f" It was handed over as {alarm.rating}." if alarm.rating else ""
    more = f"Lead {alarm.lead}: `crmbridge explain {alarm.lead}` says more."
    subject, text = f"{what}, {made.who}", f"{what}.{rating}\n{made.text()}\n{more}"
    rep = rep_of(scene, alarm.rep)
    to = rep.to if rep else line(scene)
    out = messages(scene, to, key=alarm.key, subject=subject, text=text, urgent=urgent)
    if not over:
        return out
    out += messages(
        scene,
        manager_of(scene, alarm.rep).to,
        key=f"{alarm.key}:manager",
        subject=subject,
        text=text,
        urgent=urgent,
    )
    records = at_sales(scene, alarm.lead)
    if rep is not None and records:
        about = f"sla:{alarm.clock}"
        out += task(
            scene, records[0].ref, rep, key=alarm.key, about=about, subject=subject, text=text
        )
    return out
