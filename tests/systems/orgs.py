"""A company with two orgs of sales beside HubSpot: Europe, its home, and the United States."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.files import CompanyFiles
from crmbridge.flows.explain import explain
from crmbridge.flows.operate.find import find_lead
from crmbridge.mapping.schema import Mapping
from crmbridge.registry import emulator
from crmbridge.testing.emulator import Remote, Server, World, iso
from crmbridge.testing.sandbox import Sandbox, one_of, sandbox
from tests.stages.places import START
from tests.stages.play import Play, opened
from tests.stages.rest import rest
from tests.stages.vendors import KEEN

US = "sales_us"
RULE = {
    "id": "north america",
    "system": US,
    "when": {"id": "country", "field": "country", "op": "in", "value": ["USA", "Canada"]},
}
UMA = {"id": "uma", "name": "Uma Reed", "email": "uma.reed@acme.example", "open_limit": 50}
SAM = "sam@buyer.example"


def with_orgs(files: CompanyFiles, *rules: dict[str, Any], reps: bool = True) -> CompanyFiles:
    """The same company with a second org, by these rules or by `RULE`, and a rep there."""
    data = files.mapping.model_dump(mode="json")
    data[US] = copy.deepcopy(data["sales"]) | {"side": "sales"}
    data["goes_to"] = list(rules or (RULE,))
    teams = files.teams.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if reps:
        teams["teams"].append({"id": "us", "reps": [{**UMA, "system": US}]})
    made = Mapping.model_validate(data), Teams.model_validate(teams)
    return replace(files, mapping=made[0], teams=made[1])


def _staff(files: CompanyFiles, org: str) -> Teams:
    """The reps of an org, as if there were no other; empty for the home."""
    teams = files.teams.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for team in teams["teams"]:
        team["reps"] = [one for one in team["reps"] if one.pop("system", "") == org]
    kept = [one for one in teams["teams"] if one["reps"]]
    return Teams.model_validate({"company": teams["company"], "teams": kept})


@dataclass
class TwoOrgs(Play):
    """The play of two vendors, with a second org of sales."""

    us: Remote

    def later(self, **delta: float) -> None:
        Play.later(self, **delta)
        self.us.clock(now=iso(self.company.now()))

    def on(self) -> None:
        """Five minutes go by, and all that follows happens."""
        self.later(minutes=5)
        rest(self)

    def american(self, email: str = SAM) -> None:
        """Somebody in the United States who meets the definition and asks for a demo."""
        self.contact(email, **KEEN | {"country": "USA"})
        self.form(email)

    def of_org(self, org: Remote, email: str, obj: str = "Lead") -> list[dict[str, Any]]:
        """The records of somebody in an org."""
        return [one for one in org.state(obj) if (one.get("Email") or "").lower() == email]

    def one(self, org: Remote, email: str, obj: str = "Lead") -> dict[str, Any]:
        """The one record of somebody in an org."""
        (found,) = self.of_org(org, email, obj)
        return found

    def give_back(self, org: Remote, email: str, reason: str) -> None:
        """A rep of an org gives somebody back for a reason."""
        ident = self.one(org, email)["Id"]
        org.act("reject", id=ident, reason=reason, reason_field="Rejection_Reason__c")

    def told(self, email: str) -> dict[str, Any]:
        """What `explain` says of somebody."""
        with self.company.ledger.read() as tx:
            return explain(self.company, tx, find_lead(self.company, tx, email))


@dataclass
class Orgs:
    """HubSpot and two orgs, and a ledger over which companies are opened in turn."""

    box: Sandbox
    us: Remote
    names: dict[str, str]
    path: Path

    @contextmanager
    def at(self, files: CompanyFiles) -> Iterator[TwoOrgs]:
        """The company of these files, over the ledger as it is."""
        told = self.names if US in files.mapping.names else {}
        with opened(files, self.box, self.path, **told) as company:
            yield TwoOrgs(company=company, box=self.box, us=self.us)


@contextmanager
def orgs(files: CompanyFiles, folder: Path) -> Iterator[Orgs]:
    """Three servers that have what the files name."""
    world = World()
    with (
        sandbox(files.mapping, _staff(files, ""), at=START) as box,
        Server({"salesforce": emulator("salesforce")(world)}, world) as server,
    ):
        us = Remote(server.urls["salesforce"])
        us.clock(now=iso(START))
        there = one_of("sales", "salesforce", us, files.mapping, _staff(files, US))
        there.unlimited()
        there.prepare()
        given = emulator("salesforce").credentials(server.urls["salesforce"])
        names = {f"CRMBRIDGE_ACME__SALES_US__{name}": one for name, one in given.items()}
        yield Orgs(box=box, us=us, names=names, path=folder / "ledger.db")


@contextmanager
def two_orgs(files: CompanyFiles, folder: Path) -> Iterator[TwoOrgs]:
    """The company between three servers, nothing read yet."""
    with orgs(files, folder) as made, made.at(files) as play:
        yield play
