"""The values that a lead's writes want, as the fields of a system can hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from crmbridge.flows.fit import described
from crmbridge.flows.fit.advice import MISSING, REFUSED, UNFIT
from crmbridge.flows.fit.causes import Cause
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.record import Field, Value
from crmbridge.policy.fit.fit import Fitted, Why, fit
from crmbridge.policy.fit.same import same

_CHOICES = (Why.CHOICE, Why.SEVERAL)


@dataclass(slots=True, kw_only=True)
class Fitting:
    """How the writes of one lead fit, and what of them does not: see `causes.set_unfit`."""

    scene: Scene
    unfit: dict[Cause, tuple[str, ...]] = field(default_factory=dict)

    @property
    def zone(self) -> tzinfo:
        """The company's zone, in which an instant falls on a day."""
        return self.scene.company.zone

    def fields(self, side: str, obj: str) -> Mapping[str, Field | None]:
        """What a side says of an object's fields; empty where it was not asked yet."""
        known = described.of(self.scene, side)
        return known.fields.get(obj, {}) if known else {}

    def fitted(self, side: str, obj: str, name: str, value: Value) -> Fitted:
        """A value as a field can hold it; as it is where nobody knows the field."""
        fields = self.fields(side, obj)
        if name not in fields:
            return Fitted(value=value)
        return fit(value, fields[name], self.zone)

    def same(self, held: Value, ours: Value) -> bool:
        """Whether a field holds what we want in it."""
        return same(held, ours, self.zone)

    def hold(self, side: str, obj: str, name: str, why: Why, value: Value) -> None:
        """Note that a value does not fit, and why."""
        missing = why is Why.MISSING
        cause = Cause(
            kind=MISSING if missing else REFUSED,
            system=side,
            obj=obj,
            field=name,
            code=f"{UNFIT}{why}",
        )
        parts = value if isinstance(value, tuple) else (str(value),)
        self.unfit[cause] = tuple(map(str, parts)) if why in _CHOICES else ()

    def wants(self, side: str, obj: str, name: str) -> bool:
        """Whether a new record must have this field."""
        known = self.fields(side, obj).get(name)
        return known is not None and known.required
