"""What the tests of routing share: a line of leads over a real ledger, and no vendor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings

from crmbridge.agreement import Teams
from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.files import load
from crmbridge.flows.routing.assign import hand_out
from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.model import payload
from crmbridge.model.state import Return
from crmbridge.store import events
from tests.stages.places import MAPPINGS
from tests.stages.still import still

FILES = load(MAPPINGS, "acme")
CALM = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Line:
    """A company with a line of leads, and no vendor."""

    company: Company
    clock: FixedClock
    leads: int = 0

    def arrive(self, number: int, avoid: frozenset[str] = frozenset()) -> None:
        """Some leads become ready; reps to avoid are those of an earlier trip."""
        with self.company.ledger.write("test") as tx:
            scene = Scene.open(self.company, tx)
            for _ in range(number):
                self.leads += 1
                lead = f"lead{self.leads:04}"
                scene.observed(payload.Known(), lead, f"known:{lead}", scene.now)
                for rep in sorted(avoid):
                    handed, ended = scene.now - timedelta(days=2), scene.now - timedelta(days=1)
                    scene.observed(payload.Handed(kind="override"), lead, f"h:{lead}:{rep}", handed)
                    scene.observed(payload.read("rejected", {}), lead, f"b:{lead}:{rep}", ended)
                    told: dict[str, Any] = {"return": back(scene, rep)}
                    scene.decided(payload.read("routed", told), lead, f"r:{lead}:{rep}")
                scene.decided(payload.read("ready", {}), lead, f"ready:{lead}")
            scene.work.flush()

    def tick(self) -> list[str]:
        with self.company.ledger.write("test") as tx:
            scene = Scene.open(self.company, tx)
            given_now = hand_out(scene)
            scene.work.flush()
        return given_now

    def told(self, type_: str) -> list[tuple[str, dict[str, Any], datetime]]:
        with self.company.ledger.read() as tx:
            return [
                (one.lead, dict(one.content.json), one.at) for one in events.of_types(tx, [type_])
            ]


def back(scene: Scene, rep: str) -> dict[str, Any]:
    """A return after which a rep must not have the lead again."""
    row = Return(
        at=scene.now - timedelta(days=1),
        reason="unresponsive",
        klass="returns",
        track="reengage",
        loops=1,
        until=None,
        outcome="returned",
        rep=rep,
        avoid=True,
    )
    return row.row()


@contextmanager
def lined(
    reps: list[dict[str, Any]], calendars: dict[str, Any] | None = None, **team: Any
) -> Iterator[Line]:
    rows = [one | {"email": f"{one['id']}@acme.example"} for one in reps]
    teams = Teams.model_validate(
        {
            "company": "acme",
            "calendars": calendars or {},
            "teams": [{"id": "sales", "reps": rows} | team],
        }
    )
    with still(FILES, teams=teams) as (company, clock):
        with company.ledger.write("test") as tx:
            scene = Scene.open(company, tx)
            for row in rows:
                ref, mark = f"sales:User:{row['id']}", mark_of(str(row["email"]))
                data = {"ref": ref, "email": mark, "name": "", "active": True}
                scene.observed(payload.read("user", data), "", f"user:{ref}", scene.now)
            scene.work.flush()
        yield Line(company=company, clock=clock)
