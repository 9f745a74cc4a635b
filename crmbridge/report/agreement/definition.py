"""Criteria of an agreement in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from crmbridge.agreement import Group, Leaf

LABELS: Mapping[str, str] = {
    "opted_out": "has opted out of e-mail",
    "email": "e-mail address",
    "email_domain": "domain of the e-mail address",
    "internal": "is one of our own people",
    "open_deal": "has an open deal",
    "customer": "is a customer",
    "no_fit": "sales said that they do not fit",
    "employees": "employees of their company",
    "engagement": "engagement score",
    "engagement_since": "engagement score since they came back",
    "engagement_digit": "engagement digit (1 is best)",
    "grade_letter": "letter of fit",
    "fit": "fit score",
    "completeness": "part of the fit facts that is known",
    "hand_raise_at": "asked for sales",
    "buying_stage": "buying stage of the last 60 days",
    "touches": "touches",
    "signals": "content that signals interest",
    "rating": "rating",
}
GROUPS = {"all": "all of these", "any": "at least one of these", "none": "none of these"}
OPS: Mapping[str, str] = {
    "eq": "is",
    "ne": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts_with": "begins with",
    "ends_with": "ends with",
    "is_set": "is known",
    "is_missing": "is not known",
    "lt": "is less than",
    "le": "is at most",
    "gt": "is more than",
    "ge": "is at least",
    "between": "is between",
    "at_least": "is at least",
    "at_most": "is at most",
    "is_true": "yes",
    "is_false": "no",
    "before": "is before",
    "after": "is after",
    "on_or_before": "is on or before",
    "on_or_after": "is on or after",
    "within_last": "was within the last",
    "older_than": "is longer ago than",
    "has_any": "has any of",
    "has_all": "has all of",
    "has_none": "has none of",
    "size_ge": "has at least",
}
IF_MISSING = {"pass": "if nobody knows: counts as met", "fail": "if nobody knows: not met"}


def sentence(leaf: Leaf) -> str:
    """Return one criterion as words, such as `engagement score is at least 35`."""
    said = _said(leaf.field, leaf.op, leaf.value)
    known = IF_MISSING.get(leaf.if_missing)
    return f"{said} ({known})" if known else said


def _said(field: str, op: str, value: Any) -> str:
    if op == "count_ge":
        return _count(value)
    name = label(field)
    if op in ("is_true", "is_false"):
        return f"{name}: {OPS[op]}"
    if op == "within_last" and field == "hand_raise_at":
        return f"{name} within the last {_value(value)}"
    words = f"{name} {OPS[op]}"
    return (
        words if value is None else f"{words} {_value(value, ' and ' if op == 'between' else ', ')}"
    )


def label(field: str) -> str:
    """Return a fact's name as people say it."""
    return LABELS.get(field, field.removeprefix("x_").replace("_", " "))


def rule_words(field: str, op: str, value: Any) -> str:
    """Return a fit rule's condition as words."""
    return _said(field, op, value)


def _count(value: Mapping[str, Any]) -> str:
    what = " ".join(str(value[name]) for name in ("kind", "asset") if value.get(name))
    when = f" in the last {value['days']} days" if value.get("days") else ""
    return f"at least {value['count']} touches{f' of {what}' if what else ''}{when}"


def _value(value: Any, between: str = ", ") -> str:
    match value:
        case {"amount": amount, "currency": currency}:
            return f"{amount} {currency}"
        case Mapping():
            return ", ".join(f"{n} {unit}" for unit, n in value.items())
        case list() | tuple():
            return between.join(_value(one) for one in value)
        case datetime() | date():
            return value.isoformat()
    return str(value)


def tree(node: Group | Leaf, indent: str = "") -> Iterator[str]:
    """Yield a tree of criteria as indented lines."""
    if isinstance(node, Leaf):
        yield f"{indent}- {node.id}: {sentence(node)}"
        return
    name = GROUPS.get(node.op) or f"at least {node.k} of these"
    yield f"{indent}{'- ' if indent else ''}{name}:"
    for child in node.of:
        yield from tree(child, indent + "  ")


def places(node: Group | Leaf, above: tuple[str, ...] = ()) -> Iterator[tuple[Leaf, str]]:
    """Yield every criterion with the groups that it stands in, from the outside."""
    if isinstance(node, Leaf):
        yield node, " > ".join(above)
        return
    name = node.op if node.op != "at_least" else f"at least {node.k}"
    for child in node.of:
        yield from places(child, (*above, name))
