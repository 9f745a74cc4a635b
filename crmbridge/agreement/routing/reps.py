"""The shape of one rep of a team: a person, a queue, or the CRM's own assignment rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from crmbridge.agreement.base import Table
from crmbridge.agreement.routing.limits import Pull
from crmbridge.agreement.sla.calendars import Absence

Kind = Literal["person", "queue", "rules"]
OF_PEOPLE = {
    "email": "a person's address",
    "user": "a person's user",
    "calendar": "the hours of a person",
    "absences": "days on which a person is away",
    "pull": "what a person fetches",
}
"""Lines of `[[teams.reps]]` that only people have -> what they say."""


class Rep(Table):
    """Who is given leads: a salesperson, a queue of the CRM, or the CRM's own assignment rules.

    `id` is ours. A person is found in the CRM by `user`, the id of their user, or else by `email`,
    which finds them in marketing too. A `queue`, by its id or name, and `assignment_rules` count as
    one rep each: they have limits, skills and a weight, but no address, hours or pulls.

    `open_limit` is how many leads in work they can hold, `per_hour`, `per_day` and `per_week` how
    many they are given in the last 60 minutes, a day and an ISO week of the team (no number: no
    limit), `weight` their share of the line beside the others'. `on` is false while they take none.
    `calendar` names a person's hours, the team's when empty; during `absences` they get nothing.
    `own_pause_days` is for how many days they may take no leads by their own word; 0 lets them not.
    `system` names the system of sales in which they work, where the mapping has several; empty for
    the home.
    """

    id: str = Field(min_length=1)
    name: str = Field(default="", repr=False)
    email: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$", repr=False)
    user: str = Field(default="", pattern=r"^\S*$")
    queue: str = ""
    assignment_rules: bool = False
    open_limit: int = Field(ge=0)
    on: bool = True
    weight: Decimal = Field(default=Decimal(1), gt=0)
    per_hour: int | None = Field(default=None, ge=0)
    per_day: int | None = Field(default=None, ge=0)
    per_week: int | None = Field(default=None, ge=0)
    skills: frozenset[str] = frozenset()
    calendar: str = ""
    absences: tuple[Absence, ...] = ()
    pull: Pull = Pull()
    own_pause_days: int = Field(default=10, ge=0)
    system: str = Field(default="", exclude_if=lambda system: not system)

    @model_validator(mode="after")
    def _is_found_in_one_way(self) -> Rep:
        if self.queue and self.assignment_rules:
            raise ValueError(
                "a rep is a queue or the CRM's assignment rules, not both: make it two reps, or "
                "take one line out"
            )
        if self.kind == "person" and not (self.user or self.email):
            raise ValueError(
                "nothing says who this is in the CRM: write email or user for a person, queue for "
                "a queue, or assignment_rules = true"
            )
        return self

    @model_validator(mode="after")
    def _only_people_have_what_people_have(self) -> Rep:
        if self.kind == "person":
            return self
        what = "a queue" if self.kind == "queue" else "a rep by assignment_rules"
        for line, meaning in OF_PEOPLE.items():
            if line in self.model_fields_set and getattr(self, line):
                raise ValueError(
                    f"{what} has no {line}, {meaning}: take the line out; the hours and the clock "
                    "of the team hold for it"
                )
        return self

    @property
    def kind(self) -> Kind:
        """What this rep is."""
        if self.queue:
            return "queue"
        return "rules" if self.assignment_rules else "person"

    @property
    def address(self) -> str:
        """The address as it is compared; empty for none."""
        return self.email.strip().casefold()

    @property
    def found_by(self) -> tuple[str, str, str]:
        """By what the CRM's record is found, for telling whether two reps are one, and where.

        Two systems may give one id to two users.
        """
        if self.kind == "queue":
            return "queue", short_id(self.queue).casefold(), self.system
        if self.kind == "rules":
            return "assignment_rules", "true", self.system
        if self.user:
            return "user", short_id(self.user), self.system
        return "e-mail address", self.address, self.system


LONG, SHORT = 18, 15
"""Some vendors write one id in two lengths: the last three characters add nothing."""


def short_id(ident: str) -> str:
    """An id in the form in which it is compared: one of 18 letters and digits by its first 15."""
    text = ident.strip()
    return text[:SHORT] if len(text) == LONG and text.isalnum() else text
