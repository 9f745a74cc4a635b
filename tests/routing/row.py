"""What the tests of teams in a row share: a team that calls first, and two that it hands on to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.agreement.sla.clocks import Sla, Stale
from crmbridge.files import CompanyFiles
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import Mapping
from tests.stages.places import JO, REASON, START
from tests.stages.play import Play, at_work
from tests.stages.rest import edit, ready, rest

QUALIFIED, WORKING, OPEN = "Qualified", "Working - Contacted", "Open - Not Contacted"
LOST = "Closed - Not Converted"


def rep(ident: str, **more: Any) -> dict[str, Any]:
    return {"id": ident, "email": f"{ident}@acme.example", "open_limit": 9} | more


def a_row(
    *, sdr: list[dict[str, Any]] | None = None, field: list[dict[str, Any]] | None = None, **on: Any
) -> Teams:
    """Sam and Sue call first; Fay and Fred of the field get what they qualified."""
    teams = [
        {
            "id": "sdr",
            "name": "Sales development",
            "manager": "mia@acme.example",
            "hands_on": {"to": "field"} | on,
            "reps": sdr or [rep("sam"), rep("sue")],
        },
        {
            "id": "field",
            "name": "Field sales",
            "manager": "max@acme.example",
            "reps": field or [rep("fay"), rep("fred")],
        },
    ]
    return Teams.model_validate({"company": "acme", "teams": teams})


def mapped(acme: CompanyFiles, **more: Any) -> Mapping:
    """The example's mapping, in which a status says that a lead is qualified."""
    data = acme.mapping.model_dump(by_alias=True, exclude_unset=True)
    data["sales"]["lead"]["status"]["types"][QUALIFIED] = "won"
    data["sales"]["lead"] |= more
    data["marketing"]["lead"]["fields"]["team"] = {"field": "crmbridge_team", "way": "out"}
    return Mapping.model_validate(data)


def back_rows(acme: CompanyFiles, *reasons: str) -> CompanyFiles:
    """The example, in which some reasons send a lead that was handed on back."""
    table = acme.agreement.recycle
    rows = {
        name: row.model_copy(update={"handed_on": "back"}) if name in reasons else row
        for name, row in table.reasons.items()
    }
    recycle = table.model_copy(update={"reasons": rows})
    return replace(acme, agreement=acme.agreement.model_copy(update={"recycle": recycle}))


@contextmanager
def row(
    acme: CompanyFiles,
    path: Path,
    teams: Teams | None = None,
    *,
    back: tuple[str, ...] = (),
    at: datetime = START,
    sla: Sla | None = None,
    stale: Stale | None = None,
    **more: Any,
) -> Iterator[Play]:
    files = back_rows(acme, *back)
    update = {"sla": sla, "stale": stale or files.agreement.stale}
    agreement = files.agreement.model_copy(update=update)
    files = replace(
        files, mapping=mapped(acme, **more), teams=teams or a_row(), agreement=agreement
    )
    with at_work(files, path, at=at) as play:
        yield play


def qualified(play: Play) -> str:
    """Jo's lead is given to a caller, who qualifies it; return who that was."""
    ready(play, "jo")
    rest(play)
    caller = owner(play)
    status(play, QUALIFIED)
    return caller


def look_at(play: Play, email: str = JO) -> View:
    lead = str(play.person(email)["crmbridge_id"])
    with play.company.ledger.read() as tx:
        return view(Scene.open(play.company, tx), lead)


def status(play: Play, value: str, email: str = JO, **fields: Any) -> None:
    """Sales sets a status, and the company comes to rest."""
    play.later(minutes=5)
    edit(play, email, Status=value, **fields)
    rest(play)


def given_back(play: Play, reason: str, email: str = JO) -> None:
    status(play, LOST, email, **{REASON: reason})


def owner(play: Play, email: str = JO) -> str:
    """Our id of the rep who owns the lead in the CRM."""
    user = play.lead(email)["OwnerId"]
    found = [one for one in play.sf("User") if one["Id"] == user]
    return str(found[0]["Email"]).partition("@")[0]


def teams_of(look: View) -> list[tuple[str, str, str]]:
    """The legs of the trip in hand: team, kind, how it ended."""
    return [(one.team, one.kind, one.outcome) for one in look.life.current.legs]


def user(play: Play, ident: str) -> str:
    """The CRM's id of a rep."""
    wanted = f"{ident}@acme.example"
    return str(next(one["Id"] for one in play.sf("User") if one["Email"] == wanted))
