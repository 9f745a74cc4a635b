"""What is said of values that a field does not take: what, where, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crmbridge.policy.fit.fit import Why

MISSING, REFUSED, ADDRESS, WHOLE = "field_missing", "field_refused", "address_refused", "refused"
TRACK = "unknown_track"
KINDS = frozenset({MISSING, REFUSED, ADDRESS, WHOLE, TRACK})
"""Kinds of held work that are one piece a cause, with the leads that it concerns."""
UNFIT = "unfit."
"""Begins the code of a cause that we see ourselves, before a vendor is asked; a `Why` follows."""
ITSELF = "This resolves itself, and what was held back is then written."


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a cause is about: a vendor's field, or a whole write, with the vendor's own words."""

    title: str
    word: str
    obj: str
    field: str
    code: str = ""
    message: str = ""


def leads(count: int) -> str:
    """So many leads."""
    return "1 lead" if count == 1 else f"{count:,} leads"


def advice(kind: str, about: About, count: int) -> str:
    """Say what is wrong and what to do next; no word of any lead's values."""
    return _SAID[kind](about, leads(count))


def _missing(one: About, many: str) -> str:
    return (
        f"{one.title} has no {one.word} {one.field} any more, or does not show it to us, on "
        f"{one.obj} ({many}). Create or restore it there, give us leave to see it, or take its "
        f"line out of mapping.toml. It is not sent until it is there. {ITSELF}"
    )


def _unfit(one: About, many: str) -> str:
    what, to_do = _UNFIT[Why(one.code.removeprefix(UNFIT))]
    return (
        f"{one.title}: {one.obj}.{one.field} {what} ({many}). {to_do} The other fields "
        f"are written. {ITSELF}"
    )


def _refused(one: About, many: str) -> str:
    if one.code.startswith(UNFIT):
        return _unfit(one, many)
    said = _said(one)
    return (
        f"{one.title} does not take what we have for {one.obj}.{one.field} ({many}): {said}. Mend "
        f"the {one.word} or its rule there, or correct the leads' values. The other fields were "
        f"written; one lead's value is offered again every few minutes. {ITSELF}"
    )


def _address(one: About, many: str) -> str:
    return (
        f"{one.title} does not take the e-mail address ({one.obj}.{one.field}) of {many}: "
        f"{_said(one)}. No rep is given a lead without its address, so the hand-off waits. Correct "
        f"the address in marketing, or mend the rule in {one.title}. {ITSELF}"
    )


def _whole(one: About, many: str) -> str:
    of_field = f" ({one.obj}.{one.field})" if one.field else ""
    to_do = (
        f"Fill {one.field} by a line of mapping.toml with a default, correct the leads, or mend "
        f"the {one.word} or its rule there."
        if one.field
        else "Mend there what it complains of, or correct the leads."
    )
    return (
        f"{one.title} refuses to write {one.obj} of {many}{of_field}: {_said(one)}. {to_do} One of "
        f"the writes is tried again every few minutes. {ITSELF}"
    )


def _track(one: About, many: str) -> str:
    return (
        f"{one.title} has no such list or program: {one.message} ({many}). Create it there, or "
        f"correct its line under [tracks] in mapping.toml. It is looked for again every few "
        f"minutes. {ITSELF}"
    )


def _said(one: About) -> str:
    """The vendor's words, and its code where they do not have it."""
    words = one.message.strip().rstrip(".")
    if not words:
        return one.code
    return words if not one.code or one.code in words else f"{words} [{one.code}]"


_SAID: Mapping[str, Callable[[About, str], str]] = {
    MISSING: _missing,
    REFUSED: _refused,
    ADDRESS: _address,
    WHOLE: _whole,
    TRACK: _track,
}
_MAP = "or put a transform or a table of values into its line of mapping.toml."
_UNFIT: Mapping[Why, tuple[str, str]] = {
    Why.MISSING: ("is not there", "Create it there."),
    Why.READ_ONLY: (
        "cannot be written by us",
        'Give us leave to edit it there, or make its line of mapping.toml way = "in".',
    ),
    Why.REQUIRED: (
        "must not be empty, and we have nothing for it",
        "Enter it for these leads, or give its line of mapping.toml a default.",
    ),
    Why.CHOICE: (
        "does not have the choice that we have for it",
        "`crmbridge held show` lists the choices: add them there, or translate them in the line's "
        "table of values in mapping.toml, or correct the leads.",
    ),
    Why.SEVERAL: (
        "takes one choice, and we have several",
        "Make it a field for several choices, or correct the leads.",
    ),
    Why.NUMBER: ("takes a number, and ours is none", f"Correct the leads, {_MAP}"),
    Why.RANGE: (
        "takes smaller numbers than ours",
        "Allow more digits there, or correct the leads.",
    ),
    Why.TRUTH: ("takes yes or no, and ours is neither", f"Correct the leads, {_MAP}"),
    Why.DAY: ("takes a date, and ours is none", f"Correct the leads, {_MAP}"),
    Why.LONG: ("is too short for our value", "Make it longer there."),
}
