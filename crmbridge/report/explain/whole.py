"""An explanation of a lead as text: the same as its JSON, in the order in which people ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crmbridge.report.explain.definition import source, verdict
from crmbridge.report.explain.history import line
from crmbridge.report.explain.routing import room
from crmbridge.report.explain.stages import own_stage
from crmbridge.report.explain.standing import ADOPTED, head, looks, own_milestones, short, was_over
from crmbridge.report.text import shown, visible, when

Told = Mapping[str, Any]
LONGEST = 100
"""Characters of a value that a list of writes shows; `--json` has it whole."""
UNSENT = frozenset({"superseded"})
"""States of writes that never left: a newer one took their place."""


def text(told: Told) -> list[str]:
    """Return the lines of an explanation that `flows.explain.explain` made.

    Vendors' words in it cannot steer a terminal.
    """
    sections = {"In short": short(told), **parts(told)}
    return [
        *head(told),
        *(line for title, lines in sections.items() for line in _section(title, lines)),
    ]


def parts(told: Told) -> dict[str, Iterable[str]]:
    """Return the lines behind the first ones by the title of their part; a part may have none."""
    return {
        "Held for a person": _held(told),
        "Ready for sales?": verdict(told),
        "Stage in the company's words": own_stage(told),
        "Room of sales": room(told),
        "Returns": _returns(told),
        "Way so far": _cycles(told),
        "What is known": _facts(told),
        "Scores": _score(told),
        "Won deals": _won(told),
        "Agreement": _agreement(told),
        "Records": _records(told),
        "Decisions": _decisions(told),
        "Writes": _writes(told),
    }


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return ["", title, *(f"  {one}" for one in found)] if found else []


def _held(told: Told) -> Iterator[str]:
    for one in told["held"]:
        yield f"{one['id'][:8]} {visible(one['kind'])}: {visible(one['advice'])}"


def _cycles(told: Told) -> Iterator[str]:
    names = told["own_stage"]["names"]
    for cycle in told["cycles"]:
        kind = f" ({cycle['kind']})" if cycle["kind"] else ""
        void = f", void since {when(cycle['voided'])}" if cycle["voided"] else ""
        yield f"trip {cycle['n']}{kind}, from {when(cycle['opened'])}{void}"
        adopted = cycle["kind"] == ADOPTED
        for one in told["taken_over"] if adopted else ():
            how = f"over ({one['outcome']})" if one["outcome"] else one["stage"]
            yield f"  found as {visible(how)}: {visible(one['record'])} {when(one['at'])}"
        for name, at in own_milestones(told, cycle).items():
            yield f"  {visible(names.get(name) or name.replace('_', ' '))} {when(at)}"
        if cycle["outcome"]:
            why = f": {visible(cycle['reason'])}" if cycle["reason"] else ""
            yield f"  {cycle['outcome']}{why} {_end(told, cycle)}"
    for one in told["ignored"]:
        yield f"left out: {visible(one['why'])} {when(one['at'])}"


def _end(told: Told, cycle: Told) -> str:
    """When a trip was over; of one that only was found over, that day."""
    at = when(cycle["closed"])
    return f"before {at}, when it was found" if was_over(told, cycle) else at


def _returns(told: Told) -> Iterator[str]:
    for one in told["returns"]:
        void = "" if one["stands"] else _void(one, told["returns"])
        yield (
            f"{'found ' if one['at'] in looks(told) else ''}{when(one['at'])} {one['outcome']}: "
            f"{visible(one['reason'])} "
            f"(class {one['class']}){void}"
        )
        if one["until"]:
            yield f"  cool-off ends {when(one['until'])}"
        yield f"  row: {'; '.join(_row(one))}"


def _void(one: Told, returns: list[Told]) -> str:
    replaced = any(other["stands"] and other["at"] == one["at"] for other in returns)
    why = "sales gave another reason later" if replaced else "its deal was reopened"
    return f", void since {why}"


def _row(one: Told) -> Iterator[str]:
    """What the recycle table says of a reason, in the words of the agreement's page."""
    row = one["row"]
    if row is None:
        yield "the agreement in force has none for this reason"
        return
    if row["track"]:
        yield f"track {visible(row['track'])}"
    if row["class"] == "returns":
        yield f"{row['cool_off_days']} days"
        yield f"{one['bar']} points of engagement since"
        yield f"trip {one['loops']} of at most {one['max_loops']}"
    yield {"prefer": "the same rep if free", "avoid": "another rep", "any": "any rep"}[row["rep"]]
    yield f"contact {visible(one['contact'])}"


