"""What people do in the screens of a marketing system, and what visitors do to it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence

from crmbridge.testing.screens.base import Screens
from crmbridge.testing.screens.seen import Entry, Visit


class MarketingScreens(Screens):
    """Marketing's side of an emulated vendor."""

    @abstractmethod
    def enter(self, entries: Sequence[Entry]) -> None:
        """Put people in, as if they had been there since the day that each names."""

    @abstractmethod
    def ids(self) -> dict[str, str]:
        """The ids of all people by their address."""

    @abstractmethod
    def visit(self, visit: Visit) -> str:
        """Somebody sends a form now; the id of who they are, a new one for a new address."""

    @abstractmethod
    def visited(self, visits: Sequence[Visit]) -> None:
        """Put visits of the past in; they make nobody known."""

    @abstractmethod
    def opt_out(self, email: str) -> None:
        """Somebody unsubscribes from everything."""

    @abstractmethod
    def merge(self, primary: str, other: str) -> str:
        """Two records are found to be one person; the id of the one that is left."""

    @abstractmethod
    def edit(self, id: str, words: Mapping[str, str]) -> None:
        """A person of marketing changes what is known of somebody, by our words."""
