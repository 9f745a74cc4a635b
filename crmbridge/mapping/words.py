"""The words a mapping may use for a lead's fields: facts that come in, results that go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crmbridge.model.authority import KEEPING, Authority
from crmbridge.model.lead import FIELDS
from crmbridge.model.lifecycle.stage import Stage
from crmbridge.model.nearest import meant

RESULTS: Mapping[str, str] = {
    "stage": "text",
    "own_stage": "text",
    "own_stage_at": "datetime",
    "cycle": "number",
    "reason": "text",
    "track": "text",
    "contact": "text",
    "waiting": "text",
    "engagement": "number",
    "score_fit": "number",
    "grade": "text",
    "rating": "text",
    "definition": "text",
    "outcome": "text",
    "loops": "number",
    "trips": "text",
    "cool_off_until": "datetime",
    "ready_at": "datetime",
    "handed_at": "datetime",
    "accepted_at": "datetime",
    "handed_on_at": "datetime",
    "returned_at": "datetime",
    "won_amount": "number",
    "won_currency": "text",
    "won_at": "datetime",
    "won_deals": "number",
    "won_apart": "text",
    "first_touch": "text",
    "last_touch": "text",
    "pipeline_amount": "number",
    "pipeline_currency": "text",
    "sourced": "text",
    "first_campaign": "text",
    "headline_campaign": "text",
    "credit_version": "text",
    "team": "text",
    "owner_email": "text",
    "owner_name": "text",
    "brief": "text",
    "rating_link": "text",
}
"""What crmbridge knows of a lead and can write out; never read in."""

CREDITED = (
    *("pipeline_amount", "pipeline_currency", "sourced"),
    *("first_campaign", "headline_campaign", "credit_version"),
)
"""Results that follow from the books of credit."""
OF_DEAL = ("won_amount", "won_currency", *CREDITED)
"""What crmbridge knows of a deal and can write out."""

CLOSED: Mapping[str, tuple[str, ...]] = {
    "stage": tuple(one.value for one in Stage),
    "contact": ("nurture", "content_only", "none"),
    "rating": ("cold", "warm", "hot"),
    "sourced": ("sourced", "influenced", "none"),
    "outcome": (
        *("rejected", "returned", "stale_untouched", "stale_idle", "recalled"),
        *("won", "lost", "disqualified"),
    ),
}
"""All that a result can be, where that is the same for every agreement."""
NEVER_SENT = frozenset({"merged", "erased"})
"""Stages of leads that nothing is written of."""


ADOPTED = tuple(one for one in CLOSED["stage"] if one not in NEVER_SENT)
"""Stages in which a lead can be taken over."""


def is_fact(word: str) -> bool:
    """Whether the word is a fact that a system may tell us."""
    return word in FIELDS or word.startswith("x_")


def check_word(word: str, way: str) -> None:
    """Raise `ValueError`, with the nearest word, when a mapping may not use this one this way."""
    if is_fact(word):
        return
    if word in RESULTS:
        if way != "out":
            raise ValueError(f'{word!r} is decided by crmbridge and only goes out: way = "out"')
        return
    hint = meant(word, [*FIELDS, *RESULTS], "name a field of your own x_<name>")
    raise ValueError(f"unknown lead field {word!r}; {hint}")


def check_deal_word(word: str) -> None:
    """Raise `ValueError`, with the nearest word, for what is not written onto deals."""
    if word not in OF_DEAL:
        hint = meant(word, OF_DEAL, f"there are: {', '.join(OF_DEAL)}")
        raise ValueError(f"{word!r} is not written onto deals; {hint}")


def check_plain(word: str, others: Iterable[str]) -> None:
    """Raise `ValueError` where a word that must stand in one field is given others beside it."""
    if word in ("email", "opted_out", "stage") and any(others):
        raise ValueError(
            f"{word!r} stands in one field, which is read and written: take read and rest out"
        )


def check_table(word: str, ours: Iterable[str]) -> None:
    """Raise `ValueError`, with the nearest, when a table translates what a result never is."""
    for value in ours if word in CLOSED else ():
        if value not in CLOSED[word]:
            hint = meant(value, CLOSED[word], f"it is: {', '.join(CLOSED[word])}")
            raise ValueError(f"{word!r} is never {value!r}; {hint}")


def check_adopted(word: str, stages: Mapping[str, str]) -> None:
    """Raise `ValueError`, with the nearest, for a stage that no lead is taken over in."""
    if stages and word != "stage":
        raise ValueError(f"adopt says in which stage a lead is taken over: {word!r} is no stage")
    for value in stages.values():
        if value not in ADOPTED:
            hint = meant(value, ADOPTED, f"it is: {', '.join(ADOPTED)}")
            raise ValueError(f"no lead is taken over as {value!r}; {hint}")


def check_rule(word: str, rule: Authority) -> None:
    """Raise `ValueError` for a word that takes no rule of a mapping's, or not this one."""
    if word == "opted_out":
        raise ValueError(
            "'opted_out' takes no authority: a no in either system counts, and only evidence ends "
            "it (`crmbridge consent`); take the line out"
        )
    if word == "email" and rule in KEEPING:
        raise ValueError(
            f"'email' cannot be {rule!r}: it is the address by which a person is known, so it is "
            "marketing, sales, latest or hold"
        )
