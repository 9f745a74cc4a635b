"""A plan as a person reads it: what it would do in numbers, what it wants, then line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.policy.limits.judge import Over
from crmbridge.policy.limits.words import flags, reached
from crmbridge.report.text import shown, visible

_UNSURE = " (sent before; nobody knows whether it arrived: it is looked up, and sent if it did not)"
_TRIED = {"later": " (put off before)", "sending": _UNSURE, "unknown": _UNSURE}
"""What is said of a write that was tried before, by its state."""
COUNTED = (
    ("created", "created"),
    ("overwritten", "overwritten"),
    ("cleared", "emptied in a field"),
    ("backward", "moved backward in their stage"),
    ("enrolled", "put on a nurture list"),
    ("recalled", "taken back from sales"),
    ("owners_changed", "given another owner"),
    ("messages", "messages"),
)
"""The counts of a plan in words."""


def plan(data: Mapping[str, Any], *, whole: bool) -> Iterator[str]:
    """Yield the lines of a plan as `Plan.to_json` gives it; with `whole` each write and field."""
    yield (
        f"{data['company']}: {len(data['writes'])} writes under agreement {data['agreement']}, in "
        + " and ".join(f"{number} calls to {side}" for side, number in data["calls"].items())
    )
    yield from _counts(data)
    for write in data["writes"] if whole else ():
        record = visible(write["record"]) or "a new record"
        where = f"{write['system']} {write['object']} {record}"
        yield f"{write['action']} {where}, lead {write['lead']}{_TRIED.get(write['state'], '')}"
        for change in write["changes"]:
            yield (
                f"    {visible(change['field'])}: {shown(change['before'])} -> "
                f"{shown(change['after'])}    ({visible(change['rule'])})"
            )


def _counts(data: Mapping[str, Any]) -> Iterator[str]:
    """What the plan does in numbers; a plan that an earlier build saved has none."""
    counts = data.get("counts")
    if not counts:
        return
    many = ", ".join(f"{counts[name]} {words}" for name, words in COUNTED)
    yield f"{counts['leads']} of {counts['known']} known leads are written to: {many}"
    found = _over(counts)
    if found:
        which = "the first plan, and it" if counts["first"] else "a plan that"
        yield f"This is {which} exceeds a limit; `crmbridge apply` wants {_wants(found)}:"
        yield from (f"    {one}" for one in reached(found, counts["known"]).splitlines())


def _over(counts: Mapping[str, Any]) -> list[Over]:
    return [Over(**one) for one in counts["over"]]


def _wants(found: list[Over]) -> str:
    return f"--allow {flags(one.kind for one in found)}"


def to_apply(data: Mapping[str, Any], file: str) -> str:
    """The command that applies a plan as it is."""
    found = _over(data["counts"])
    options = f" {_wants(found)}" if found else ""
    return f"crmbridge apply {file}{options} --company {data['company']}"
