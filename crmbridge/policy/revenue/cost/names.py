"""Which campaign of a vendor is meant by a text: a record, a vendor's id, or a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from unicodedata import normalize

from crmbridge.model.campaign import Campaign


def folded(text: str) -> str:
    """A name without what people see no difference in: upper case, and how much space there is."""
    return " ".join(normalize("NFC", text).casefold().split())


class Names:
    """Campaigns by what people call them."""

    def __init__(self, campaigns: Iterable[Campaign]) -> None:
        self._exact: dict[str, list[Campaign]] = defaultdict(list)
        self._named: dict[str, list[Campaign]] = defaultdict(list)
        for one in campaigns:
            self._exact[str(one.ref)].append(one)
            self._exact[one.ref.id].append(one)
            if name := folded(one.name):
                self._named[name].append(one)

    def meant(self, text: str) -> tuple[Campaign, ...]:
        """Return the campaigns that a text may mean; none or several where it names not one.

        A record (`sales:Campaign:701…`) and an id are taken letter by letter and go before a name;
        in names case and spaces do not count. A deleted campaign is meant only where no other is.
        """
        found = self._exact.get(text.strip()) or self._named.get(folded(text)) or []
        return tuple([one for one in found if one.live] or found)
