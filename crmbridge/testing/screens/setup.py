"""What an administrator makes in a system before crmbridge comes: named by mapping and teams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field that the mapping names: our `word` for it, and its name at the vendor.

    `kind` is `text`, `number`, `datetime` or another of `mapping.words.RESULTS`. `choices` are the
    values of a field that people choose from; empty where they may write anything.
    """

    word: str
    field: str
    kind: str = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSetup:
    """An object that holds people.

    `statuses` maps the vendor's statuses to `open`, `ongoing`, `won` and `lost`, in the mapping's
    order; `reason_fields` say why somebody was given back, by one of `reasons`, and `note` is the
    field beside it. All of these are empty where the object has no status.
    """

    object: str
    key: str
    columns: tuple[Column, ...]
    status: str = ""
    statuses: Mapping[str, str] = field(default_factory=dict)
    reason_fields: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    note: str = ""

    def field_of(self, word: str) -> str:
        """The vendor's field for a word of ours; empty where the mapping has none."""
        return next((one.field for one in self.columns if one.word == word), "")

    def status_of(self, kind: str) -> str:
        """The first status of a kind. Raises `LookupError` where the mapping names none."""
        found = (name for name, one in self.statuses.items() if one == kind)
        status = next(found, "")
        if not status:
            raise LookupError(f"the mapping gives {self.object} no status that is {kind!r}")
        return status


@dataclass(frozen=True, slots=True, kw_only=True)
class DealSetup:
    """The object that holds deals, and the fields that we or the company need beside its own."""

    object: str
    currency: str = ""
    columns: tuple[Column, ...] = ()
    reason_fields: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepSetup:
    """A rep of the teams: a person, a queue (`queue` is its name or id) or the vendor's rules."""

    id: str
    kind: str
    name: str = ""
    email: str = ""
    user: str = ""
    queue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """One system of a company; `people` begins with the object of leads.

    `touches` maps the objects of touches, as the mapping writes them, to their field with the
    address, `tracks` each nurture track to the name of its list. `task` and `campaign` are an
    object and its field for our key, for a currency.
    """

    currency: str
    people: tuple[PersonSetup, ...]
    deal: DealSetup | None = None
    task: tuple[str, str] | None = None
    campaign: tuple[str, str] | None = None
    touches: Mapping[str, str] = field(default_factory=dict)
    tracks: Mapping[str, str] = field(default_factory=dict)
    reps: tuple[RepSetup, ...] = ()

    @property
    def lead(self) -> PersonSetup:
        """The object of leads."""
        return self.people[0]

    def persons(self) -> Iterator[RepSetup]:
        """The reps who are people."""
        return (one for one in self.reps if one.kind == "person")
