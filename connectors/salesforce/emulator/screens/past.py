"""An org whose people have lived: accounts, leads, contacts, deals and tasks with past stamps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from crmbridge.testing.emulator import iso
from crmbridge.testing.screens import PersonSetup, SalesScreens
from crmbridge.testing.screens.past import (
    LEFT,
    LEFT_ADDRESS,
    QUEUE,
    SalesPast,
    Somebody,
    Words,
)

Row = dict[str, Any]
PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "User": "005",
    "Opportunity": "006",
    "Group": "00G",
    "Lead": "00Q",
    "Campaign": "701",
}
"""Key prefixes of what others point to. Source: salesforce.md 8, Ids."""
OBJECTS = (
    *("Campaign", "Account", "Contact", "Lead", "Opportunity"),
    *("OpportunityContactRole", "CampaignMember", "Task"),
)
AT_FIRST = 1500
"""Days ago that the accounts were made."""
A_CAMPAIGN = 250
"""People for whom there is one campaign, three at least."""
CAMPAIGN_STATUSES = ("Sent", "Responded")
_CAMPAIGNS = (("Webinar", "Webinar"), ("Trade fair", "Conference"), ("Mailing", "Email"))
_SOURCES = {"PAID_SEARCH": "Web", "ORGANIC_SEARCH": "Web", "REFERRALS": "Partner Referral"}
_CALLS = ("Connected", "Left voicemail", "No answer")
_STAGES = {"open": "Proposal/Price Quote", "won": "Closed Won", "lost": "Closed Lost"}
_STATUSES = {
    "open": "Open - Not Contacted",
    "ongoing": "Working - Contacted",
    "won": "Closed - Converted",
    "lost": "Closed - Not Converted",
}
"""The lead statuses of a fresh org, for a mapping that names none of a type."""
_FIELDS = {
    "email": "Email",
    "first_name": "FirstName",
    "account": "Company",
    "opted_out": "HasOptedOutOfEmail",
    "deleted": "IsDeleted",
    "amount": "Amount",
}
_INTEGRATION = "integration@example.com"


def sales_id(object: str, nth: int) -> str:
    """The id of an object's nth record: 15 characters, which the vendor takes as well as 18."""
    return f"{PREFIXES[object]}Wrd{nth:09d}"


