"""The first lines of an explanation: who this is, and in a few sentences how it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmbridge.policy.routing.remedy import REASONS
from crmbridge.report.explain.definition import steps
from crmbridge.report.explain.nurture import nurture_lines
from crmbridge.report.explain.stages import in_words
from crmbridge.report.text import visible, when, who

Told = Mapping[str, Any]
ADOPTED = "adopted"
"""The kind of a trip that was under way, or over, before we came."""
AGAIN: Mapping[str, str] = {
    "no_permission": "it may not go again: they opted out",
    "out": "it does not go again: its reason takes it out",
    "wait_data": "it goes again once its data is corrected",
    "wait_merge": "it goes again once its twin is merged",
    "wait_deal": "it goes again once the open deal is over",
    "manual_only": "it has made too many trips: only a person sends it again",
    "wait_cool_off": "it rests after its trip, and may go again",
    "wait_bar": "it has too little engagement since it came back",
    "wait_not_ready": "it may go again as soon as it meets the definition",
}
"""Why a lead that came back does not go to sales again (R5.4)."""


def head(told: Told) -> Iterator[str]:
    """Yield who this is, of which moment this tells, and which agreement judges."""
    who = told["who"]
    name = f"{who['first_name']} {who['last_name']}".strip()
    known = [one for one in (name, who["title"], who["account"], who["email"]) if one]
    yield visible(", ".join(known)) or "Somebody of whom nothing is known"
    yield f"Lead {told['lead']} as of {when(told['as_of'])}"
    if told["past"]:
        yield "  as it was known then: what was learned later is left out"
    for other in told["merged_from"]:
        yield f"  lead {visible(other)} is the same person, and part of this one"


def short(told: Told) -> Iterator[str]:
    """Yield how the lead stands, what it waits for, and what a person has to do."""
    yield from _gone(told) if told["merged_into"] or told["stage"] == "erased" else _stands(told)
    if told["in_queue"]:
        name = visible(told["in_queue"])
        yield f"Their record in sales is in the queue {name}, so nobody there has it."
    if told["opted_out"]:
        yield "They opted out: nothing is sent to them."
    yield from nurture_lines(told)
    if many := len(told["held"]):
        yield (
            f"{many} held for a person: see below." if many > 1 else "Held for a person: see below."
        )


def _gone(told: Told) -> Iterator[str]:
    if told["merged_into"]:
        yield f"This lead lives on as lead {visible(told['merged_into'])}: explain that one."
    else:
        yield "This person was erased: nothing is kept of them."


def _stands(told: Told) -> Iterator[str]:
    trip = f"trip {told['cycle']}"
    stage = in_words(told["stage"], told["own_stage"]["name"])
    match told["side"]:
        case "sales":
            where = f" in {visible(told['org']['system'])}" if told["org"] else ""
            yield f"With sales{where}, {stage}, {trip}; {_owner(told)}."
            yield from _since(told)
        case "marketing" if told["stage"] == "ready":
            own = "" if stage == told["stage"] else f", {stage}"
            yield f"Ready for sales{own}, {trip}; marketing has it until sales takes it."
            yield from _line(told)
        case "marketing":
            yield f"With marketing, {stage}, {trip}."
            if told["expansion"]:
                yield "Judged as a customer, by the definition of expansion."
            yield from _not_yet(told)
        case _:
            yield f"Out of the loop: {stage}."
            yield from _why_out(told)


def _owner(told: Told) -> str:
    return f"its rep is {visible(told['owner_name'])}" if told["owner"] else "it has no rep"


def _since(told: Told) -> Iterator[str]:
    trips = [one for one in told["cycles"] if not one["voided"]]
    if trips and trips[-1]["kind"] == ADOPTED:
        yield from _found(told)
    marks = own_milestones(told, trips[-1]) if trips else {}
    said = [f"{word} {when(marks[name])}" for name, word in _STEPS.items() if name in marks]
    if said:
        yield f"It was {', '.join(said)}."
    yield from _in_a_row(told, trips[-1]["legs"] if trips else [])


def _in_a_row(told: Told, legs: Sequence[Told]) -> Iterator[str]:
    """Who handed the lead on to whom, and which team it waits for."""
    for leg in legs:
        verb = "Back with" if leg["kind"] == "back" else "Handed on to"
        ended = ""
        if leg["outcome"] and leg["outcome"] != "handed_on":
            why = visible(leg["reason"] or leg["outcome"])
            ended = f"; given back {when(leg['closed'])}: {why}"
        elif _not_accepted(told, leg):
            ended = ", which has not accepted it yet"
        yield f"{verb} team {who(leg['team'])} on {when(leg['at'])}{ended}."
    if passing := told["passing"]:
        teams = " or ".join(visible(one) for one in passing["names"])
        what = "Goes back to" if passing["back"] else "Its team is done with it: it goes on to"
        why = REASONS.get(passing["waiting"], "") or "nobody has looked yet who has room"
        yield f"{what} team {teams}; waits since {when(passing['since'])}: {why}."


def _not_accepted(told: Told, leg: Told) -> bool:
    return told["stage"] == "handed" and not leg["closed"] and "accepted" not in leg["milestones"]


def _found(told: Told) -> Iterator[str]:
    """What was so before we came: nobody knows since when."""
    with_sales = [one for one in told["taken_over"] if one["stage"] in _STEPS]
    if with_sales:
        most = max(with_sales, key=lambda one: list(_STEPS).index(one["stage"]))
        yield (
            f"It was taken over on {when(most['at'])} as {most['stage']}: "
            f"{visible(most['record'])} showed it so."
        )


def was_over(told: Told, trip: Told) -> bool:
    """Whether a trip was over when crmbridge first looked."""
    return trip["kind"] == ADOPTED and trip["closed"] in looks(told)


def own_milestones(told: Told, trip: Told) -> dict[str, str]:
    """The steps of a trip with their instants, without those that a first look only found."""
    found = looks(told) if trip["kind"] == ADOPTED else set()
    return {name: at for name, at in trip["milestones"].items() if at not in found}


def looks(told: Told) -> set[str]:
    """The instants at which records were first looked at: what was so then, was so before."""
    return {one["at"] for one in told["taken_over"]}


_STEPS: Mapping[str, str] = {
    "handed": "handed over",
    "first_sales_touch": "first touched",
    "accepted": "accepted",
    "qualified": "qualified",
    "handed_on": "handed on",
    "opportunity": "put on a deal",
}


def _line(told: Told) -> Iterator[str]:
    if assigned := told["assigned"]:
        rep = (told["capacity"]["given"] or {}).get("name") or assigned["rep"]
        yield f"Given to {visible(rep)}; the sales system has not taken it yet."
    elif waiting := told["waiting"]:
        reason = waiting["reason"]
        why = REASONS.get(reason, visible(reason)) or "nobody has looked at it yet"
        yield f"Waits for sales since {when(waiting['since'])}: {why} ({reason or 'new'})."
    if told["ready"]["until"]:
        yield f"Without new activity it stops being ready on {when(told['ready']['until'])}."


def _not_yet(told: Told) -> Iterator[str]:
    ready = told["ready"]
    if bought := _bought(told):
        yield bought
        return
    if back := _last(told):
        yield _returned(told, back)
        if ready["may_go"] in AGAIN:
            yield f"{AGAIN[ready['may_go']].capitalize()}{_terms(told, back)}."
    if ready["result"] == "true":
        if ready["may_go"] == "reenter":
            yield "It meets the definition; the next pass looks whether it goes into the line."
        return
    if not ready["flip"]["possible"]:
        yield "Not ready for sales, and nothing that anybody can change would make it so."
        return
    yield f"Not ready for sales. It would be: {'; '.join(steps(ready))}."


def _returned(told: Told, back: Told) -> str:
    """When sales gave the lead back, and why; before we came nobody knows when."""
    if back["at"] in looks(told):
        return (
            f"Sales had given it back before we came: {visible(back['reason'])}; found on "
            f"{when(back['at'])}."
        )
    return f"Came back from sales on {when(back['at'])}: {visible(back['reason'])}."


def _bought(told: Told) -> str:
    """When a customer bought, and in which trip, unless a return came later."""
    won = [one for one in told["cycles"] if one["outcome"] == "won" and not one["voided"]]
    back = _last(told)
    if told["stage"] != "customer" or not won or (back and back["at"] > won[-1]["closed"]):
        return ""
    before = f"; before that, sales gave it back: {visible(back['reason'])}" if back else ""
    return f"Bought on {when(won[-1]['closed'])}, in trip {won[-1]['n']}{before}."


def _last(told: Told) -> Told | None:
    return next((one for one in reversed(told["returns"]) if one["stands"]), None)


def _terms(told: Told, back: Told) -> str:
    """What exactly a returned lead waits for."""
    match told["ready"]["may_go"]:
        case "wait_cool_off":
            need = f", then with {back['bar']} points of engagement since" if back["bar"] else ""
            until = when(back["until_by_the_table_now"])
            return f" from {until}{need}; if they ask for sales, at once"
        case "wait_bar":
            has = told["score"]["engagement_since_cycle_began"]
            return f": {has} of {back['bar']}"
        case "manual_only":
            return f" ({back['loops']} of {back['max_loops']})"
    return ""


def _why_out(told: Told) -> Iterator[str]:
    closed = [one for one in told["cycles"] if one["reason"]]
    if closed:
        last = closed[-1]
        why = visible(last["reason"])
        what = visible(last["outcome"] or "closed").capitalize()
        if was_over(told, last):
            yield f"{what} before we came: {why}; found on {when(last['closed'])}."
        else:
            yield f"{what} {when(last['closed'])}: {why}."
    if told["stage"] == "disqualified":
        yield f"{reinstate(told)}."


def reinstate(told: Told) -> str:
    """What has to come before all else of somebody who is out."""
    return f'It stays out until somebody says `crmbridge reinstate {told["lead"][:8]} --why "…"`'
