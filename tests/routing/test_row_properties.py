"""What holds of teams in a row whatever they are and whatever sales does, over a real ledger.

domain.md 12: nobody over a limit, fair turns within their bound, no lead in two lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crmbridge.agreement import Teams
from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.flows.decide import settle_stage
from crmbridge.flows.reps.hand_on import handed_on
from crmbridge.flows.reps.presence import desks
from crmbridge.flows.reps.rotation import Turns
from crmbridge.flows.routing.assign import hand_out
from crmbridge.flows.routing.queue import in_line, line
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.model import payload
from crmbridge.model.lifecycle import OPEN_WORK, Stage
from tests.routing.row import back_rows
from tests.routing.stage import CALM, FILES
from tests.stages.still import still

BACK = ("no_decision_maker", "unresponsive")
BACK_FILES = back_rows(FILES, *BACK)


@dataclass
class Row:
    """Teams that hand leads on, a ledger, and the CRM's answers at once."""

    company: Company
    clock: FixedClock
    leads: list[str] = field(default_factory=list)

    @contextmanager
    def scene(self) -> Iterator[Scene]:
        with self.company.ledger.write("test") as tx:
            scene = Scene.open(self.company, tx)
            yield scene
            scene.work.flush()

    def arrive(self) -> None:
        lead = f"lead{len(self.leads):04}"
        self.leads.append(lead)
        with self.scene() as scene:
            scene.observed(payload.Known(), lead, f"known:{lead}", scene.now)
            scene.decided(payload.read("ready", {}), lead, f"ready:{lead}")

    def looks(self) -> list[View]:
        with self.company.ledger.read() as tx:
            scene = Scene.open(self.company, tx)
            return [view(scene, one) for one in self.leads]

    def sales(self, what: str, number: int, reason: str = "") -> None:
        """Somebody of sales does something with one of the leads that they have."""
        mine = [one.id for one in self.looks() if one.life.stage in OPEN_WORK]
        if not mine:
            return
        lead = mine[number % len(mine)]
        with self.scene() as scene:
            key = f"{what}:{lead}:{scene.work.state(lead).rev}"
            data = {"reason": reason, "back": reason in BACK} if what == "rejected" else {}
            scene.observed(payload.read(what, data), lead, key, scene.now)

    def tick(self) -> None:
        """Decide of whom sales has, serve the line, and let the CRM take what was given."""
        with self.scene() as scene:
            for lead in self.leads:
                if scene.work.lifecycle(lead).stage in OPEN_WORK:
                    settle_stage(scene, lead)
        with self.scene() as scene:
            given_now = hand_out(scene)
        with self.scene() as scene:
            for lead in given_now:
                self._taken(scene, lead)
        self.clock.advance(timedelta(minutes=7))

    def _taken(self, scene: Scene, lead: str) -> None:
        given = scene.work.state(lead).assigned or {}
        told: payload.Payload = payload.Handed(kind="pushed", rep=given["rep"])
        if given.get("on"):
            team, rep, on = given["team"], given["rep"], given["on"]
            told = handed_on(scene, lead, team, rep, given["giver"], on)
        scene.settled(told, lead, f"handed:{lead}:{scene.work.state(lead).rev}")

    def check(self, teams: Teams) -> None:
        """Nobody is over a limit; each lead is in one line, of a team that may have it."""
        with self.company.ledger.read() as tx:
            scene = Scene.open(self.company, tx)
            now = desks(scene, teams, Turns.load(scene))
            for desk in (one for team in now for one in team.desks):
                assert desk.open <= desk.open_limit, desk.id
                assert desk.per_day is None or desk.today <= desk.per_day, desk.id
            queued = in_line(scene, teams, now, line(scene, teams))
            assert max(Counter(one.lead for one in queued).values(), default=1) == 1
            for one in queued:
                stage = scene.work.lifecycle(one.lead).stage
                assert (stage is Stage.READY) == (one.on == ""), (stage, one.on)
                assert one.team in ({"sdr"} if one.on in ("", "back") else {"field", "key"})
            for lead in self.leads:
                found = view(scene, lead)
                team = teams.team_of(found.state.owner)
                if found.life.stage is Stage.HANDED and team:
                    legs = found.life.current.legs
                    assert team.id == (legs[-1].team if legs else "sdr")


