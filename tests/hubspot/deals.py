"""A company whose deals are HubSpot's: of its sales portal, or of the marketing portal alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.registry import emulator
from crmbridge.testing.demo.company import open_here
from crmbridge.testing.emulator import Remote, Server, World
from crmbridge.testing.pair import Pair
from crmbridge.testing.sandbox import box_of, prepare
from tests.stages.counted import must_add_up
from tests.stages.places import START
from tests.stages.play import Play, begun

SALES, MARKETING = SIDES = ("sales", "marketing")
WORDS = {
    "won_amount": "number",
    "won_currency": "string",
    "pipeline_amount": "number",
    "pipeline_currency": "string",
    "sourced": "string",
    "first_campaign": "string",
    "headline_campaign": "string",
    "credit_version": "string",
}
"""The words of the books, and the type of the property for each."""
DEAL: dict[str, Any] = {
    "object": "deals",
    "amount": "amount",
    "currency": "deal_currency_code",
    "created": "createdate",
    "closed": "closedate",
    "is_won": "hs_is_closed_won",
    "is_closed": "hs_is_closed",
    "people": {"associations.contacts": "contacts"},
    "owner": "hubspot_owner_id",
    "name": "dealname",
    "stage": "dealstage",
    "probability": "hs_deal_stage_probability",
    "certain": 1,
    "fields": {word: f"crmbridge_{word}" for word in WORDS},
}
STATUS = {"NEW": "open", "OPEN": "open", "IN_PROGRESS": "ongoing", "CONNECTED": "ongoing"}
OF_DEALS = ("role", "influence", "product", "campaign", "member", "firm", "touch", "activity")


def _of_sales(told: dict[str, Any]) -> dict[str, Any]:
    """Sales in a HubSpot portal of its own: people by e-mail, with a status and an owner."""
    fields = {
        "email": {"field": "email", "via": "email"},
        "first_name": {"field": "firstname"},
        "last_name": {"field": "lastname"},
        "opted_out": {"field": "hs_email_optout", "via": "boolean"},
    }
    status = {"field": "hs_lead_status", "types": {**STATUS, "UNQUALIFIED": "lost"}}
    lead = {
        "object": "contacts",
        "key": "crmbridge_id",
        "created": "createdate",
        "owner": "hubspot_owner_id",
        "fields": fields,
        "status": status,
        "handoff": {"hs_lead_status": "NEW"},
    }
    rep = {"object": "owners", "email": "email"}
    return {"connector": "hubspot", "every": 60, "lead": lead, "rep": rep, "deal": DEAL}


def with_deals(files: CompanyFiles, side: str) -> CompanyFiles:
    """The same company, whose deals are of a HubSpot on this side, and of no other system."""
    told = files.mapping.model_dump()
    forms = told["marketing"]["touch"]["forms"]
    forms |= {"campaign": "page_url", "campaign_object": "pages"}
    if side == SALES:
        told["sales"] = _of_sales(told["sales"])
    else:
        told["marketing"]["deal"] = DEAL
        told["sales"] = {name: one for name, one in told["sales"].items() if name not in OF_DEALS}
        told["sales"]["deal"] = None
    return replace(files, mapping=MappingFile.model_validate(told))


@dataclass
class Deals:
    """The HubSpot that has the deals, and short words for what its people do with them."""

    play: Play
    remote: Remote

    def contact(self, email: str) -> str:
        rows = self.remote.state("contacts")
        return next(
            str(one["id"])
            for one in rows
            if one["properties"].get("email") == email and not one.get("archived")
        )

    def create(self, email: str, amount: int = 1000) -> str:
        told = {"amount": str(amount), "deal_currency_code": "EUR"}
        people = [self.contact(email)] if email else []
        return str(self.remote.act("create_deal", properties=told, contacts=people)["id"])

    def close(self, deal: str, **more: Any) -> None:
        self.remote.act("close_deal", id=deal, **more)

    def edit(self, deal: str, **properties: Any) -> None:
        self.remote.act("edit", object="deals", id=deal, properties=properties)

    def told(self, deal: str) -> dict[str, str]:
        """What a deal says of the books; empty properties are left out."""
        (found,) = (one for one in self.remote.state("deals") if str(one["id"]) == deal)
        said = {word: found["properties"].get(f"crmbridge_{word}") for word in WORDS}
        return {word: str(value) for word, value in said.items() if value}

    def writes(self) -> int:
        """Calls that changed deals."""
        rows = self.remote.audit()
        return sum(row["committed"] and "deals" in row["route"] for row in rows)


def give(remote: Remote, *words: str) -> None:
    """The admin makes properties of deals for these words."""
    made = [
        {
            "name": f"crmbridge_{word}",
            "label": word,
            "type": WORDS[word],
            "fieldType": "number" if WORDS[word] == "number" else "text",
        }
        for word in words
    ]
    remote.seed(**{"properties/deals": made})


@contextmanager
def two_portals(files: CompanyFiles, folder: Path) -> Iterator[Play]:
    """A company with a HubSpot on either side, each a portal of its own."""
    world, pair = World(), Pair.of(files.mapping)
    with Server({side: emulator(name)(world) for side, name in pair.sides()}, world) as server:
        remotes = {side: Remote(url) for side, url in server.urls.items()}
        box = box_of(pair, server.urls, remotes, files.mapping, files.teams)
        # each test says itself which properties the deals have
        box.at_sales.setup = replace(box.at_sales.setup, deal=None)
        prepare(box, at=START)
        told = box.environment(files.mapping.company)
        company: Company = open_here(files, f"sqlite:///{folder / 'ledger.db'}", told)
        try:
            yield Play(company=company, box=box)
            must_add_up(company.ledger)
        finally:
            company.close()


@contextmanager
def selling(files: CompanyFiles, folder: Path, side: str, lacks: str = "") -> Iterator[Deals]:
    """The company at work, with its deals on this side, which has no property for `lacks`."""
    files = with_deals(files, side)
    opened = two_portals if side == SALES else begun
    with opened(files, folder) as play:
        deals = Deals(play, getattr(play.box, side))
        give(deals.remote, *(word for word in WORDS if word != lacks))
        play.go_live()
        yield deals