class SalesforcePast(SalesPast[SalesScreens]):
    """The past of an org."""

    def __init__(self, screens: SalesScreens) -> None:
        super().__init__(screens)
        self._made: dict[str, list[Row]] = {name: [] for name in OBJECTS}
        self._by_id: dict[str, Row] = {}
        self._given: Counter[str] = Counter()
        self._accounts: dict[str, str] = {}
        people: Mapping[str, PersonSetup] = {one.object: one for one in self.setup.people}
        self._keys = {name: one.key for name, one in people.items()}
        lead = people.get("Lead")
        named: dict[str, str] = {}
        for label, kind in (lead.statuses if lead else {}).items():
            named.setdefault(kind, label)
        self._statuses = _STATUSES | named
        self._reason = next(iter(lead.reason_fields), "") if lead else ""
        self._reasons = lead.reasons if lead else ()
        self._reps: list[str] = []
        self._owners: dict[str, str] = {}
        self._now = datetime.min.replace(tzinfo=UTC)

    def furnish(self) -> None:
        """Give the organisation a user who left, and a queue."""
        gone = {"Id": sales_id("User", 1), "Name": LEFT, "Email": LEFT_ADDRESS, "IsActive": False}
        queue = {"Id": sales_id("Group", 1), "Name": QUEUE, "Type": "Queue"}
        self.remote.seed(User=[gone], Group=[queue])

    def look(self, now: datetime) -> None:
        """See `Past.look`."""
        users = [one for one in self.remote.state("User") if one["Username"] != _INTEGRATION]
        self._now = now
        self._reps = [one["Id"] for one in users if one["IsActive"]]
        self._owners = {
            "left": next(one["Id"] for one in users if not one["IsActive"]),
            "queue": next(one["Id"] for one in self.remote.state("Group")),
        }

    def rows(self) -> dict[str, list[Words]]:
        """See `Past.rows`."""
        return self._made

    def _put(self, object: str, row: Row) -> str:
        """Take a record; its id, empty where nothing points to its object."""
        if object in PREFIXES:
            self._given[object] += 1
            row = {"Id": sales_id(object, self._given[object]), **row}
            self._by_id[row["Id"]] = row
        self._made[object].append(row)
        return str(row.get("Id", ""))

    def _rep(self, one: Somebody) -> str:
        """The user who works with somebody, one after the other."""
        return self._reps[one.nth % len(self._reps)]

    def campaigns(self, people: int) -> Sequence[str]:
        """See `SalesPast.campaigns`."""
        number = max(3, people // A_CAMPAIGN)
        made = []
        for nth in range(number):
            name, type_ = _CAMPAIGNS[nth % len(_CAMPAIGNS)]
            begun = self._now - timedelta(days=20 + 690 * nth / number)
            at, day = iso(begun), begun.date().isoformat()
            row = {
                "Name": f"{name} {begun:%Y-%m} no. {nth + 1}",
                "Type": type_,
                "Status": "Completed",
                "StartDate": day,
                "EndDate": day,
                "ActualCost": 1000.0 * (1 + nth % 7),
                "OwnerId": self._reps[0],
                "CreatedDate": at,
                "SystemModstamp": at,
            }
            made.append(self._put("Campaign", row))
        return made

    # people

    def lead(
        self, one: Somebody, status: str, days: float, ended: float | None, words: Words
    ) -> str:
        """See `SalesPast.lead`."""
        home = one.person.employer
        own = {
            "Company": home.name,
            "Country": home.country,
            "NumberOfEmployees": home.employees,
            "Status": self._statuses[status],
        }
        return self._put("Lead", self._somebody(one, days, ended) | own | self._said("Lead", words))

    def client(self, one: Somebody, days: float, ended: float | None, words: Words) -> str:
        """See `SalesPast.client`."""
        own = {"AccountId": self._account(one)}
        row = self._somebody(one, days, ended) | own | self._said("Contact", words)
        return self._put("Contact", row)

    def _said(self, object: str, words: Words) -> Row:
        made = {_FIELDS[word]: value for word, value in words.items() if word in _FIELDS}
        if "owner" in words:
            made["OwnerId"] = self._owners[words["owner"]]
        if "key" in words and self._keys.get(object):
            made[self._keys[object]] = words["key"]
        if "nth_reason" in words:
            made |= self._why(words["nth_reason"])
        if "became" in words:
            client = self._by_id[words["became"]]
            made |= {
                "IsConverted": True,
                "ConvertedDate": client["CreatedDate"][:10],
                "ConvertedContactId": client["Id"],
                "ConvertedAccountId": client["AccountId"],
            }
        return made

    def _why(self, nth: int) -> Row:
        """The field with the reason of a lead's end; each time another one, at last none."""
        turn = nth % (len(self._reasons) + 1)
        if not self._reason or turn == len(self._reasons):
            return {}
        return {self._reason: self._reasons[turn]}

    def _account(self, one: Somebody) -> str:
        """The account of the employer, older than everybody; made for the first who needs it."""
        home = one.person.employer
        if home.domain not in self._accounts:
            self._accounts[home.domain] = self._put(
                "Account",
                {
                    "Name": home.name,
                    "Website": f"https://{home.domain}",
                    "Industry": "Manufacturing",
                    "NumberOfEmployees": home.employees,
                    "OwnerId": self._rep(one),
                    **_stamps(one, AT_FIRST, AT_FIRST, self._rep(one)),
                },
            )
        return self._accounts[home.domain]

    def _somebody(self, one: Somebody, days: float, ended: float | None) -> Row:
        person = one.person
        return {
            "FirstName": person.first,
            "LastName": person.last,
            "Email": person.email,
            "Title": person.title,
            "Phone": person.phone,
            "LeadSource": _SOURCES.get(person.source, "Other"),
            "OwnerId": self._rep(one),
            **_stamps(one, days, days if ended is None else ended, self._rep(one)),
        }

    def written(self) -> tuple[int, int]:
        """See `SalesPast.written`."""
        return len(self._made["Lead"]), len(self._made["Contact"])

    def last(self, before: tuple[int, int]) -> str:
        """See `SalesPast.last`: a contact before a lead."""
        leads, contacts = before
        some = self._made["Contact"][contacts:] or self._made["Lead"][leads:]
        return str(some[-1]["Id"]) if some and not some[-1].get("IsDeleted") else ""

    # deals and what is done

    def deal(
        self, one: Somebody, end: str, client: str, days: float, closed: float, words: Words
    ) -> str:
        """See `SalesPast.deal`."""
        last = days / 2 if end == "open" else closed
        ends = one.now + timedelta(days=closed if end == "open" else -closed)
        known = self._by_id[client]
        fields = self._said("Opportunity", words) | self._loss(words)
        by = fields.get("OwnerId", self._rep(one))
        stamps = _stamps(one, days, last, by, known["CreatedDate"])
        deal = self.setup.deal
        currency = {deal.currency: self.setup.currency} if deal and deal.currency else {}
        row = {
            "Name": f"{one.person.employer.name}: line {1 + one.nth % 9}",
            "AccountId": known["AccountId"],
            "StageName": _STAGES[end],
            "Amount": 500.0 * one.chance.randint(4, 160),
            "CloseDate": ends.date().isoformat(),
            "Type": "New Business",
            "OwnerId": self._rep(one),
            "LastStageChangeDate": stamps["SystemModstamp"],
            **currency,
            **stamps,
        }
        return self._put("Opportunity", row | fields)

    def _loss(self, words: Words) -> Row:
        deal = self.setup.deal
        if "nth_loss" not in words or deal is None or not deal.reasons:
            return {}
        name = next(iter(deal.reason_fields), "")
        return {name: deal.reasons[words["nth_loss"] % len(deal.reasons)]}

    def role(self, deal: str, client: str, name: str) -> None:
        """See `SalesPast.role`: the primary one."""
        made = self._by_id[deal]
        made["ContactId"] = client
        stamps = {key: made["CreatedDate"] for key in ("CreatedDate", "SystemModstamp")}
        self._put(
            "OpportunityContactRole",
            {"OpportunityId": deal, "ContactId": client, "Role": name, "IsPrimary": True, **stamps},
        )

    def of_lead(self, lead: str, deal: str) -> None:
        """See `SalesPast.of_lead`."""
        self._by_id[lead]["ConvertedOpportunityId"] = deal

    def task(self, one: Somebody, who: str, days: float, *, done: bool) -> None:
        """See `SalesPast.task`: the day of an activity is noted as the vendor would."""
        born = self._by_id[who]["CreatedDate"]
        stamps = _stamps(one, days + 1, days, self._rep(one), born)
        end = stamps["SystemModstamp"]
        row: Row = {
            "WhoId": who,
            "Subject": "Call",
            "TaskSubtype": "Call",
            "OwnerId": self._rep(one),
            "ActivityDate": end[:10],
            "Status": "Completed" if done else "Not Started",
            **stamps,
        }
        if done:
            row |= {"CompletedDateTime": end, "CallDisposition": one.chance.choice(_CALLS)}
            account = self._by_id[who].get("AccountId")
            for touched in filter(None, (who, account)):
                self._active(touched, end[:10])
        self._put("Task", row)

    def _active(self, id: str, day: str) -> None:
        """Note the day of an activity on a record, as the vendor would; its stamps stay."""
        row = self._by_id[id]
        row["LastActivityDate"] = max(day, row.get("LastActivityDate") or "")

    def member(self, one: Somebody, campaign: str, who: str) -> None:
        """See `SalesPast.member`."""
        field = "LeadId" if who.startswith(PREFIXES["Lead"]) else "ContactId"
        at = max(self._by_id[campaign]["CreatedDate"], self._by_id[who]["CreatedDate"])
        self._put(
            "CampaignMember",
            {
                "CampaignId": campaign,
                field: who,
                "Status": CAMPAIGN_STATUSES[one.nth % 2],
                "CreatedDate": at,
                "SystemModstamp": at,
            },
        )


def _stamps(one: Somebody, made: float, changed: float, by: str, after: str = "") -> dict[str, str]:
    """When a record was made and changed, by which user; never before `after`."""
    born = max(iso(one.ago(made)), after)
    last = max(iso(one.ago(changed)), born)
    return {
        "CreatedDate": born,
        "LastModifiedDate": last,
        "SystemModstamp": last,
        "CreatedById": by,
        "LastModifiedById": by,
    }
