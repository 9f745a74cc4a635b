"""An explanation of a lead as text: the same as its JSON, in the order in which people ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.report.history import line
from crmbridge.report.text import shown, visible, when

Told = Mapping[str, Any]


def text(told: Told) -> list[str]:
    """Return the lines of an explanation that `flows.explain.explain` made.

    Vendors' words in it cannot steer a terminal.
    """
    return [
        *_head(told),
        *_section("Ready for sales?", _ready(told)),
        *_section("Way so far", _cycles(told)),
        *_section("Returns", _returns(told)),
        *_section("What is known", _facts(told)),
        *_section("Engagement", _score(told)),
        *_section("Records", _records(told)),
        *_section("Decisions", _decisions(told)),
        *_section("Writes", _writes(told)),
        *_section("Held for a person", _held(told)),
    ]


def _section(title: str, lines: Iterator[str]) -> list[str]:
    found = list(lines)
    return ["", title, *(f"  {one}" for one in found)] if found else []


def _head(told: Told) -> Iterator[str]:
    yield f"Lead {told['lead']} as of {when(told['as_of'])}"
    if told["merged_into"]:
        yield f"  lives on as lead {told['merged_into']}"
    yield f"  stage {told['stage']}, cycle {told['cycle']}, with {told['side']}"
    yield f"  owner {visible(told['owner']) or 'nobody'}"
    if told["opted_out"]:
        yield "  has opted out: nothing is sent to them"
    if told["track"]:
        yield f"  on the nurture track {visible(told['track'])}"
    if waiting := told["waiting"]:
        why = visible(waiting["reason"]) or "not looked at yet"
        yield f"  waits for sales since {when(waiting['since'])}: {why}"
    if assigned := told["assigned"]:
        yield f"  given to {visible(assigned['rep'])}, not yet taken by the sales system"
    handed = told["agreement"]["of_the_hand_off"]
    yield f"  judged by agreement {told['agreement']['now']}" + (
        f", handed over under {handed}" if handed else ""
    )


def _ready(told: Told) -> Iterator[str]:
    ready = told["ready"]
    words = {"true": "yes, it meets the definition", "false": "no", "unknown": "nobody can tell"}
    yield words[ready["result"]]
    if ready["until"]:
        yield f"without new activity it stops being so {when(ready['until'])}"
    if ready["may_go"] != "reenter" and told["returns"]:
        yield f"it came back before, and now: {ready['may_go'].replace('_', ' ')}"
    yield from _criteria(ready["criteria"], "", ready["distances"])
    yield from _flip(ready["flip"])


def _criteria(node: Told, indent: str, gaps: Mapping[str, str]) -> Iterator[str]:
    mark = {"true": "+", "false": "-", "unknown": "?"}[node["result"]]
    if "of" in node:
        most = f" {node['k']}" if "k" in node else ""
        yield f"{indent}{mark} {node['op']}{most} of:"
        for child in node["of"]:
            yield from _criteria(child, indent + "  ", gaps)
        return
    wanted = "" if node["wanted"] is None else f" {shown(node['wanted'])}"
    source = f" [{visible(node['source'])}" if node.get("source") else ""
    if source:
        source += f", {when(node['at'])}]" if node.get("at") else "]"
    asked = f"{node['field']} {node['op'].replace('_', ' ')}{wanted}"
    value = "unknown" if node["value"] is None else shown(node["value"])
    gap = f", {_signed(gaps[node['id']])} to the threshold" if node["id"] in gaps else ""
    yield f"{indent}{mark} {visible(node['id'])}: {visible(asked)}; it is {value}{gap}{source}"


def _signed(number: str) -> str:
    return number if number.startswith("-") else f"+{number}"


def _flip(flip: Told) -> Iterator[str]:
    goal = "to become ready" if flip["wanted"] == "true" else "to stop being ready"
    if not flip["possible"]:
        yield f"{goal}: nothing that anybody can change would do"
        return
    steps = [_step(one, flip["needs"]) for one in flip["steps"]]
    doubt = " (estimate: a fact counts more than once)" if flip["estimate"] else ""
    if steps:
        yield f"smallest change {goal}: {', '.join(steps)}{doubt}"


def _step(step: Told, needs: Mapping[str, str]) -> str:
    name = step["criterion"]
    gap = needs.get(name)
    return f"{step['do']} {visible(name)}" + (f" by {gap}" if gap else "")


def _cycles(told: Told) -> Iterator[str]:
    for cycle in told["cycles"]:
        kind = f" ({cycle['kind']})" if cycle["kind"] else ""
        void = f", void since {when(cycle['voided'])}" if cycle["voided"] else ""
        yield f"cycle {cycle['n']}{kind}, from {when(cycle['opened'])}{void}"
        for name, at in cycle["milestones"].items():
            yield f"  {name} {when(at)}"
        if cycle["outcome"]:
            why = f": {visible(cycle['reason'])}" if cycle["reason"] else ""
            yield f"  {cycle['outcome']}{why} {when(cycle['closed'])}"


def _returns(told: Told) -> Iterator[str]:
    for one in told["returns"]:
        yield f"{when(one['at'])} {one['outcome']}: {visible(one['reason'])} ({one['class']})"
        if one["until"]:
            yield f"  cool-off ends {when(one['until'])}"
        row = one["row"]
        if row and row["class"] == "returns":
            yield (
                f"  row: track {visible(row['track'] or '-')}, {row['cool_off_days']} days, "
                f"bar {row['bar'] or 0}, trip {one['loops']} of at most {row['max_loops']}, "
                f"{row['rep']} the same rep"
            )


def _facts(told: Told) -> Iterator[str]:
    for fact in told["facts"]:
        yield (
            f"{visible(fact['fact'])} = {shown(fact['value'])} "
            f"[{visible(fact['source'])}, {when(fact['at'])}]"
        )


def _score(told: Told) -> Iterator[str]:
    score, touches = told["score"], told["touches"]
    yield f"grade {score['grade']}, {score['rating']}"
    yield from _fit(score)
    yield f"engagement {score['engagement']} from {touches['count']} touches"
    for part in score["parts"]:
        left = f"left out: {part['dropped']}" if part["dropped"] else f"{part['part']}"
        what = f"{visible(part['kind'])} {visible(part['asset'])}"
        yield f"  {when(part['at'])} {what}: {part['points']} points, now {left}"
    if touches["first"] or touches["last"]:
        yield f"won deals: first touch {shown(touches['first'])}, last {shown(touches['last'])}"


def _fit(score: Told) -> Iterator[str]:
    if score["fit"] is None:
        return
    parts = ", ".join(
        f"{visible(one['group'])} {one['capped']}{'' if one['known'] else ' (not all known)'}"
        for one in score["fit_parts"]
    )
    counts = f", counts as {score['counts_as']}" if score["counts_as"] != score["letter"] else ""
    yield f"fit {score['fit']}: {score['letter']}{counts} ({parts})"
    for one in score["signals"]:
        yield f"signal {one['rating']}: {visible(one['asset'])} {when(one['at'])}"
    if later := score.get("later"):
        yield (
            f"with what was known {when(later['known_as_of'])}: engagement {later['engagement']}, "
            f"grade {later['grade']}, {later['rating']}"
        )


def _records(told: Told) -> Iterator[str]:
    for one in told["records"]:
        status = f", status {visible(one['status'])}" if one["status"] else ""
        moved = f", lives on as {visible(one['converted_to'])}" if one["converted_to"] else ""
        gone = "" if one["live"] else ", gone"
        yield f"{visible(one['record'])}{status}{moved}{gone}"


def _decisions(told: Told) -> Iterator[str]:
    for one in told["decisions"]:
        by = f" [{visible(one['agreement'])}]" if one.get("agreement") else ""
        yield f"{when(one['at'])} {line(one['type'], one)}{by}"


def _writes(told: Told) -> Iterator[str]:
    for one in told["writes"]:
        where = f"{visible(one['system'])} {visible(one['object'])}"
        yield f"{when(one['at'])} {one['action']} {where}: {one['state']}"
        for change in one["changes"]:
            yield (
                f"  {visible(change['field'])}: {shown(change['before'])} -> "
                f"{shown(change['after'])} ({visible(change['rule'])})"
            )
        for answer in one["answers"]:
            yield f"  {when(answer['at'])} {_answer(answer)}"


def _answer(answer: Told) -> str:
    names = ("ref", "code", "message", "why")
    said = [visible(str(answer[name])) for name in names if answer.get(name)]
    return " ".join([answer["type"].replace("_", " "), *said])


def _held(told: Told) -> Iterator[str]:
    for one in told["held"]:
        yield f"{one['id'][:8]} {visible(one['kind'])}: {visible(one['advice'])}"
