"""The verdict of an explanation as text: the criteria in words, and what would turn it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from crmbridge.report.agreement.definition import GROUPS, label, rule_words
from crmbridge.report.text import shown, visible, when

Told = Mapping[str, Any]
MARKS = {"true": "+", "false": "-", "unknown": "?"}
OURS, NOBODY = "crmbridge", "nobody"


def verdict(told: Told) -> Iterator[str]:
    """Yield whether the lead meets the definition, until when, why, and what would turn it."""
    ready = told["ready"]
    yield {
        "true": "yes, it meets the definition",
        "false": "no",
        "unknown": "nobody can tell, so no: something has to be found out first",
    }[ready["result"]]
    if ready["result"] == "true":
        yield _until(ready["until"])
    yield from criteria(ready["criteria"], "", ready["distances"])
    if told["stage"] == "disqualified":
        yield f'it is out: reinstate it first, `crmbridge reinstate {told["lead"][:8]} --why "…"`'
    yield flip(ready)


def _until(until: str) -> str:
    if until:
        return f"without new activity it stops being ready on {when(until)}"
    return "without news it stays ready: no score or date in it runs out"


def criteria(node: Told, indent: str, gaps: Mapping[str, str] = {}) -> Iterator[str]:
    """Yield a told tree, a line each: whether it holds, what is asked, and what the value is.

    `gaps` are the distances of numbers from their thresholds, by criterion.
    """
    mark = MARKS[node["result"]]
    if "of" in node:
        name = GROUPS.get(node["op"]) or f"at least {node['k']} of these"
        yield f"{indent}{mark} {name}:"
        for child in node["of"]:
            yield from criteria(child, indent + "  ", gaps)
        return
    value = "unknown" if node["value"] is None else shown(node["value"])
    gap = _gap(gaps[node["id"]]) if node["id"] in gaps else ""
    yield (f"{indent}{mark} {visible(node['id'])}: {asked(node)}; it is {value}{gap}{source(node)}")


def _gap(number: str) -> str:
    gap = Decimal(number)
    if not gap:
        return ", just there"
    return f", {gap} short of it" if gap > 0 else f", {-gap} above it"


def asked(leaf: Told) -> str:
    """Return a criterion in words, such as `engagement score is at least 35`."""
    return visible(rule_words(leaf["field"], leaf["op"], _plain(leaf["wanted"])))


def _plain(value: Any) -> Any:
    """A value of the ledger without the tags of its type."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        if len(value) == 1 and next(iter(value)).startswith("$"):
            return shown(value)
        return {name: _plain(one) for name, one in value.items()}
    return value


def source(said: Told) -> str:
    """Return who said a value and when, in brackets; empty for what nobody said."""
    who = said.get("source")
    if not who:
        return ""
    why = f"from {said['from']}" if said.get("from") else ""
    if who == NOBODY:
        return " [nobody said otherwise]"
    if who == OURS:
        return f" [worked out {visible(why)}]" if why else f" [{OURS}]"
    place = " ".join(one for one in (said.get("record") or who, said.get("vendor_field")) if one)
    at = f", {when(said['at'])}" if said.get("at") else ""
    return f" [{visible(place)}{at}]"


def flip(ready: Told) -> str:
    """Return the smallest change that would turn the verdict, in one line."""
    way = ready["flip"]
    goal = "to become ready" if way["wanted"] == "true" else "to stop being ready"
    if not way["possible"]:
        return f"{goal}: nothing that anybody can change would do"
    doubt = " (an estimate: one fact counts in several criteria)" if way["estimate"] else ""
    return f"smallest change {goal}: {'; '.join(steps(ready))}{doubt}"


def steps(ready: Told) -> list[str]:
    """Return what would have to change, each step in words."""
    known = {one["id"]: one for one in leaves(ready["criteria"])}
    needs = ready["flip"]["needs"]
    return [
        _step(known[one["criterion"]], one["do"], needs.get(one["criterion"]))
        for one in ready["flip"]["steps"]
    ]


def _step(leaf: Told, do: str, gap: str | None) -> str:
    name = label(leaf["field"])
    if do == "learn":
        return visible(f"find out {name}") + f" (asked: {asked(leaf)})"
    if gap is not None:
        value = _number(leaf["value"])
        signed = gap if gap.startswith("-") else f"+{gap}"
        verb = "passes" if leaf["result"] == "true" else "reaches"
        return f"{visible(name)} {verb} {value + Decimal(gap)} ({signed})"
    return f"no longer: {asked(leaf)}" if leaf["result"] == "true" else f"so that {asked(leaf)}"


def _number(value: Any) -> Decimal:
    return Decimal(str(value["$n"] if isinstance(value, Mapping) else value))


def leaves(node: Told) -> Iterator[Told]:
    """Yield the criteria of a told tree in the order of the file."""
    if "of" not in node:
        yield node
        return
    for one in node["of"]:
        yield from leaves(one)