def _facts(told: Told) -> Iterator[str]:
    for fact in told["facts"]:
        used = f"; used by {visible(', '.join(fact['used_by']))}" if fact["used_by"] else ""
        rule = f"; {_ruled(fact)}" if fact["authority"] else ""
        yield f"{visible(fact['fact'])} = {shown(fact['value'])}{source(fact)}{rule}{used}"


def _ruled(fact: Told) -> str:
    """The rule of a fact that several systems tell, and what they last had alike."""
    agreed = fact["agreed"]
    same = "never alike in both" if agreed is None else f"last alike in both: {shown(agreed)}"
    return f"rule {fact['authority'].replace('_', ' ')}, {same}"


def _score(told: Told) -> Iterator[str]:
    score, touches = told["score"], told["touches"]
    yield f"grade {score['grade']}, {score['rating']}"
    yield from _fit(score)
    many = f"{touches['count']} touch{'' if touches['count'] == 1 else 'es'}"
    yield f"engagement {score['engagement']} from {many}"
    for part in score["parts"]:
        left = f"left out: {part['dropped']}" if part["dropped"] else f"{part['part']}"
        what = f"{visible(part['kind'])} {visible(part['asset'])}"
        yield f"  {when(part['at'])} {what}: {part['points']} points, now {left}"
    for one in score["signals"]:
        yield f"signal {one['rating']}: {visible(one['asset'])} {when(one['at'])}"
    if touches["first"] or touches["last"]:
        yield f"won deals: first touch {shown(touches['first'])}, last {shown(touches['last'])}"
    if later := score.get("later"):
        yield (
            f"with what was known {when(later['known_as_of'])}: engagement {later['engagement']}, "
            f"grade {later['grade']}, {later['rating']}"
        )


def _fit(score: Told) -> Iterator[str]:
    if score["fit"] is None:
        return
    parts = ", ".join(
        f"{visible(one['group'])} {one['capped']}{'' if one['known'] else ' (not all known)'}"
        for one in score["fit_parts"]
    )
    counts = f", counts as {score['counts_as']}" if score["counts_as"] != score["letter"] else ""
    said = ", because sales said no fit" if score["fit_denied"] else ""
    yield f"fit {score['fit']}: {score['letter']}{counts}{said} ({parts})"


def _won(told: Told) -> Iterator[str]:
    found, account = told["won"], told["account"]
    if found is None:
        yield "its shares of won deals and its account's deals are told of today only"
        return
    if found["shares"]:
        apart = f", and apart {', '.join(found['apart'])}" if found["apart"] else ""
        yield f"in all {found['value'] or 'no amount'}{apart}"
    for one in found["shares"]:
        yield f"  {visible(one['deal'])} by {one['by']}: {one['part'] or 'no amount'}"
    if account["open_deals"] or account["won_deals"]:
        yield f"its account has {account['open_deals']} open and {account['won_deals']} won deals"


def _agreement(told: Told) -> Iterator[str]:
    found = told["agreement"]
    yield f"judged by {_version(found)}"
    if under := found["handed_over_under"]:
        same = under["version"] == found["version"]
        yield f"handed over under {'the same' if same else _version(under)}"
    elif found["of_the_hand_off"]:
        yield (
            f"handed over under {visible(found['of_the_hand_off'])}, whose text is not among the "
            "company's files any more"
        )
    if found["next_from"]:
        yield f"another version takes effect {when(found['next_from'])}"


def _version(found: Told) -> str:
    names = [f"{visible(one['name'])} for {one['side']} on {one['on']}" for one in found["signed"]]
    return (
        f"version {found['version']}, hash {found['hash'][:12]}, {found['status']}, from "
        f"{found['effective_from']}; signed by {' and '.join(names) or 'nobody'}"
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
        state = "not sent yet" if one["state"] == "intent" else one["state"]
        yield f"{when(one['at'])} {visible(one['action'])} {where}: {state}"
        for change in one["changes"] if one["state"] not in UNSENT else ():
            yield (
                f"  {visible(change['field'])}: {_brief(change['before'])} -> "
                f"{_brief(change['after'])} ({visible(change['rule'])})"
            )
        for answer in one["answers"]:
            yield f"  {when(answer['at'])} {_answer(answer)}"


def _brief(value: Any) -> str:
    """A value on one line: of a long text its first line, and how many follow."""
    if not isinstance(value, str):
        return shown(value)
    first, *rest = value.split("\n") or [""]
    cut = first if len(first) <= LONGEST else f"{first[:LONGEST]}…"
    return shown(cut) + (f" … and {len(rest)} more lines" if rest else "")


def _answer(answer: Told) -> str:
    names = ("ref", "code", "message", "why")
    said = [visible(str(answer[name])) for name in names if answer.get(name)]
    return " ".join([answer["type"].replace("_", " "), *said])
