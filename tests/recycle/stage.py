"""What the tests of recycling share: leads that sales gives back, and who hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.files import CompanyFiles
from crmbridge.store import leads
from crmbridge.store.projection import Workspace
from tests.stages.places import JO
from tests.stages.play import Play, begun
from tests.stages.rest import rest

DEMO = "https://acme.example/demo/again"
MIA = "mia@acme.example"
"""The manager of every team, where there is one."""


def reject(play: Play, email: str, reason: str = "") -> None:
    """Sales gives a lead back, and the company comes to rest."""
    more = {"reason": reason, "reason_field": "Rejection_Reason__c"} if reason else {}
    play.box.sales.act("reject", id=play.lead(email)["Id"], **more)
    play.later(minutes=5)
    rest(play)


def open_again(play: Play, email: str) -> bool:
    return bool(play.lead(email)["Status"] == "Open - Not Contacted")


def stages(play: Play) -> list[str]:
    with play.company.ledger.read() as tx:
        work = Workspace(tx)
        return sorted(work.lifecycle(one).stage.value for one in leads.ids(tx))


def lists(play: Play, email: str = JO) -> list[str]:
    names = {str(one["listId"]): one["name"] for one in play.box.marketing.state("lists")}
    return [names[str(one)] for one in play.person(email)["lists"]]


@contextmanager
def managed(acme: CompanyFiles, path: Path) -> Iterator[Play]:
    """A company whose team has a manager, who is a user of the CRM."""
    teams = acme.teams.model_dump(mode="json")
    for team in teams["teams"]:
        team["manager"] = MIA
    files = replace(acme, teams=Teams.model_validate(teams))
    with begun(files, path) as play:
        play.box.sales.seed(User=[{"Name": "Mia", "Email": MIA, "IsActive": True}])
        play.go_live()
        yield play


def tasks(play: Play, email: str = MIA) -> list[dict[str, Any]]:
    (user,) = [one["Id"] for one in play.sf("User") if one["Email"] == email]
    return [one for one in play.sf("Task") if one["OwnerId"] == user]


def with_a_note(files: CompanyFiles) -> CompanyFiles:
    """The same company, whose reps may write a note beside the reason."""
    lead = files.mapping.sales.lead
    assert lead.status is not None
    reason = lead.status.reason.model_copy(update={"note": "Rejection_Note__c"})
    status = lead.status.model_copy(update={"reason": reason})
    sales = files.mapping.sales.model_copy(
        update={"lead": lead.model_copy(update={"status": status})}
    )
    return replace(files, mapping=files.mapping.model_copy(update={"sales": sales}))
