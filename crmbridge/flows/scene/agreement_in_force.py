"""The version of the agreement in force: kept with its hash at first use, watched for a change."""

from __future__ import annotations

from typing import Any

from crmbridge.company import digest
from crmbridge.errors import StopError
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import OPEN_WORK
from crmbridge.model.payload import AgreementInForce
from crmbridge.store import anew, cursors, leads
from crmbridge.store.live import IN_FORCE

CLOCKS = "clocks_in_force"
"""Row of the ledger's facts: a hash of all that says when a clock of a hand-off is over."""


def note_in_force(scene: Scene) -> bool:
    """Note the version by which is decided; under a new one all leads are looked at anew.

    Returns whether it is another one than before.

    Raises:
        StopError: the same version was used before with another text; nothing was decided.
    """
    company = scene.company
    version = str(company.agreement.version)
    hashed = company.versions.hashes[company.agreement.version]
    kept = _kept(scene)
    used = kept["used"].get(version)
    if used is not None and used["hash"] != hashed:
        raise StopError(
            f"{company.name}: version {version} of the agreement is not what it was when it was "
            f"first used ({used['at'][:10]}): nothing was decided. Put that text back, or make it "
            "a new version with an `effective_from` of its own, and let both sides sign it."
        )
    _note_clocks(scene)
    if used is not None and kept["now"] == version:
        return False
    before, kept["now"] = kept["now"], version
    kept["used"].setdefault(version, {"hash": hashed, "at": instant(scene.now)})
    cursors.put_meta(scene.tx, IN_FORCE, kept)
    key = f"{IN_FORCE}:{version}:{instant(scene.now)}"
    told = AgreementInForce(version=int(version), hash=hashed, before=before)
    scene.decided(told, "", key)
    scene.work.flush()
    if before:
        # in the background, by and by: who is with sales keeps the verdict that they went by (R3.6)
        anew.ask(scene.tx, "another agreement", instant(scene.now))
    return bool(before)


def _kept(scene: Scene) -> dict[str, Any]:
    kept = cursors.get_meta(scene.tx, IN_FORCE)
    return dict(kept) if isinstance(kept, dict) else {"now": "", "used": {}}


def _note_clocks(scene: Scene) -> None:
    """Other hours, holidays, absences or clocks: what runs may be over sooner than was thought."""
    now = digest(_clocks(scene))
    before = cursors.get_meta(scene.tx, CLOCKS)
    if before == now:
        return
    cursors.put_meta(scene.tx, CLOCKS, now)
    if before:
        rows = leads.in_stages(scene.tx, [stage.value for stage in OPEN_WORK])
        cursors.mark(scene.tx, ((one, scene.now, "other clocks") for one in rows))


def _clocks(scene: Scene) -> list[Any]:
    """All that says when a clock of a hand-off is over, in JSON's types."""
    agreement, teams = scene.company.agreement, scene.company.teams
    away = [
        [rep.id, rep.calendar, [one.model_dump(mode="json") for one in rep.absences]]
        for rep in teams.reps
    ]
    return [
        agreement.sla.model_dump(mode="json") if agreement.sla else None,
        agreement.stale.model_dump(mode="json"),
        {name: one.model_dump(mode="json") for name, one in teams.calendars.items()},
        [
            [team.id, team.zone, team.calendar, [rep.id for rep in team.reps]]
            for team in teams.teams
        ],
        away,
    ]
