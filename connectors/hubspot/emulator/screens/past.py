"""A portal whose people have lived: contacts with stamps of the past, and what they once read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.hubspot.emulator.screens.portal import OURS, STANDARD, Portal, Property
from crmbridge.testing.emulator import iso
from crmbridge.testing.screens.past import (
    CHOICES,
    LEFT,
    LEFT_ADDRESS,
    MarketingPast,
    Somebody,
    Words,
)

_FIRST, _STEP = 20_000_000_003, 7
"""The first contact's id, and how far the next one's is."""
DATED = (
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead"),
    *("opportunity", "customer", "evangelist", "other"),
)
"""Stages since when somebody stands in which HubSpot says by itself."""
_OWN_STAGE = ("partner", "Partner")
_FURTHER = {"more_addresses": "hs_additional_emails", "message": "message"}
_PEOPLE, _SENT = "contacts", "form_submissions"


class HubSpotPast(MarketingPast[Portal]):
    """The past of a marketing portal."""

    def __init__(self, screens: Portal) -> None:
        super().__init__(screens)
        self._rows: dict[str, list[Words]] = {_PEOPLE: [], _SENT: []}
        self._lists: dict[str, list[str]] = {}
        self._archived: list[str] = []
        self._owners: list[str] = []
        self._left = ""

    def furnish(self) -> None:
        """Give the portal an owner who left, a stage of its own and a property of choices."""
        first, _, last = LEFT.partition(" ")
        self.remote.seed(
            owners=[{"email": LEFT_ADDRESS, "firstName": first, "lastName": last, "archived": True}]
        )
        (stages,) = (
            one["options"]
            for one in self.remote.state("properties/contacts")
            if one["name"] == "lifecyclestage"
        )
        named = [{"id": one["value"], "label": one["label"]} for one in stages]
        own = {"id": _OWN_STAGE[0], "label": _OWN_STAGE[1]}
        line = {"id": "contacts-lifecycle-pipeline", "label": "Lifecycle Stage"}
        self.remote.seed(
            **{
                "properties/contacts": [_choices()],
                "pipelines/contacts": [{**line, "stages": [*named, own]}],
            }
        )

    def look(self, now: datetime) -> None:
        """See `Past.look`."""
        owners = self.remote.state("owners")
        self._owners = [one["id"] for one in owners if not one["archived"]]
        self._left = next((one["id"] for one in owners if one["archived"]), "")

    def rows(self) -> dict[str, list[Words]]:
        """See `Past.rows`."""
        return self._rows

    def person(
        self, one: Somebody, stage: str, days: float, since: float, words: Words, left: bool
    ) -> str:
        """See `MarketingPast.person`."""
        changed = one.ago(max(1.0, days * since))
        known = {STANDARD[word]: value for word, value in one.person.words().items()
                 if word in STANDARD}  # fmt: skip
        own_facts = (column for column in self.setup.lead.columns if column.word.startswith("x_"))
        chosen = {column.field: one.chance.choice(column.choices)
                  for column in own_facts if column.choices}  # fmt: skip
        own: dict[str, Any] = {"lifecyclestage": stage}
        if stage in DATED:
            own[f"hs_lifecyclestage_{stage}_date"] = iso(changed)
        if one.nth % 3 and self._owners:
            own["hubspot_owner_id"] = self._owners[one.nth % len(self._owners)]
        if left:
            own["hubspot_owner_id"] = self._left
        rows = self._rows[_PEOPLE]
        id = str(_FIRST + _STEP * len(rows))
        rows.append(
            {
                "id": id,
                "properties": known | chosen | own | self._said(words),
                "createdAt": iso(min(one.ago(days), changed)),
                "updatedAt": iso(changed),
            }
        )
        return id

    def _said(self, words: Words) -> Words:
        """The properties for further words; a result that there is no property for is left out."""
        lead, made = self.setup.lead, {}
        for word, value in words.items():
            own = lead.field_of(word)
            name = STANDARD.get(word) or _FURTHER.get(word) or (own if own.startswith(OURS) else "")
            if word == "key":
                name = lead.key
            if word == CHOICES[0]:
                name, value = word, ";".join(value)
            if name:
                made[name] = str(value).lower() if isinstance(value, bool) else value
        return made

    def visit(self, one: Somebody, page: str, days: float, email: str) -> None:
        """See `MarketingPast.visit`."""
        form = next(iter(self.screens.forms), "")
        if form:
            name = self.screens.forms[form]
            self._rows[_SENT].append(
                {
                    "formId": form,
                    "submittedAt": iso(one.ago(days)),
                    "values": [{"name": name, "value": email or one.person.email}],
                    "pageUrl": page,
                }
            )

    def on_track(self, id: str, track: str) -> None:
        """See `MarketingPast.on_track`."""
        if track in self.setup.tracks:
            self._lists.setdefault(self.setup.tracks[track], []).append(id)

    def archive(self, id: str) -> None:
        """See `MarketingPast.archive`."""
        self._archived.append(id)

    def close(self) -> None:
        """See `MarketingPast.close`."""
        for name, ids in self._lists.items():
            self.remote.act("list_add", list=name, ids=ids)
        self.remote.acts([{"verb": "archive", "id": one} for one in self._archived])


def _choices() -> Property:
    name, values = CHOICES
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "enumeration",
        "fieldType": "checkbox",
        "options": [{"value": one, "label": one} for one in values],
    }