def rows(sdr: list[dict[str, Any]], fld: list[dict[str, Any]], when: str) -> Teams:
    def reps(name: str, some: list[dict[str, Any]]) -> list[dict[str, Any]]:
        made = [one | {"id": f"{name}{n}"} for n, one in enumerate(some)]
        return [one | {"email": f"{one['id']}@acme.example"} for one in made]

    hands = {"to": ["field"], "when": when}
    return Teams.model_validate(
        {
            "company": "acme",
            "teams": [
                {"id": "sdr", "hands_on": hands, "owner": "strict", "reps": reps("s", sdr)},
                {"id": "field", "owner": "prefer", "reps": reps("f", fld)},
            ],
        }
    )


@contextmanager
def playing(teams: Teams) -> Iterator[Row]:
    with still(BACK_FILES, teams=teams) as (company, clock):
        made = Row(company=company, clock=clock)
        with made.scene() as scene:
            for one in teams.reps:
                ref, mark = f"sales:User:{one.id}", mark_of(one.email)
                data = {"ref": ref, "email": mark, "name": "", "active": True}
                scene.observed(payload.read("user", data), "", f"user:{ref}", scene.now)
        yield made


desk = st.fixed_dictionaries(
    {
        "open_limit": st.integers(0, 4),
        "per_day": st.none() | st.integers(0, 4),
        "weight": st.sampled_from([1, 2]),
    }
)
deeds = st.lists(
    st.tuples(
        st.sampled_from(
            [*["arrive"] * 4, "accepted", "qualified", "qualified", "rejected", "rejected", "tick"]
        ),
        st.integers(0, 9),
        st.sampled_from([*BACK, "bad_timing"]),
    ),
    min_size=8,
    max_size=40,
)


@CALM
@given(
    st.lists(desk, min_size=1, max_size=3),
    st.lists(desk, min_size=1, max_size=3),
    st.sampled_from(["accepted", "qualified"]),
    deeds,
)
def test_no_limit_is_passed_and_no_lead_is_in_two_lines(
    sdr: list[dict[str, Any]],
    fld: list[dict[str, Any]],
    when: str,
    story: list[tuple[str, int, str]],
) -> None:
    teams = rows(sdr, fld, when)
    with playing(teams) as played:
        for what, number, reason in story:
            if what == "arrive":
                played.arrive()
            elif what == "tick":
                played.tick()
            else:
                played.sales(what, number, reason)
            played.check(teams)
        played.tick()
        played.check(teams)


@CALM
@given(st.lists(st.sampled_from([1, 2, 3]), min_size=2, max_size=4))
def test_hand_ons_are_as_fair_as_hand_offs(weights: list[int]) -> None:
    """R4.7's bound, with everybody there all the time."""
    many = [{"open_limit": 400, "weight": one} for one in weights]
    teams = rows([{"open_limit": 400}], many, "qualified")
    with playing(teams) as played:
        for _ in range(30):
            played.arrive()
        played.tick()
        for number in range(30):
            played.sales("qualified", number)
        played.tick()
        got = Counter(one.state.owner for one in played.looks() if one.life.current.legs)
        assert sum(got.values()) == 30
        whole = sum(weights)
        for number, weight in enumerate(weights):
            share = Fraction(weight, whole) * 30
            assert abs(got[f"f{number}"] - share) < Fraction(3, 2), (got, weights)


def test_the_check_itself_sees_a_limit_that_is_passed() -> None:
    """A property that cannot fail says nothing."""
    teams = rows([{"open_limit": 3}], [{"open_limit": 3}], "qualified")
    small = teams.model_copy(
        update={
            "teams": tuple(
                team.model_copy(
                    update={
                        "reps": tuple(one.model_copy(update={"open_limit": 0}) for one in team.reps)
                    }
                )
                for team in teams.teams
            )
        }
    )
    with playing(teams) as played:
        played.arrive()
        played.tick()
        played.check(teams)
        failed = False
        try:
            played.check(small)
        except AssertionError:
            failed = True
        assert failed
