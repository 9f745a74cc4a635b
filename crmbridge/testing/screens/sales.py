"""What people do in the screens of a sales system."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal

from crmbridge.testing.screens.base import Screens
from crmbridge.testing.screens.seen import Campaign, Client, Entry, Seen, Task


class SalesScreens(Screens):
    """Sales' side of an emulated vendor; leads, people, deals and tasks go by the vendor's ids.

    Who acts is the owner of the record.
    """

    # what there is

    @abstractmethod
    def users(self) -> dict[str, str]:
        """The users' ids by their address."""

    @abstractmethod
    def leads(self) -> list[Seen]:
        """Every lead that there is, or was."""

    @abstractmethod
    def tasks(self) -> list[Task]:
        """Every task; none where the vendor is played without them."""

    @abstractmethod
    def email_of(self, person: str) -> str:
        """The address, in small letters, of the person of a task."""

    @abstractmethod
    def won(self) -> Decimal:
        """The sum of all deals that are won, in the company's currency."""

    # what is entered

    @abstractmethod
    def enter(self, entries: Sequence[Entry]) -> None:
        """Put open leads in, as if sales had entered them on the day that each names."""

    @abstractmethod
    def create(self, words: Mapping[str, str], owner: str) -> str:
        """A rep enters a lead now; its id."""

    @abstractmethod
    def enter_clients(self, clients: Sequence[Client]) -> dict[str, str]:
        """Put people in whom reps keep as customers to be; their ids by address."""

    @abstractmethod
    def begin(self, campaigns: Sequence[Campaign]) -> None:
        """Enter campaigns; only where `lacks` does not have them."""

    @abstractmethod
    def join(self, campaign: str, lead: str, *, came: bool) -> None:
        """Enter a lead into a campaign by its name; who did not come was only invited."""

    # what becomes of a lead

    @abstractmethod
    def call(self, lead: str) -> None:
        """The rep calls, which the vendor keeps as an activity."""

    @abstractmethod
    def meet(self, lead: str, subject: str) -> None:
        """The rep meets somebody now; only where `lacks` does not have meetings."""

    @abstractmethod
    def take(self, lead: str) -> None:
        """The rep takes a lead on."""

    @abstractmethod
    def qualify(self, lead: str) -> None:
        """Whoever called finds a case in it: the next team is to have it."""

    @abstractmethod
    def give_back(self, lead: str, reason: str = "") -> None:
        """The rep gives a lead back, with one of the mapping's reasons or without a word."""

    @abstractmethod
    def reassign(self, lead: str, email: str) -> None:
        """A lead gets another owner, by their address."""

    @abstractmethod
    def edit(self, lead: str, words: Mapping[str, str]) -> None:
        """A rep changes what is known of a lead, by our words."""

    @abstractmethod
    def opt_out(self, lead: str) -> None:
        """A lead tells the rep that they want no more e-mail."""

    # deals and tasks

    @abstractmethod
    def deal_of(self, lead: str, amount: float, name: str = "") -> str:
        """A lead becomes a deal, where the vendor has it by conversion; the deal's id."""

    @abstractmethod
    def open_deal(
        self, person: str, amount: float, *, name: str, owner: str, source: str = ""
    ) -> str:
        """A rep opens a deal with a person who is a client already; its id."""

    @abstractmethod
    def close(self, deal: str, loss: str = "") -> None:
        """A deal is won, or lost for one of the mapping's reasons."""

    @abstractmethod
    def finish(self, task: str) -> None:
        """A task is done."""
