"""The switch beside teams.toml: reps and teams who take no leads for now, and who said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import in_words, instant, parse_instant
from crmbridge.model.nearest import meant
from crmbridge.model.payload import Paused, Resumed
from crmbridge.store import cursors
from crmbridge.store.table import Tx

PAUSED = "paused"
"""Row of the ledger's facts: `rep:<id>` or `team:<id>` -> since when, until when, by whom, why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Who takes no leads, since when, by whose word and why; `until` is `None` until resumed."""

    what: str
    at: datetime
    by: str
    until: datetime | None = None
    why: str = ""


def pauses(tx: Tx, now: datetime) -> dict[str, Pause]:
    """Return the pauses that hold at an instant, by `rep:<id>` or `team:<id>`."""
    kept = _kept(tx)
    found = {what: _pause(what, row) for what, row in kept.items()}
    return {what: one for what, one in found.items() if one.until is None or now < one.until}


def _kept(tx: Tx) -> dict[str, Any]:
    kept = cursors.get_meta(tx, PAUSED)
    return dict(kept) if isinstance(kept, dict) else {}


def _pause(what: str, row: dict[str, Any]) -> Pause:
    until = parse_instant(row["until"]) if row["until"] else None
    why = row.get("why", "")
    return Pause(what=what, at=parse_instant(row["at"]), by=row["by"], until=until, why=why)


def pause(
    company: Company,
    ident: str,
    by: str,
    until: datetime | None = None,
    why: str = "",
    *,
    over: bool = True,
) -> str:
    """Give a rep or a team no more leads, until an instant if one is given; return which it was.

    It takes the place of a pause that is there; not where `over` is false, as for who may not end
    another's pause.

    Raises:
        CrmBridgeError: no such rep or team, `until` is over, or a pause holds that may not end.
    """
    what = _named(company, ident)
    with company.ledger.write("capacity") as tx:
        scene = Scene.open(company, tx)
        if not over and (held := holds(company, tx, ident, scene.now)):
            raise CrmBridgeError(f"You are paused already, by {held.by}.")
        if until is not None and until <= scene.now:
            raise CrmBridgeError(f"a pause until {in_words(until, company.zone)} is over already")
        row = {"at": instant(scene.now), "by": by, "until": instant(until) if until else ""}
        cursors.put_meta(tx, PAUSED, _kept(tx) | {what: row | ({"why": why} if why else {})})
        _noted(scene, Paused(what=what, by=by, until=until, why=why))
    return what


def holds(company: Company, tx: Tx, rep: str, now: datetime) -> Pause | None:
    """The pause that keeps a rep from new leads, their own or their team's; `None` for none."""
    off, team = pauses(tx, now), company.teams.team_of(rep)
    return off.get(f"rep:{rep}") or (off.get(f"team:{team.id}") if team else None)


def resume(company: Company, ident: str, by: str) -> str:
    """End a pause; return whose it was.

    Raises:
        CrmBridgeError: no such rep or team, or they are not paused.
    """
    what = _named(company, ident)
    with company.ledger.write("capacity") as tx:
        scene = Scene.open(company, tx)
        if what not in pauses(tx, scene.now):
            raise CrmBridgeError(
                f"{what.replace(':', ' ')} is not paused here; `on = false` in teams.toml is "
                "changed there"
            )
        left = _kept(tx)
        del left[what]
        cursors.put_meta(tx, PAUSED, left)
        _noted(scene, Resumed(what=what, by=by))
    return what


def _noted(scene: Scene, told: Paused | Resumed) -> None:
    scene.decided(told, "", f"{told.type}:{told.what}:{instant(scene.now)}")
    scene.work.flush()


def _named(company: Company, ident: str) -> str:
    """`rep:<id>` or `team:<id>` for an id of either; a rep comes first."""
    teams = company.teams
    if teams.rep(ident):
        return f"rep:{ident}"
    if teams.team(ident):
        return f"team:{ident}"
    known = [rep.id for rep in teams.reps] + [team.id for team in teams.teams]
    hint = meant(ident, known, f"there are: {', '.join(known)}")
    raise CrmBridgeError(f"no rep or team {ident!r} in teams.toml; {hint}")
