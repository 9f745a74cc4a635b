"""Writes what both systems hold of one person: records with stamps of the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from crmbridge.testing.emulator import iso
from crmbridge.testing.people import Person
from crmbridge.testing.world.books import Books
from crmbridge.testing.world.place import Place

TWO_YEARS = 730
AT_FIRST = 1500
"""Days ago that the accounts of sales were made."""
STAGE_DATES = (
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead"),
    *("opportunity", "customer", "evangelist", "other"),
)
"""Stages since when somebody stands in which HubSpot says by itself."""
_SOURCES = {"PAID_SEARCH": "Web", "ORGANIC_SEARCH": "Web", "REFERRALS": "Partner Referral"}
_CALLS = ("Connected", "Left voicemail", "No answer")
CAMPAIGN_STATUSES = ("Sent", "Responded")


@dataclass(slots=True, kw_only=True)
class Scribe:
    """The hand that writes one person's records; `nth` is which one of their kind they are."""

    place: Place
    books: Books
    chance: Random
    person: Person
    nth: int

    @property
    def rep(self) -> str:
        """The user who works with this person, one after the other."""
        return self.place.reps[self.nth % len(self.place.reps)]

    def ago(self, days: float) -> datetime:
        """A moment in office hours some days ago, and never less than an hour ago."""
        day = self.place.now - timedelta(days=days)
        at = day.replace(hour=self.chance.randint(7, 15), minute=self.chance.randint(0, 59))
        return min(at, self.place.now - timedelta(hours=1))

    def sometime(self, least: int = 30) -> int:
        """So many days ago that it is at least `least` and within the two years."""
        return self.chance.randint(least, TWO_YEARS)

    def contact(self, stage: str, days: float, *, since: float = 1.0, **props: Any) -> str:
        """A marketing contact made `days` ago and last changed when it took its stage.

        `since` is the part of its life for which it has stood there. A property that is `None` is
        left out. Returns its id.
        """
        changed = self.ago(max(1.0, days * since))
        known = {name: value for name, value in self.person.properties().items()
                 if name != "career_level"}  # fmt: skip
        chosen = {name: self.chance.choice(values) for name, values in self.place.choices.items()}
        own: dict[str, Any] = {"lifecyclestage": stage}
        if stage in STAGE_DATES:
            own[f"hs_lifecyclestage_{stage}_date"] = iso(changed)
        if self.nth % 3 and self.place.owners:
            own["hubspot_owner_id"] = self.place.owners[self.nth % len(self.place.owners)]
        return self.books.contact(
            {
                "properties": known | chosen | own | props,
                "createdAt": iso(min(self.ago(days), changed)),
                "updatedAt": iso(changed),
            }
        )

    def sends(self, page: str, days: float, email: str = "") -> None:
        """The person sent the form of a page, nothing where the company reads no form."""
        if self.place.form:
            address = email or self.person.email
            self.books.submission(
                {
                    "formId": self.place.form,
                    "submittedAt": iso(self.ago(days)),
                    "values": [{"name": self.place.form_email, "value": address}],
                    "pageUrl": f"https://{self.place.company.replace('_', '-')}.example{page}",
                }
            )

    def lead(self, status: str, days: float, *, ended: float | None = None, **fields: Any) -> str:
        """A lead of sales of a type of status, made `days` ago, untouched since `ended`."""
        home = self.person.employer
        own = {
            "Company": home.name,
            "Country": home.country,
            "NumberOfEmployees": home.employees,
            "Status": self.place.statuses[status],
        }
        return self.books.put("Lead", self._somebody(days, ended) | own | fields)

    def client(self, days: float, *, ended: float | None = None, **fields: Any) -> str:
        """A contact of sales, at the account of the person's employer."""
        own = {"AccountId": self.account()}
        return self.books.put("Contact", self._somebody(days, ended) | own | fields)

    def account(self) -> str:
        """The account of the employer, older than everybody; made for the first who needs it."""
        home = self.person.employer
        if home.domain not in self.books.accounts:
            self.books.accounts[home.domain] = self.books.put(
                "Account",
                {
                    "Name": home.name,
                    "Website": f"https://{home.domain}",
                    "Industry": "Manufacturing",
                    "NumberOfEmployees": home.employees,
                    "OwnerId": self.rep,
                    **self._stamps(AT_FIRST, AT_FIRST, self.rep),
                },
            )
        return self.books.accounts[home.domain]

    def _somebody(self, days: float, ended: float | None) -> dict[str, Any]:
        person = self.person
        return {
            "FirstName": person.first,
            "LastName": person.last,
            "Email": person.email,
            "Title": person.title,
            "Phone": person.phone,
            "LeadSource": _SOURCES.get(person.source, "Other"),
            "OwnerId": self.rep,
            **self._stamps(days, days if ended is None else ended, self.rep),
        }

    def _stamps(self, made: float, changed: float, by: str, after: str = "") -> dict[str, str]:
        """When a record of sales was made and changed, by which user; never before `after`."""
        born = max(iso(self.ago(made)), after)
        last = max(iso(self.ago(changed)), born)
        return {
            "CreatedDate": born,
            "LastModifiedDate": last,
            "SystemModstamp": last,
            "CreatedById": by,
            "LastModifiedById": by,
        }

    def deal(self, end: str, contact: str, days: float, closed: float, **fields: Any) -> str:
        """An open, won or lost deal of a contact's account, made `days` ago; no role on it.

        `closed` is how many days ago it closed; an open one will close in so many days.
        """
        stage = {"open": "Proposal/Price Quote", "won": "Closed Won", "lost": "Closed Lost"}[end]
        last = days / 2 if end == "open" else closed
        ends = self.place.now + timedelta(days=closed if end == "open" else -closed)
        known = self.books.row(contact)
        by = fields.get("OwnerId", self.rep)
        stamps = self._stamps(days, last, by, known["CreatedDate"])
        row = {
            "Name": f"{self.person.employer.name}: line {1 + self.nth % 9}",
            "AccountId": known["AccountId"],
            "StageName": stage,
            "Amount": 500.0 * self.chance.randint(4, 160),
            "CloseDate": ends.date().isoformat(),
            "Type": "New Business",
            "OwnerId": self.rep,
            "LastStageChangeDate": stamps["SystemModstamp"],
            **self.place.currency,
            **stamps,
        }
        return self.books.put("Opportunity", row | fields)

    def role(self, deal: str, contact: str, name: str = "Decision Maker") -> None:
        """The contact stands on the deal, as its primary one, since it was made."""
        made = self.books.row(deal)
        made["ContactId"] = contact
        stamps = {key: made["CreatedDate"] for key in ("CreatedDate", "SystemModstamp")}
        self.books.put(
            "OpportunityContactRole",
            {
                "OpportunityId": deal,
                "ContactId": contact,
                "Role": name,
                "IsPrimary": True,
                **stamps,
            },
        )

    def task(self, who: str, days: float, *, done: bool = True) -> None:
        """A rep did something with the person, or still has to; leads and contacts alike."""
        stamps = self._stamps(days + 1, days, self.rep, self.books.row(who)["CreatedDate"])
        end = stamps["SystemModstamp"]
        row: dict[str, Any] = {
            "WhoId": who,
            "Subject": "Call",
            "TaskSubtype": "Call",
            "OwnerId": self.rep,
            "ActivityDate": end[:10],
            "Status": "Completed" if done else "Not Started",
            **stamps,
        }
        if done:
            row |= {"CompletedDateTime": end, "CallDisposition": self.chance.choice(_CALLS)}
            account = self.books.row(who).get("AccountId")
            for one in filter(None, (who, account)):
                self.books.active(one, end[:10])
        self.books.put("Task", row)

    def member(self, campaign: str, who: str) -> None:
        """The person, as a lead or a contact of sales, is in a campaign since it began."""
        field = "LeadId" if who.startswith("00Q") else "ContactId"
        row = self.books.row(campaign)
        at = max(row["CreatedDate"], self.books.row(who)["CreatedDate"])
        self.books.put(
            "CampaignMember",
            {
                "CampaignId": campaign,
                field: who,
                "Status": CAMPAIGN_STATUSES[self.nth % 2],
                "CreatedDate": at,
                "SystemModstamp": at,
            },
        )
