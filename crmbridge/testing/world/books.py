"""The records of a world before they are posted, in the vendors' own shapes, each with its id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from crmbridge.testing.emulator import Remote

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
SALES = (
    *("Campaign", "Account", "Contact", "Lead", "Opportunity"),
    *("OpportunityContactRole", "CampaignMember", "Task"),
)
"""Objects of sales in the order of posting: whoever is pointed to comes first."""
MARKETING = ("contacts", "form_submissions")
CHUNK = 1000
"""Records of one call of the control API."""
_FIRST_CONTACT = 20_000_000_003


def sales_id(object: str, nth: int) -> str:
    """The id of an object's nth record: 15 characters, which the vendor takes as well as 18."""
    return f"{PREFIXES[object]}Wrd{nth:09d}"


class Books:
    """Records by object; `lists` has who is on which list of marketing, `archived` who is gone."""

    def __init__(self) -> None:
        self.marketing: dict[str, list[Row]] = {name: [] for name in MARKETING}
        self.sales: dict[str, list[Row]] = {name: [] for name in SALES}
        self.lists: dict[str, list[str]] = {}
        self.archived: list[str] = []
        self.accounts: dict[str, str] = {}
        self._rows: dict[str, Row] = {}
        self._given: Counter[str] = Counter()

    def contact(self, row: Row) -> str:
        """Take a marketing contact; return its id."""
        id = str(_FIRST_CONTACT + 7 * len(self.marketing["contacts"]))
        self.marketing["contacts"].append({"id": id, **row})
        return id

    def submission(self, row: Row) -> None:
        """Take what somebody sent with a form."""
        self.marketing["form_submissions"].append(row)

    def put(self, object: str, row: Row) -> str:
        """Take a record of sales; return its id, empty where nothing points to its object."""
        if object in PREFIXES:
            self._given[object] += 1
            row = {"Id": sales_id(object, self._given[object]), **row}
            self._rows[row["Id"]] = row
        self.sales[object].append(row)
        return str(row.get("Id", ""))

    def row(self, id: str) -> Row:
        """A record of sales by its id."""
        return self._rows[id]

    def active(self, id: str, day: str) -> None:
        """Note the day of an activity on a record, as the vendor would; its stamps stay."""
        row = self._rows[id]
        row["LastActivityDate"] = max(day, row.get("LastActivityDate") or "")

    def post(self, marketing: Remote, sales: Remote) -> dict[str, dict[str, int]]:
        """Seed both vendors, a thousand records a call; return how many of what."""
        told: dict[str, dict[str, int]] = {}
        books = (("marketing", marketing, self.marketing), ("sales", sales, self.sales))
        for side, remote, book in books:
            for name, rows in book.items():
                for some in _chunks(rows):
                    remote.seed(**{name: some})
            told[side] = {name: len(rows) for name, rows in book.items() if rows}
        for name, ids in self.lists.items():
            marketing.act("list_add", list=name, ids=ids)
        marketing.acts([{"verb": "archive", "id": one} for one in self.archived])
        return told


def _chunks(rows: list[Row]) -> Iterator[list[Row]]:
    return (rows[first : first + CHUNK] for first in range(0, len(rows), CHUNK))
