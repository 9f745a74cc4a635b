"""What further tests of teams in a row share: customers, full desks, another teams file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.agreement.sla.clocks import Stale
from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping
from tests.qualify import expansion
from tests.routing.row import mapped, rep
from tests.stages.play import Play
from tests.stages.rest import ready, rest

PATIENT = Stale.model_validate({"untouched_days": 90, "idle_days": 90})
FULL = [rep("fay", open_limit=0), rep("fred", open_limit=0)]
CONTACT = {
    "field": "Department",
    "types": {"Open": "open", "Working": "ongoing", "Qualified": "won", "Lost": "lost"},
}
"""A status of contacts, by which sales says of a customer what it says of a lead."""


def as_data(teams: Teams) -> dict[str, Any]:
    """A teams file as a person would write it."""
    return teams.model_dump(mode="json", exclude_unset=True)


def without_hand_on(teams: Teams) -> Teams:
    """The same teams, of which none hands on."""
    data = as_data(teams)
    del data["teams"][0]["hands_on"]
    return Teams.model_validate(data)


def staffed(play: Play, teams: Teams) -> None:
    """The company with another teams.toml from now on, at rest, and a day later again."""
    play.company = replace(play.company, teams=teams)
    play.later(minutes=5)
    rest(play)
    play.later(days=1)
    rest(play)


def selling(acme: CompanyFiles, teams: Teams) -> CompanyFiles:
    """A company that sells to its customers again, with teams in a row."""
    agreement = expansion.sold_again().model_copy(update={"stale": PATIENT})
    mapping = mapped(acme).model_dump(by_alias=True, exclude_unset=True)
    mapping["tracks"]["customers"] = "Nurture: customers"
    mapping["sales"]["contact"] |= {"status": CONTACT, "handoff": {"Department": "Open"}}
    return replace(acme, agreement=agreement, teams=teams, mapping=Mapping.model_validate(mapping))


def asks_again(play: Play, **more: Any) -> str:
    """Jo buys, and asks again; returns the id of the contact."""
    ready(play, "jo", **more)
    rest(play)
    made = play.box.sales.act("convert", id=play.lead("jo@buyer.example")["Id"], opportunity={})
    rest(play)
    play.later(days=10)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    rest(play)
    play.later(days=80)
    play.form("jo@buyer.example")
    rest(play)
    return str(made["contactId"])
