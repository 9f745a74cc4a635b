"""A portal on either side: what its administrator makes, and how its contacts are seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.testing.screens import Column, Screens, Seen, Setup

QUOTAS = ("ten_secondly", "search_secondly", "daily")
"""Quotas that a play does without."""
OURS = "crmbridge_"
"""How the properties begin that an administrator makes for us."""
STANDARD = {
    "email": "email",
    "first_name": "firstname",
    "last_name": "lastname",
    "title": "jobtitle",
    "phone": "phone",
    "account": "company",
    "country": "country",
    "industry": "industry",
    "employees": "numberofemployees",
    "source": "hs_analytics_source",
    "opted_out": "hs_email_optout",
}
"""Our words, and the properties that every portal has for them."""
STAGES = {"known": "lead"}
"""Stages of ours that people are entered in."""
_TYPES = {"number": ("number", "number"), "datetime": ("datetime", "date")}
Property = dict[str, Any]


def standard(words: Mapping[str, str]) -> dict[str, str]:
    """The properties of a contact, as far as every portal has them."""
    made = {STANDARD[word]: value for word, value in words.items() if word in STANDARD}
    return made | ({"lifecyclestage": STAGES[words["stage"]]} if "stage" in words else {})


class Portal(Screens):
    """What the screens of a marketing portal and of a sales portal have in common."""

    def prepare(self) -> None:
        """Give the portal the properties, lists, forms and owners that the setup names."""
        setup, remote = self.setup, self.remote
        kind = f"properties/{setup.lead.object}"
        there = {one["name"] for one in remote.state(kind)}
        wanted = _of_people(setup)
        remote.seed(**{kind: [one for one in wanted if one["name"] not in there]})
        lists = sorted(set(setup.tracks.values()))
        remote.seed(lists=[{"name": one, "processingType": "MANUAL"} for one in lists])
        remote.seed(forms=[{"id": one, "name": "Website"} for one in self.forms])
        remote.config(currency=setup.currency)
        people = (one for one in setup.reps if one.email)
        remote.seed(
            owners=[
                {"email": rep.email, "firstName": rep.name.split()[0] if rep.name else rep.id}
                for rep in people
            ]
        )

    def unlimited(self) -> None:
        """Take the portal's quotas away."""
        self.remote.config(limits=dict.fromkeys(QUOTAS))

    @property
    def forms(self) -> dict[str, str]:
        """The ids of the forms that are read, and the field of each that has the address."""
        touches = self.setup.touches.items()
        return {
            one.removeprefix("form:"): email for one, email in touches if one.startswith("form:")
        }

    def properties(self, words: Mapping[str, str]) -> dict[str, str]:
        """A contact's properties from our words; a word that has no property is left out."""
        lead, made = self.setup.lead, {}
        for word, value in words.items():
            name = lead.field_of(word) or STANDARD.get(word, "")
            if word == "stage":
                made["lifecyclestage"] = STAGES[value]
            elif name:
                made[name] = value
        return made

    def people(self) -> list[Seen]:
        """Every contact of the portal."""
        return [self._seen(one) for one in self.remote.state("contacts")]

    def _seen(self, row: Mapping[str, Any]) -> Seen:
        lead, values = self.setup.lead, row["properties"]
        return Seen(
            object=lead.object,
            id=str(row["id"]),
            words={one.word: values.get(one.field) for one in lead.columns},
            key=values.get(lead.key) or "",
            owner=values.get("hubspot_owner_id") or "",
            status=lead.statuses.get(values.get(lead.status) or "", ""),
            deleted=bool(row.get("archived")),
            lists=len(row["lists"]),
        )


def _of_people(setup: Setup) -> Iterator[Property]:
    """The properties of contacts: our key, what we write, the company's own facts, the reasons."""
    lead = setup.lead
    key = {"name": lead.key, "label": "crmbridge id", "type": "string", "fieldType": "text"}
    yield key | {"hasUniqueValue": True}
    ours = [one for one in lead.columns if one.field.startswith(OURS)]
    yield from (property_of(one) for one in ours if one.word != "track")
    own = (one for one in lead.columns if one.word.startswith("x_"))
    yield from (property_of(one, one.field) for one in own)
    yield from (property_of(one) for one in ours if one.word == "track")
    for name in lead.reason_fields:
        yield property_of(Column(word=name, field=name, choices=lead.reasons))


def property_of(column: Column, label: str = "") -> Property:
    """A property for a column: a choice where it has some, else by the kind of its values."""
    made = {"name": column.field, "label": label or column.word}
    if not column.choices:
        type_, widget = _TYPES.get(column.kind, ("string", "text"))
        return made | {"type": type_, "fieldType": widget}
    options = [{"value": one, "label": one} for one in column.choices]
    return made | {"type": "enumeration", "fieldType": "select", "options": options}
