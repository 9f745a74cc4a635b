"""The options of a connector that a manifest describes: its own, and those that all have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import make_dataclass
from typing import Any

from crmbridge.kit.manifest.shape import ManifestShape, OptionShape
from crmbridge.kit.options import (
    AT_ONCE,
    CALLS,
    SWITCH,
    Number,
    Rule,
    Table,
    Text,
    applied,
    option,
    parsed,
)
from crmbridge.model.limits import AtOnce, Budget, Limits

_MONTH = 31 * 86_400


def limits_of(spec: ManifestShape) -> Limits:
    """Return the limits of a manifest, each with its source."""
    told = spec.limits
    return Limits(
        read_page=told.page,
        write_batch=told.batch,
        timeout=told.timeout,
        budgets=tuple(Budget(**one.model_dump()) for one in told.budgets),
        at_once=AtOnce(told.at_once, told.source) if told.at_once else None,
    )


class Options:
    """What a company set, checked against a manifest; raises `ConfigError`."""

    def __init__(self, spec: ManifestShape, config: Mapping[str, Any]) -> None:
        held = parsed(shape_of(spec), spec.title, _set(spec, config))
        self.own = {
            name: found for name in spec.options if (found := getattr(held, name)) is not None
        }
        self.key_field: str = held.key_field
        self.overlap: int = held.overlap_seconds
        self.page: int = held.page_size
        calls = getattr(held, "limits", {})
        self.limits = applied(limits_of(spec), calls, held.timeout_seconds)


def shape_of(spec: ManifestShape) -> Any:
    """Return the dataclass of a manifest's options, its own ones first."""
    told = spec.limits
    quotas = _quotas(spec)
    field = Text(pattern=re.compile(r".*"), what="the name of a field")
    seconds = Number(least=0, most=_MONTH, whole=False, above=True)
    made = {
        name: option(_rule(one), one.default, about=one.what) for name, one in spec.options.items()
    }
    made |= {
        "key_field": option(field, "", about="the field with our key; set by the mapping's `key`"),
        "overlap_seconds": option(
            Number(least=0, most=_MONTH),
            spec.overlap_seconds,
            about="how far each read reaches back behind the last",
        ),
        "page_size": option(
            Number(least=1, most=told.page), told.page, about="records that a read asks for at once"
        ),
        "timeout_seconds": option(seconds, told.timeout, about="the deadline of one call"),
        "limits": option(Table(quotas), {}, about="quotas of your plan"),
    }
    if not quotas:
        del made["limits"]
    fields = [(name, Any, each) for name, each in made.items()]
    return make_dataclass("Options", fields, frozen=True, slots=True, kw_only=True)


def _quotas(spec: ManifestShape) -> dict[str, Number]:
    """What a company may set of the vendor's quotas, by name."""
    names = [one.name for one in spec.limits.budgets]
    return dict.fromkeys([*names, AT_ONCE] if spec.limits.at_once else names, CALLS)


def _rule(one: OptionShape) -> Rule:
    if isinstance(one.default, bool):
        return SWITCH
    if one.number:
        return Number(least=one.least, most=one.most)
    return Text(pattern=re.compile(one.pattern), what=one.what) if one.pattern else Text()


def _set(spec: ManifestShape, config: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a company set: the core gives a table of limits that is empty where there are none."""
    bare = not _quotas(spec) and not config.get("limits", True)
    return {name: each for name, each in config.items() if name != "limits" or not bare}
