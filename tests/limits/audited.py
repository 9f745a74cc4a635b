"""What the writer wrote, counted from the vendors' audits alone: a second writing of the limits.

It shares nothing with `policy.limits` and the outbox: records as they stood before, and what the
emulators say was asked of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmbridge.testing.sandbox import Sandbox

FACTS = {
    "contacts": {"firstname", "lastname", "company", "jobtitle", "phone", "country"},
    "Lead": {"Email", "FirstName", "LastName", "Company", "Title", "Phone", "Country"},
    "Contact": {"Email", "FirstName", "LastName", "Title", "Phone"},
}
"""Fields of people that both sides may write: whatever stood there is lost when they change."""
OPT_OUTS = {"hs_email_optout", "HasOptedOutOfEmail"}
STAGES = (
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "other",
    "opportunity",
    "customer",
)
"""HubSpot's stages in the order in which the example's mapping has ours."""
OBJECTS = {"marketing": ("contacts",), "sales": ("Lead", "Contact", "Task", "Opportunity")}


def _text(value: Any) -> str:
    """A value as text; nothing, blanks and a tick box left open are empty."""
    if value is None or value is False or str(value).strip().lower() in {"", "false"}:
        return ""
    return str(value).strip()


@dataclass
class Audited:
    """Both vendors' records as they stand, and what of them we wrote."""

    box: Sandbox
    ours: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _stood: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def look(self) -> None:
        """Keep how all records stand, and forget what was asked so far."""
        self._stood = {
            (obj, str(row.get("Id") or row["id"])): {
                name: _text(value) for name, value in row.get("properties", row).items()
            }
            for side, objects in OBJECTS.items()
            for obj in objects
            for row in getattr(self.box, side).state(obj)
        }
        self.box.marketing.empty_audit()
        self.box.sales.empty_audit()

    def counts(self) -> Counter[str]:
        """Writes since the last look by kind; `quiet` are those that count as nothing."""
        found: Counter[str] = Counter()
        for side in OBJECTS:
            for row in getattr(self.box, side).audit():
                if not row["committed"] or row["route"] == "token":
                    continue
                for wrote in row["writes"]:
                    if wrote["object"] == "lists":
                        found["enrolments"] += list(wrote["fields"].values()).count("on")
                    else:
                        found.update(self._kinds(wrote["object"], wrote["record"], wrote["fields"]))
        return found

    def opt_outs_only(self) -> bool:
        """Whether each write since the last look said no for a person."""
        return all(
            OPT_OUTS & set(wrote["fields"])
            for side in OBJECTS
            for row in getattr(self.box, side).audit()
            if row["committed"] and row["route"] != "token"
            for wrote in row["writes"]
        )

    def _kinds(self, obj: str, record: str, fields: Mapping[str, Any]) -> set[str]:
        stood = self._stood.get((obj, record))
        kinds = {"creates"} if stood is None else set()
        stood = self._stood.setdefault((obj, record), {})
        for name, value in fields.items():
            after = _text(value)
            if name == "lifecyclestage" and not after:
                continue  # HubSpot takes a stage back in two calls; the one that sets it is counted
            before = stood.get(name, "")
            kinds |= self._kind(obj, record, name, before, after)
            stood[name] = self.ours[obj, record, name] = after
        return kinds or {"quiet"}

    def _kind(self, obj: str, record: str, name: str, before: str, after: str) -> set[str]:
        if not before or before == after or name in OPT_OUTS:
            return set()
        if name == "lifecyclestage" and _earlier(before, after):
            return {"backward"}
        if name == "OwnerId":
            return {"owners"}
        if name not in FACTS.get(obj, ()) and self.ours.get((obj, record, name)) == before:
            return set()
        return {"overwrites"} if after else {"clears"}


def _earlier(before: str, after: str) -> bool:
    if before in STAGES and after in STAGES:
        return STAGES.index(after) < STAGES.index(before)
    return before in {"evangelist"} or after == "subscriber"
