"""A sales portal in a play: contacts are its leads, and a deal is opened beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any, ClassVar

from connectors.hubspot.emulator.screens.portal import Portal, property_of
from crmbridge.testing.emulator import iso, parse
from crmbridge.testing.screens import Campaign, Client, Entry, Feature, SalesScreens, Seen, Task

LASTS = timedelta(minutes=45)
"""How long a meeting takes."""


class HubSpotSales(Portal, SalesScreens):
    """Sales in a HubSpot portal of its own, apart from marketing's."""

    lacks: ClassVar = {
        Feature.CONVERSION: "A lead stays the contact that it is, and its deals stand beside it.",
        Feature.CAMPAIGNS: "Campaigns are marketing's there: sales has none, and no costs of any.",
        Feature.TASKS: "A task there has to have a due date, which a mapping cannot give: reps "
        "hear of overdue clocks and of signals by message alone.",
        Feature.ACCOUNTS: "Whom a deal's people work for is not read.",
    }
    example = files(__package__).joinpath("sales.toml").read_text(encoding="utf-8")

    def prepare(self) -> None:
        """Give the portal what the setup names, properties of deals too."""
        super().prepare()
        deal = self.setup.deal
        if deal:
            kind = f"properties/{deal.object}"
            there = {one["name"] for one in self.remote.state(kind)}
            wanted = [one for one in deal.columns if one.field not in there]
            self.remote.seed(**{kind: [property_of(one) for one in wanted]})

    # what there is

    def users(self) -> dict[str, str]:
        """See `SalesScreens.users`."""
        rows = self.remote.state("owners")
        return {one["email"]: str(one["id"]) for one in rows if not one.get("archived")}

    def leads(self) -> list[Seen]:
        """See `SalesScreens.leads`: every contact is one."""
        return self.people()

    def tasks(self) -> list[Task]:
        """None: see `lacks`."""
        return []

    def email_of(self, person: str) -> str:
        """See `SalesScreens.email_of`."""
        return next(one.email for one in self.people() if one.id == person)

    def won(self) -> Decimal:
        """See `SalesScreens.won`."""
        deals = (one["properties"] for one in self.remote.state("deals") if not one.get("archived"))
        won = (one for one in deals if one.get("hs_is_closed_won") == "true")
        return sum((Decimal(one["amount"]) for one in won), Decimal(0))

    # what is entered

    def enter(self, entries: Sequence[Entry]) -> None:
        """See `SalesScreens.enter`."""
        lead = self.setup.lead
        status = {lead.status: lead.status_of("open")}
        self.remote.seed(
            contacts=[
                {
                    "properties": self.properties(one.words)
                    | status
                    | {"hubspot_owner_id": one.owner},
                    "createdAt": iso(one.at),
                }
                for one in entries
            ]
        )

    def create(self, words: Mapping[str, str], owner: str) -> str:
        """See `SalesScreens.create`."""
        lead = self.setup.lead
        told = self.properties(words) | {lead.status: lead.status_of("open")}
        told["hubspot_owner_id"] = owner
        return str(self.remote.act("create", object="contacts", properties=told)["id"])

    def enter_clients(self, clients: Sequence[Client]) -> dict[str, str]:
        """See `SalesScreens.enter_clients`: contacts without a status."""
        self.remote.seed(
            contacts=[
                {
                    "properties": self.properties(_of_client(one))
                    | {"hubspot_owner_id": one.owner},
                    "createdAt": iso(one.at),
                }
                for one in clients
            ]
        )
        return {one.email: one.id for one in self.people()}

    def begin(self, campaigns: Sequence[Campaign]) -> None:
        """Nothing: see `lacks`."""

    def join(self, campaign: str, lead: str, *, came: bool) -> None:
        """Nothing: see `lacks`."""

    # what becomes of a lead

    def call(self, lead: str) -> None:
        """See `SalesScreens.call`."""
        self._activity("calls", lead, hs_call_title="Call", hs_call_status="COMPLETED")

    def meet(self, lead: str, subject: str) -> None:
        """See `SalesScreens.meet`."""
        begins = self.remote.clock()["now"]
        ends = iso(parse(begins) + LASTS)
        self._activity(
            "meetings",
            lead,
            hs_meeting_title=subject,
            hs_meeting_outcome="COMPLETED",
            hs_meeting_start_time=begins,
            hs_meeting_end_time=ends,
        )

    def _activity(self, object: str, lead: str, **properties: Any) -> None:
        now = self.remote.clock()["now"]
        owner = next(one.owner for one in self.people() if one.id == lead)
        told = {"hs_timestamp": now, "hubspot_owner_id": owner, **properties}
        links = [{"to": lead, "object": "contacts"}]
        self.remote.act("create", object=object, properties=told, associations=links)

    def take(self, lead: str) -> None:
        """See `SalesScreens.take`."""
        self._stand(lead, "ongoing")

    def qualify(self, lead: str) -> None:
        """See `SalesScreens.qualify`."""
        self._stand(lead, "won")

    def give_back(self, lead: str, reason: str = "") -> None:
        """See `SalesScreens.give_back`."""
        names = self.setup.lead.reason_fields
        self._stand(lead, "lost", **({names[0]: reason} if reason and names else {}))

    def _stand(self, lead: str, kind: str, **more: str) -> None:
        setup = self.setup.lead
        self._edit(lead, {setup.status: setup.status_of(kind), **more})

    def _edit(self, lead: str, properties: Mapping[str, str]) -> None:
        self.remote.act("edit", object="contacts", id=lead, properties=dict(properties))

    def reassign(self, lead: str, email: str) -> None:
        """See `SalesScreens.reassign`."""
        self._edit(lead, {"hubspot_owner_id": self.users()[email]})

    def edit(self, lead: str, words: Mapping[str, str]) -> None:
        """See `SalesScreens.edit`."""
        self._edit(lead, self.properties(words))

    def opt_out(self, lead: str) -> None:
        """See `SalesScreens.opt_out`: the rep ticks the box on the contact."""
        self._edit(lead, {"hs_email_optout": "true"})

    # deals and tasks

    def deal_of(self, lead: str, amount: float, name: str = "") -> str:
        """See `SalesScreens.deal_of`: the owner opens a deal with the contact."""
        owner = next(one.owner for one in self.people() if one.id == lead)
        return self.open_deal(lead, amount, name=name or "Deal", owner=owner)

    def open_deal(
        self, person: str, amount: float, *, name: str, owner: str, source: str = ""
    ) -> str:
        """See `SalesScreens.open_deal`."""
        told = {
            "dealname": name,
            "amount": f"{amount:g}" if amount == int(amount) else str(amount),
            "deal_currency_code": self.setup.currency,
        }
        if owner:
            told["hubspot_owner_id"] = owner
        return str(self.remote.act("create_deal", properties=told, contacts=[person])["id"])

    def close(self, deal: str, loss: str = "") -> None:
        """See `SalesScreens.close`."""
        self.remote.act("close_deal", id=deal, won=not loss, **({"reason": loss} if loss else {}))

    def finish(self, task: str) -> None:
        """Nothing: see `lacks`."""


def _of_client(one: Client) -> dict[str, str]:
    """What a rep writes down of somebody: no source, and no stage."""
    return {
        "email": one.person.email,
        "first_name": one.person.first,
        "last_name": one.person.last,
        "title": one.person.title,
        "account": one.person.employer.name,
    }
