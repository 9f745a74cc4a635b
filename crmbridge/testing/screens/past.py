"""What a system holds of people who have lived: the port by which a living company is written.

Both sides collect their records first, with the stamps of the past, and post them at the end.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Generic, TypeVar

from crmbridge.testing.people import Person
from crmbridge.testing.screens.base import Screens

LEFT = "Lou Former"
"""The rep who left, in both systems."""
LEFT_ADDRESS = f"{LEFT.lower().replace(' ', '.')}@left.example"
QUEUE = "Inbound"
TWO_YEARS = 730
CHUNK = 1000
"""Records of one call of the control API."""
Words = dict[str, Any]
S = TypeVar("S", bound=Screens)


@dataclass(slots=True, kw_only=True)
class Somebody:
    """Whose past is written; `nth` is which one of their kind they are."""

    person: Person
    nth: int
    chance: Random
    now: datetime

    def ago(self, days: float) -> datetime:
        """A moment in office hours some days ago, and never less than an hour ago."""
        day = self.now - timedelta(days=days)
        at = day.replace(hour=self.chance.randint(7, 15), minute=self.chance.randint(0, 59))
        return min(at, self.now - timedelta(hours=1))

    def sometime(self, least: int = 30) -> int:
        """So many days ago that it is at least `least` and within the two years."""
        return self.chance.randint(least, TWO_YEARS)


class Past(ABC, Generic[S]):
    """One system's records before they are posted.

    It is made once the account is prepared, and `look` is called after both sides were furnished.
    """

    def __init__(self, screens: S) -> None:
        self.screens = screens
        self.remote = screens.remote
        self.setup = screens.setup

    @abstractmethod
    def furnish(self) -> None:
        """Give the account what a company has beside its people, above all a rep who left."""

    @abstractmethod
    def look(self, now: datetime) -> None:
        """See who works there; nothing that is written later is younger than `now`."""

    @abstractmethod
    def rows(self) -> dict[str, list[Words]]:
        """All records by object, in the order of posting: whoever is pointed to comes first."""

    def post(self) -> dict[str, int]:
        """Seed the account, a thousand records a call; return how many of what."""
        for name, rows in self.rows().items():
            for some in _chunks(rows):
                self.remote.seed(**{name: some})
        return {name: len(rows) for name, rows in self.rows().items() if rows}


class MarketingPast(Past[S]):
    """Marketing's side of the past."""

    @abstractmethod
    def person(
        self, one: Somebody, stage: str, days: float, since: float, words: Words, left: bool
    ) -> str:
        """Somebody was made `days` ago and stands in a stage for the part `since` of that; the id.

        `stage` is one of `STAGES`. `words` are by our words, with `key`, `message` and the choices
        of `furnish` beside them; `None` leaves one out. `left` gives them to the rep who left.
        """

    @abstractmethod
    def visit(self, one: Somebody, page: str, days: float, email: str) -> None:
        """Somebody sent the form of a page; nothing where the company reads no form."""

    @abstractmethod
    def on_track(self, id: str, track: str) -> None:
        """A person is on the list of a track, where the company has one."""

    @abstractmethod
    def archive(self, id: str) -> None:
        """A person was deleted."""

    @abstractmethod
    def close(self) -> None:
        """Do what is done after both sides are posted: lists, and who was deleted."""


STAGES = (
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity"),
    *("customer", "evangelist", "other", "partner"),
)
"""Where marketing shows somebody; `partner` is a stage of the account's own."""
CHOICES = ("interests", ("Pumps", "Inline control", "Service"))
"""A field of the account's own that takes several values."""


class SalesPast(Past[S]):
    """Sales' side of the past; ids are those that the records will have."""

    @abstractmethod
    def campaigns(self, people: int) -> Sequence[str]:
        """Campaigns spread over the two years, the newest first; their ids."""

    @abstractmethod
    def lead(
        self, one: Somebody, status: str, days: float, ended: float | None, words: Words
    ) -> str:
        """A lead of a kind of status, made `days` ago, untouched since `ended`; its id.

        `words` are by our words, and `deleted`, `key`, `owner` (`left` or `queue`), `became` (the
        id of the client that it was converted into) and `nth_reason`: which of the mapping's
        reasons, one after the other and at last none.
        """

    @abstractmethod
    def client(self, one: Somebody, days: float, ended: float | None, words: Words) -> str:
        """A person at the account of their employer; the id. `words` are as those of leads."""

    @abstractmethod
    def deal(
        self, one: Somebody, end: str, client: str, days: float, closed: float, words: Words
    ) -> str:
        """An `open`, `won` or `lost` deal of a client's account, made `days` ago; its id.

        `closed` is how many days ago it closed; an open one will close in so many days. `words` may
        have `amount`, `owner` and `nth_loss`. Nobody has a role on it.
        """

    @abstractmethod
    def role(self, deal: str, client: str, name: str) -> None:
        """The client stands on the deal since it was made."""

    @abstractmethod
    def of_lead(self, lead: str, deal: str) -> None:
        """A deal is the one that a lead became."""

    @abstractmethod
    def task(self, one: Somebody, who: str, days: float, *, done: bool) -> None:
        """A rep did something with a lead or client, or still has to."""

    @abstractmethod
    def member(self, one: Somebody, campaign: str, who: str) -> None:
        """A lead or client is in a campaign since it began."""

    @abstractmethod
    def last(self, before: tuple[int, int]) -> str:
        """The last lead or client that was written since there were so many of both.

        Empty where there is none, or it is deleted.
        """

    @abstractmethod
    def written(self) -> tuple[int, int]:
        """How many leads and clients are written."""


def _chunks(rows: list[Words]) -> Iterator[list[Words]]:
    return (rows[first : first + CHUNK] for first in range(0, len(rows), CHUNK))
