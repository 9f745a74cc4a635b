"""The shape of `agreement.toml`: everything that marketing and sales sign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, StringConstraints, field_validator, model_validator

from crmbridge.agreement.alerts import Alerts
from crmbridge.agreement.base import Table, Zone
from crmbridge.agreement.content import Content
from crmbridge.agreement.definition.criteria import Definition, Group, Judging, Leaf, leaves
from crmbridge.agreement.definition.examples import Example
from crmbridge.agreement.definition.facts import BUILT_IN, FieldType
from crmbridge.agreement.nurture import NurtureRule
from crmbridge.agreement.recycle import Recycle
from crmbridge.agreement.revenue.attribution import Attribution as Attribution
from crmbridge.agreement.revenue.rates import Rate
from crmbridge.agreement.revenue.targets import Target
from crmbridge.agreement.scoring.scores import Engagement, Fit, Grid, HandRaise
from crmbridge.agreement.signing import Owners, Signature
from crmbridge.agreement.sla.clocks import Sla as Sla
from crmbridge.agreement.sla.clocks import Stale as Stale
from crmbridge.agreement.stages import Stages

FactName = Annotated[str, StringConstraints(pattern=r"^x_[a-z0-9_]+$")]


class Agreement(Table):
    """What marketing and sales have signed.

    `fields` are the company's own facts (`x_<name>`) and their types, `definition` is the tree of
    criteria of a sales-ready lead, `definition.expansion` that of a customer who is to be sold to
    again; without it customers are judged as all others. `motion` is expansion where leads with an
    open deal are wanted.
    `owners` may sign. Without `fit` nothing is said of how well a lead fits. `rates` convert money
    to the company's currency. `targets` say which share of deals shall be marketing's. `stages`
    are the company's own, empty where it has none. A `withdrawn` version is never in force.
    """

    company: str = Field(pattern=r"^[a-z0-9_]+$")
    name: str = Field(default="sales_ready", min_length=1)
    version: int = Field(ge=1, strict=True)
    effective_from: date
    zone: Zone
    motion: Literal["new", "expansion"] = "new"
    signed: tuple[Signature, ...] = ()
    withdrawn: bool = False
    owners: Owners = Owners()
    fields: dict[FactName, FieldType] = Field(default_factory=dict)
    definition: Judging
    fit: Fit | None = None
    engagement: Engagement = Engagement()
    grid: Grid = Grid()
    content: tuple[Content, ...] = ()
    hand_raise: tuple[HandRaise, ...] = ()
    stale: Stale = Stale()
    sla: Sla | None = None
    alerts: Alerts = Alerts()
    recycle: Recycle
    nurture: tuple[NurtureRule, ...] = ()
    attribution: Attribution = Attribution()
    targets: tuple[Target, ...] = Field(default=(), alias="target")
    stages: Stages = Field(default_factory=dict)
    rates: tuple[Rate, ...] = ()
    tests: tuple[Example, ...] = Field(default=(), alias="test")
    _scoring: tuple[object, object, Engagement] | None = PrivateAttr(default=None)

    @field_validator("fields")
    @classmethod
    def _scales_have_steps(cls, fields: dict[str, FieldType]) -> dict[str, FieldType]:
        for name, kind in fields.items():
            if isinstance(kind, tuple) and (len(kind) < 2 or len(set(kind)) < len(kind)):
                raise ValueError(f"{name}: a scale has two or more values, each once, lowest first")
        return fields

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Agreement:
        seen: set[str] = set()
        for leaf in self.criteria:
            if leaf.id in seen:
                raise ValueError(f"two criteria of the definition have the id {leaf.id!r}")
            seen.add(leaf.id)
        return self

    @model_validator(mode="after")
    def _one_motion_is_told(self) -> Agreement:
        if self.expansion is not None and self.motion == "expansion":
            raise ValueError(
                'motion = "expansion" is for an agreement with one definition, and '
                "[definition.expansion] judges customers apart: take motion out"
            )
        return self

    @model_validator(mode="after")
    def _the_grid_has_every_letter(self) -> Agreement:
        fit = self.fit or Fit.model_construct()
        wide = len(self.grid.digits)
        for letter in [name for name, _ in fit.letters] + [fit.unknown_letter]:
            if len(self.grid.ratings.get(letter, ())) != wide:
                raise ValueError(
                    f"grid.ratings needs a line for the letter {letter!r} with {wide} ratings, "
                    "one for each digit"
                )
        return self

    @model_validator(mode="after")
    def _content_is_in_known_groups(self) -> Agreement:
        for entry in self.content:
            if entry.group and entry.group not in self.engagement.groups:
                known = ", ".join(self.engagement.groups) or "none"
                raise ValueError(
                    f"content {entry.title!r}: no group {entry.group!r} under "
                    f"engagement.groups: {known}"
                )
        return self

    @property
    def scoring(self) -> Engagement:
        """The rules by which touches count: those of the content catalogue, then all others."""
        kept = self._scoring
        if kept is None or kept[0] is not self.content or kept[1] is not self.engagement:
            whole = self.engagement
            if self.content:
                whole = Engagement(
                    rules=(*self.content, *self.engagement.rules),
                    decay=self.engagement.decay,
                    groups=self.engagement.groups,
                )
            kept = self._scoring = (self.content, self.engagement, whole)
        return kept[2]

    @property
    def tz(self) -> ZoneInfo:
        """The zone in which the company's days begin and end."""
        return ZoneInfo(self.zone)

    @property
    def types(self) -> dict[str, str | tuple[str, ...]]:
        """Types of all facts: those of every lead and the company's own."""
        letters = self.fit.letters if self.fit else ()
        scale = {"grade_letter": tuple(name for name, _ in reversed(letters))} if letters else {}
        return {**BUILT_IN, **scale, **self.fields}

    @property
    def criteria_ids(self) -> tuple[str, ...]:
        """Ids of all criteria of the definition, in the order of the file."""
        return tuple(leaf.id for leaf in self.criteria)

    @property
    def expansion(self) -> Group | Leaf | None:
        """The definition of a customer who is to be sold to again; `None` where there is none."""
        top = self.definition
        return top.expansion if isinstance(top, Definition) else None

    @property
    def criteria(self) -> tuple[Leaf, ...]:
        """The criteria of both definitions, in the order of the file."""
        both = [one for one in (self.definition, self.expansion) if one is not None]
        return tuple(leaf for one in both for leaf in leaves(one))

    def judging(self, facts: Mapping[str, object]) -> Group | Leaf:
        """The definition that judges a lead with these facts."""
        other = self.expansion
        return other if other is not None and facts.get("customer") is True else self.definition

    @property
    def reasons(self) -> frozenset[str]:
        """Every reason that has a row in the recycle table."""
        return frozenset(self.recycle.reasons)

    @property
    def out_reasons(self) -> frozenset[str]:
        """Reasons of class out (R1.7)."""
        rows = self.recycle.reasons.items()
        return frozenset(reason for reason, row in rows if row.class_ == "out")

    @property
    def back_reasons(self) -> frozenset[str]:
        """Reasons for which a lead that was handed on goes back to the team that did so."""
        rows = self.recycle.reasons.items()
        return frozenset(reason for reason, row in rows if row.handed_on == "back")

    @property
    def tracks(self) -> frozenset[str]:
        """Nurture tracks that a lead may be put on: after a return, and before it was ready."""
        return frozenset({*self.recycle.tracks, *(rule.track for rule in self.nurture)})

    @property
    def words_asked(self) -> frozenset[str]:
        """The facts that any criterion, or a rule of fit, asks for."""
        trees = [rule.when for rule in self.nurture if rule.when is not None]
        trees += [part.when for own in self.stages.values() for part in own.parts]
        asked = [*self.criteria, *(leaf for tree in trees for leaf in leaves(tree))]
        groups = self.fit.groups.values() if self.fit else ()
        rules = (rule.field for group in groups for rule in group.rules)
        return frozenset([*(leaf.field for leaf in asked), *rules])
