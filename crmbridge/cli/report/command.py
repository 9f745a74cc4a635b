"""How a function that makes a report becomes a command: it takes options of days and of forms."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter
from typing import Any, get_type_hints

from crmbridge.cli.opening import AsJson
from crmbridge.cli.report.forms import form_of, tell
from crmbridge.cli.report.options import (
    AsCsv,
    Compare,
    Cut,
    Html,
    OneSheet,
    Out,
    Overwrite,
    Since,
    Until,
)
from crmbridge.report.frame.sheet import Report

Made = Report | tuple[Report, Any]
"""A report, perhaps with the JSON document that it has of its own."""


@dataclass(frozen=True, slots=True)
class Days:
    """The options of days as they were typed; empty where nobody gave them."""

    since: str = ""
    until: str = ""
    by: str = ""
    compare: str = ""

    @property
    def any(self) -> bool:
        """Whether one of them was given."""
        return bool(self.since or self.until or self.by or self.compare)


ALL_DAYS = Days()
_DAYS = {"since": Since, "until": Until, "by": Cut, "compare": Compare}
_FORMS = {
    "json": (AsJson, False),
    "csv": (AsCsv, False),
    "html": (Html, None),
    "out": (Out, None),
    "sheet": (OneSheet, ""),
    "overwrite": (Overwrite, False),
}


def reporting(make: Callable[..., Made]) -> Callable[..., None]:
    """Make a command of a function that returns a report.

    It has the function's own options and those of forms; where the function takes `days`, the four
    options of days stand in their place.
    """
    has_days = "days" in inspect.signature(make).parameters

    @wraps(make)
    def command(**given: Any) -> None:
        form = form_of(**{name: given.pop(name) for name in _FORMS})
        if has_days:
            given["days"] = Days(**{name: given.pop(name) for name in _DAYS})
        made = make(**given)
        report, data = made if isinstance(made, tuple) else (made, None)
        tell(report, form, data)

    del command.__wrapped__
    command.__annotations__ = {}
    command.__signature__ = inspect.Signature(list(_options(make)))  # type: ignore[attr-defined]
    return command


def _options(make: Callable[..., Made]) -> Iterator[Parameter]:
    hints = get_type_hints(make, include_extras=True)
    for name, one in inspect.signature(make).parameters.items():
        if name == "days":
            yield from (_option(day, hint, "") for day, hint in _DAYS.items())
        else:
            yield _option(name, hints[name], one.default)
    yield from (_option(name, hint, default) for name, (hint, default) in _FORMS.items())


def _option(name: str, hint: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=hint)
