"""The options of a connector that a manifest describes: its own, and those that all have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import make_dataclass
from typing import Any

from crmbridge.kit.manifest.shape import ManifestShape, OptionShape
from crmbridge.kit.options import CALLS, SWITCH, Number, Rule, Table, Text, applied, option, parsed
from crmbridge.model.limits import Budget, Limits

_MONTH = 31 * 86_400
USUAL = ("key_field", "overlap_seconds", "page_size", "limits", "timeout_seconds")


def limits_of(spec: ManifestShape) -> Limits:
    """Return the limits of a manifest, each with its source."""
    told = spec.limits
    return Limits(
        read_page=told.page,
        write_batch=told.batch,
        timeout=told.timeout,
        budgets=tuple(Budget(**one.model_dump()) for one in told.budgets),
    )


class Options:
    """What a company set, checked against a manifest; raises `ConfigError`."""

    def __init__(self, spec: ManifestShape, config: Mapping[str, Any]) -> None:
        shape = _shape(spec)
        held = parsed(shape, spec.title, config)
        self.own = {
            name: found for name in spec.options if (found := getattr(held, name)) is not None
        }
        self.key_field: str = held.key_field
        self.overlap: int = held.overlap_seconds
        self.page: int = held.page_size
        self.limits = applied(limits_of(spec), held.limits, held.timeout_seconds)


def _shape(spec: ManifestShape) -> Any:
    told = spec.limits
    quotas = {one.name: CALLS for one in told.budgets}
    usual = {
        "key_field": option(Text(pattern=re.compile(r".*"), what="the name of a field"), ""),
        "overlap_seconds": option(Number(least=0, most=_MONTH), spec.overlap_seconds),
        "page_size": option(Number(least=1, most=told.page), told.page),
        "limits": option(Table(quotas), {}),
        "timeout_seconds": option(
            Number(least=0, most=_MONTH, whole=False, above=True), told.timeout
        ),
    }
    own = {name: _option(one) for name, one in spec.options.items()}
    made = [(name, Any, each) for name, each in (usual | own).items()]
    return make_dataclass("Options", made, frozen=True, slots=True, kw_only=True)


def _option(one: OptionShape) -> Any:
    return option(_rule(one), one.default)


def _rule(one: OptionShape) -> Rule:
    if isinstance(one.default, bool):
        return SWITCH
    if one.number:
        return Number(least=one.least, most=one.most)
    return Text(pattern=re.compile(one.pattern), what=one.what) if one.pattern else Text()
