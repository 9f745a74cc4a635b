"""A fixed story of fourteen people, in six days on which something happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from crmbridge.testing.sandbox import Sandbox
from tests.stages.places import FORM, REASON

PEOPLE = tuple(f"p{number:02}@buyer.example" for number in range(14))


class Story:
    """What people do at both vendors; each chapter begins after its delay."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.deals: dict[str, str] = {}

    @property
    def chapters(self) -> Sequence[tuple[timedelta, Callable[[], None]]]:
        """The chapters with the time before each."""
        return (
            (timedelta(), self.they_ask),
            (timedelta(hours=3), self.sales_works),
            (timedelta(days=1), self.deals_close),
            (timedelta(days=6), self.nobody_touches_the_rest),
            (timedelta(days=30), self.one_comes_back),
            (timedelta(days=70), self.a_contact_asks_again),
        )

    def they_ask(self) -> None:
        self.box.marketing.seed(
            contacts=[
                {
                    "properties": {
                        "email": email,
                        "firstname": f"First{number}",
                        "lastname": f"O'Last{number}",
                        "company": f"Buyer {number} GmbH",
                        "hs_analytics_source": "PAID_SEARCH",
                    }
                }
                for number, email in enumerate(PEOPLE)
            ]
        )
        for email in PEOPLE[:12]:
            self.ask(email)

    def ask(self, email: str, page: str = "/demo") -> None:
        self.box.marketing.act(
            verb="submit_form", formId=FORM, email=email, pageUrl=f"https://acme.example{page}"
        )

    def lead(self, number: int) -> str:
        (found,) = [x for x in self.box.sales.state("Lead") if x["Email"] == PEOPLE[number]]
        return str(found["Id"])

    def edit(self, number: int, **fields: Any) -> None:
        self.box.sales.act("edit", object="Lead", id=self.lead(number), fields=fields)

    def reject(self, number: int, reason: str = "") -> None:
        extra = {"reason": reason, "reason_field": REASON} if reason else {}
        self.box.sales.act("reject", id=self.lead(number), **extra)

    def convert(self, number: int, amount: float) -> None:
        made = self.box.sales.act("convert", id=self.lead(number), opportunity={"Amount": amount})
        self.deals[PEOPLE[number]] = made["opportunityId"]

    def sales_works(self) -> None:
        self.reject(0, "Bad timing")
        self.reject(1)
        self.convert(2, 12500.5)
        self.box.marketing.act("opt_out", email=PEOPLE[3])
        self.edit(4, HasOptedOutOfEmail=True)
        self.edit(5, Status="Working - Contacted")
        self.edit(6, Title="Chief of Nothing")
        self._contact(7, phone="+49 30 123456")
        self.convert(11, 900)
        self.ask(PEOPLE[12])

    def _contact(self, number: int, **properties: Any) -> None:
        (found,) = [
            x
            for x in self.box.marketing.state("contacts")
            if x["properties"].get("email") == PEOPLE[number]
        ]
        self.box.marketing.act("edit", object="contacts", id=found["id"], properties=properties)

    def deals_close(self) -> None:
        self.box.sales.act("close_deal", id=self.deals[PEOPLE[2]], won=True)
        self.box.sales.act(
            "close_deal",
            id=self.deals[PEOPLE[11]],
            won=False,
            fields={"Loss_Reason__c": "Bad timing"},
        )
        self.reject(10, "No fit")
        self.box.sales.act("log_activity", who=self.lead(9), kind="task", status="Completed")

    def nobody_touches_the_rest(self) -> None:
        self._contact(13, jobtitle="Owner")

    def one_comes_back(self) -> None:
        self.ask(PEOPLE[1], "/contact")
        self.ask(PEOPLE[13])

    def a_contact_asks_again(self) -> None:
        self.ask(PEOPLE[11], "/contact")
        self.edit(13, Status="Working - Contacted")
