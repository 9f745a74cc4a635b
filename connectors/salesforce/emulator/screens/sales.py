"""Sales in Salesforce: leads that are converted, tasks, campaigns and deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.salesforce.emulator.screens.org import furnish
from connectors.salesforce.emulator.screens.past import SalesforcePast
from crmbridge.testing.emulator import Remote, iso
from crmbridge.testing.replaced import replaced
from crmbridge.testing.screens import (
    AMPLE,
    Campaign,
    Client,
    Entry,
    PersonSetup,
    SalesScreens,
    Seen,
    Setup,
    Task,
)

STANDARD = {
    "email": "Email",
    "first_name": "FirstName",
    "last_name": "LastName",
    "account": "Company",
    "title": "Title",
    "phone": "Phone",
    "country": "Country",
    "opted_out": "HasOptedOutOfEmail",
}
"""Our words, and the fields that every lead has for them."""
_NOT_STARTED, _COMPLETED = "Not Started", "Completed"
_MINUTES = 45
_FOR_PLAY = (
    (r"(?m)^(types = \{)", r'\1 "Qualified" = "won",'),
    (
        r'(?m)^(campaign_object = "Campaign"\n\n\[sales.activity.tasks\])$',
        'campaign_object = "Campaign"\n'
        'channel         = "Campaign.Type"\n'
        "when            = { HasResponded = true }   # who was only invited did nothing\n\n"
        "[sales.activity.meetings]\n"
        'object = "Event"\n'
        'kind   = "meeting"\n'
        'at     = ["StartDateTime", "CreatedDate"]\n'
        'people = { WhoId = ["Lead", "Contact"] }\n\n'
        "[sales.activity.tasks]",
    ),
)
"""A status for a lead that a caller qualified, who answered a campaign, and meetings."""


class SalesforceSales(SalesScreens):
    """Sales in Salesforce."""

    past = SalesforcePast

    def __init__(self, remote: Remote, setup: Setup) -> None:
        super().__init__(remote, setup)
        self._campaigns: dict[str, str] = {}

    @classmethod
    def for_play(cls, text: str) -> str:
        """See `Screens.for_play`."""
        for pattern, wanted in _FOR_PLAY:
            text = replaced(text, pattern, wanted, __name__)
        return text

    def prepare(self) -> None:
        """See `Screens.prepare`."""
        furnish(self.remote, self.setup)

    def unlimited(self) -> None:
        """Give the org more calls a day than a play reaches."""
        self.remote.config(daily_limit=AMPLE * 100)

    # what there is

    def users(self) -> dict[str, str]:
        """See `SalesScreens.users`."""
        return {one["Email"]: one["Id"] for one in self.remote.state("User")}

    def leads(self) -> list[Seen]:
        """See `SalesScreens.leads`."""
        return self._seen(self.setup.lead)

    def people(self) -> list[Seen]:
        """Every lead and contact."""
        return [seen for one in self.setup.people for seen in self._seen(one)]

    def _seen(self, person: PersonSetup) -> list[Seen]:
        return [
            Seen(
                object=person.object,
                id=row["Id"],
                words={one.word: row.get(one.field) for one in person.columns},
                key=row.get(person.key) or "",
                owner=row.get("OwnerId") or "",
                status=person.statuses.get(row.get(person.status) or "", ""),
                deleted=bool(row.get("IsDeleted")),
                became=bool(row.get("IsConverted")),
            )
            for row in self.remote.state(person.object)
        ]

    def tasks(self) -> list[Task]:
        """See `SalesScreens.tasks`."""
        key = self.setup.task[1] if self.setup.task else ""
        return [
            Task(
                id=row["Id"],
                subject=str(row.get("Subject", "")),
                owner=row.get("OwnerId") or "",
                person=row.get("WhoId") or "",
                key=row.get(key) or "",
                open=row["Status"] == _NOT_STARTED,
                deleted=bool(row.get("IsDeleted")),
            )
            for row in self.remote.state("Task")
        ]

    def email_of(self, person: str) -> str:
        """See `SalesScreens.email_of`: tasks that hand somebody over are about contacts."""
        rows = self.remote.state("Contact")
        return next(str(one["Email"]).lower() for one in rows if one["Id"] == person)

    def won(self) -> Decimal:
        """See `SalesScreens.won`."""
        deals = [one for one in self.remote.state("Opportunity") if one.get("IsWon")]
        return sum((Decimal(str(one["Amount"])) for one in deals), Decimal(0))

    # what is entered

    def _fields(self, words: Mapping[str, str]) -> dict[str, Any]:
        lead = self.setup.lead
        named = ((lead.field_of(word) or STANDARD.get(word, ""), words[word]) for word in words)
        return {name: value for name, value in named if name}

    def enter(self, entries: Sequence[Entry]) -> None:
        """See `SalesScreens.enter`."""
        lead = self.setup.lead
        self.remote.seed(
            Lead=[
                self._fields(one.words)
                | {
                    lead.status: lead.status_of("open"),
                    "OwnerId": one.owner,
                    "CreatedDate": iso(one.at),
                }
                for one in entries
            ]
        )

    def create(self, words: Mapping[str, str], owner: str) -> str:
        """See `SalesScreens.create`."""
        fields = self._fields(words) | {"OwnerId": owner}
        return str(self.remote.act("create", object="Lead", fields=fields)["id"])

    def enter_clients(self, clients: Sequence[Client]) -> dict[str, str]:
        """See `SalesScreens.enter_clients`: contacts, with an account for each employer."""
        self.remote.seed(
            Account=[
                {"Name": one.person.employer.name, "Website": one.person.employer.domain}
                for one in clients
            ]
        )
        accounts = {one["Name"]: one["Id"] for one in self.remote.state("Account")}
        self.remote.seed(
            Contact=[
                {
                    "FirstName": one.person.first,
                    "LastName": one.person.last,
                    "Title": one.person.title,
                    "Email": one.person.email,
                    "AccountId": accounts[one.person.employer.name],
                    "OwnerId": one.owner,
                    "CreatedDate": iso(one.at),
                }
                for one in clients
            ]
        )
        return {one["Email"]: one["Id"] for one in self.remote.state("Contact")}

    def begin(self, campaigns: Sequence[Campaign]) -> None:
        """See `SalesScreens.begin`."""
        self.remote.seed(
            Campaign=[
                {
                    "Name": one.name,
                    "Type": one.channel,
                    "Status": "In Progress",
                    "ActualCost": one.cost,
                    "StartDate": one.first.isoformat(),
                    "EndDate": one.last.isoformat(),
                }
                for one in campaigns
            ]
        )
        self._campaigns = {one["Name"]: one["Id"] for one in self.remote.state("Campaign")}

    def join(self, campaign: str, lead: str, *, came: bool) -> None:
        """See `SalesScreens.join`."""
        status = "Responded" if came else "Sent"
        ident = self._campaigns[campaign]
        self.remote.act("add_to_campaign", campaign=ident, lead=lead, status=status)

    # what becomes of a lead

    def call(self, lead: str) -> None:
        """See `SalesScreens.call`."""
        self.remote.act("log_activity", who=lead)

    def meet(self, lead: str, subject: str) -> None:
        """See `SalesScreens.meet`."""
        now = self.remote.clock()["now"]
        fields = {"StartDateTime": now, "DurationInMinutes": _MINUTES, "Type": "Meeting"}
        self.remote.act("log_activity", who=lead, kind="event", subject=subject, fields=fields)

    def take(self, lead: str) -> None:
        """See `SalesScreens.take`."""
        self._stand(lead, "ongoing")

    def qualify(self, lead: str) -> None:
        """See `SalesScreens.qualify`."""
        self._stand(lead, "won")

    def _stand(self, lead: str, kind: str) -> None:
        setup = self.setup.lead
        self._edit(lead, {setup.status: setup.status_of(kind)})

    def _edit(self, lead: str, fields: Mapping[str, Any]) -> None:
        self.remote.act("edit", object="Lead", id=lead, fields=dict(fields))

    def give_back(self, lead: str, reason: str = "") -> None:
        """See `SalesScreens.give_back`."""
        names = self.setup.lead.reason_fields
        why = {"reason": reason, "reason_field": names[0]} if reason and names else {}
        self.remote.act("reject", id=lead, **why)

    def reassign(self, lead: str, email: str) -> None:
        """See `SalesScreens.reassign`."""
        self.remote.act("reassign", object="Lead", id=lead, owner=email)

    def edit(self, lead: str, words: Mapping[str, str]) -> None:
        """See `SalesScreens.edit`."""
        self._edit(lead, self._fields(words))

    def opt_out(self, lead: str) -> None:
        """See `SalesScreens.opt_out`."""
        self._edit(lead, {"HasOptedOutOfEmail": True})

    # deals and tasks

    def deal_of(self, lead: str, amount: float, name: str = "") -> str:
        """See `SalesScreens.deal_of`: the lead is converted."""
        deal = {"Amount": amount} | ({"Name": name} if name else {})
        return str(self.remote.act("convert", id=lead, opportunity=deal)["opportunityId"])

    def open_deal(
        self, person: str, amount: float, *, name: str, owner: str, source: str = ""
    ) -> str:
        """See `SalesScreens.open_deal`."""
        fields = {"OwnerId": owner} | ({"LeadSource": source} if source else {})
        made = self.remote.act(
            "create_deal", name=name, amount=amount, contact=person, fields=fields
        )
        return str(made["id"])

    def close(self, deal: str, loss: str = "") -> None:
        """See `SalesScreens.close`."""
        names = self.setup.deal.reason_fields if self.setup.deal else ()
        why = {"fields": {names[0]: loss}} if loss and names else {}
        self.remote.act("close_deal", id=deal, won=not loss, **why)

    def finish(self, task: str) -> None:
        """See `SalesScreens.finish`."""
        self.remote.act("edit", object="Task", id=task, fields={"Status": _COMPLETED})
