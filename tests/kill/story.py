"""A fixed story of fourteen people, in six days on which something happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from crmbridge.testing.emulator import parse
from crmbridge.testing.sandbox import Sandbox
from crmbridge.testing.screens import Entry, Visit

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
        now = parse(self.box.marketing.clock()["now"])
        self.box.at_marketing.enter(
            [
                Entry(
                    words={
                        "email": email,
                        "first_name": f"First{number}",
                        "last_name": f"O'Last{number}",
                        "account": f"Buyer {number} GmbH",
                        "source": "PAID_SEARCH",
                    },
                    at=now,
                )
                for number, email in enumerate(PEOPLE)
            ]
        )
        for email in PEOPLE[:12]:
            self.ask(email)

    def ask(self, email: str, page: str = "/demo") -> None:
        self.box.at_marketing.visit(Visit(email=email, page=f"https://acme.example{page}"))

    def lead(self, number: int) -> str:
        (found,) = [one for one in self.box.at_sales.leads() if one.email == PEOPLE[number]]
        return found.id

    def reject(self, number: int, reason: str = "") -> None:
        self.box.at_sales.give_back(self.lead(number), reason)

    def convert(self, number: int, amount: float) -> None:
        self.deals[PEOPLE[number]] = self.box.at_sales.deal_of(self.lead(number), amount)

    def sales_works(self) -> None:
        self.reject(0, "Bad timing")
        self.reject(1)
        self.convert(2, 12500.5)
        self.box.at_marketing.opt_out(PEOPLE[3])
        self.box.at_sales.opt_out(self.lead(4))
        self.box.at_sales.take(self.lead(5))
        self.box.at_sales.edit(self.lead(6), {"title": "Chief of Nothing"})
        self._contact(7, phone="+49 30 123456")
        self.convert(11, 900)
        self.ask(PEOPLE[12])

    def _contact(self, number: int, **words: str) -> None:
        self.box.at_marketing.edit(self.box.at_marketing.ids()[PEOPLE[number]], words)

    def deals_close(self) -> None:
        self.box.at_sales.close(self.deals[PEOPLE[2]])
        self.box.at_sales.close(self.deals[PEOPLE[11]], "Bad timing")
        self.reject(10, "No fit")
        self.box.at_sales.call(self.lead(9))

    def nobody_touches_the_rest(self) -> None:
        self._contact(13, title="Owner")

    def one_comes_back(self) -> None:
        self.ask(PEOPLE[1], "/contact")
        self.ask(PEOPLE[13])

    def a_contact_asks_again(self) -> None:
        self.ask(PEOPLE[11], "/contact")
        self.box.at_sales.take(self.lead(13))
