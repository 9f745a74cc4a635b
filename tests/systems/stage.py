"""A company with a webinar tool beside HubSpot and Salesforce, between three servers."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Mapping_
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping
from crmbridge.registry import emulator
from crmbridge.testing.emulator import Remote, Server, World, iso
from crmbridge.testing.sandbox import Sandbox, sandbox
from crmbridge.testing.screens import AMPLE
from tests.stages.places import START
from tests.stages.play import Play, opened

TOOL_FORM = "5b2e0d63-1e6f-4d7f-8b64-1c9a7a1b3e22"
"""The form by which people sign up for a webinar."""
WEBINARS = f"""
[webinars]
connector = "hubspot"
side      = "marketing"

[webinars.options]
version = "2026-09"

[webinars.limits]
ten_secondly    = {AMPLE}
search_secondly = {AMPLE}
associations    = {AMPLE}
daily           = {AMPLE * 100}

[webinars.lead]
object  = "contacts"
key     = "crmbridge_id"
created = "createdate"

[webinars.lead.fields]
email      = {{ field = "email", way = "in", via = "email" }}
first_name = "firstname"
last_name  = "lastname"
account    = "company"
phone      = "phone"
opted_out  = {{ field = "hs_email_optout", via = "boolean" }}

[webinars.touch.signup]
object    = "form:{TOOL_FORM}"
kind      = "form"
at        = "submitted_at"
email     = "email"
asset     = "page_url"
asset_via = "path"
"""


def with_tables(files: CompanyFiles, **tables: Any) -> CompanyFiles:
    """The same company whose mapping has further tables."""
    data = files.mapping.model_dump(mode="json") | tables
    return replace(files, mapping=Mapping.model_validate(data))


@dataclass
class Three(Play):
    """The play of two vendors, with a webinar tool that people fill in too."""

    tool: Remote

    def later(self, **delta: float) -> None:
        Play.later(self, **delta)
        self.tool.clock(now=iso(self.company.now()))

    def register(self, email: str, **properties: Any) -> str:
        """Somebody signs up for a webinar."""
        self.tool.seed(contacts=[{"properties": {"email": email, **properties}}])
        return str(self.registrant(email)["id"])

    def registrant(self, email: str) -> dict[str, Any]:
        """What the webinar tool holds of somebody."""
        (found,) = [
            one
            for one in self.tool.state("contacts")
            if one["properties"].get("email") == email and not one.get("archived")
        ]
        return dict(found["properties"]) | {"id": found["id"]}

    def signup(self, email: str) -> None:
        """Somebody submits the tool's form."""
        page = "https://acme.example/webinar"
        self.tool.act(verb="submit_form", formId=TOOL_FORM, email=email, pageUrl=page)


@dataclass
class Servers:
    """HubSpot, Salesforce and the tool, and a ledger over which companies are opened in turn."""

    box: Sandbox
    tool: Remote
    told: Mapping_[str, str]
    path: Path

    @contextmanager
    def at(self, files: CompanyFiles) -> Iterator[Three]:
        """The company of these files, over the ledger as it is."""
        with opened(files, self.box, self.path, **self.told) as company:
            yield Three(company=company, box=self.box, tool=self.tool)


@contextmanager
def tool_server() -> Iterator[tuple[Remote, dict[str, str]]]:
    """The tool's server, and the variables that point the company there."""
    world = World()
    with Server({"hubspot": emulator("hubspot")(world)}, world) as server:
        tool = Remote(server.urls["hubspot"])
        tool.clock(now=iso(START))
        tool.config(limits=dict.fromkeys(("ten_secondly", "search_secondly", "daily")))
        key = {"name": "crmbridge_id", "label": "crmbridge id", "type": "string"}
        tool.seed(**{"properties/contacts": [{**key, "fieldType": "text", "hasUniqueValue": True}]})
        tool.seed(forms=[{"id": TOOL_FORM, "name": "Webinar"}])
        given = emulator("hubspot").credentials(server.urls["hubspot"])
        yield tool, {f"CRMBRIDGE_ACME__WEBINARS__{name}": one for name, one in given.items()}


@contextmanager
def servers(files: CompanyFiles, folder: Path) -> Iterator[Servers]:
    """Three servers that have what the files name."""
    with sandbox(files.mapping, files.teams, at=START) as box, tool_server() as (tool, told):
        yield Servers(box=box, tool=tool, told=told, path=folder / "ledger.db")


@contextmanager
def three(files: CompanyFiles, folder: Path) -> Iterator[Three]:
    """The company of some files with `[webinars]` between three servers, nothing read yet."""
    with servers(files, folder) as made, made.at(files) as play:
        yield play
