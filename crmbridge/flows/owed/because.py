"""The rule of [authority] behind the write of a fact, and how it came to decide."""

from __future__ import annotations

from crmbridge.company import Company
from crmbridge.policy.merge import Merged, says_nothing

INTO_EMPTY = frozenset({"fill_if_empty", "once"})
"""Rules by which nothing but an empty field is written."""


def because(company: Company, word: str, found: Merged | None) -> str:
    """Say by which rule a fact is written, for behind the line of the mapping; may be empty.

    `found` is what the records make of it; `None` where fewer than two systems have a say, or a
    record: then no rule is asked, but for one that fills empty fields alone.
    """
    rule = company.rule(word)
    if found is None and rule not in INTO_EMPTY:
        return ""
    return f"; authority.{word} = {rule}: {_why(company, rule, found)}"


def _why(company: Company, rule: str, found: Merged | None) -> str:
    if rule == "once":
        return "the field is empty, and the first value stands"
    if rule in INTO_EMPTY or found is None:
        return "the field is empty"
    match found.why:
        case "only":
            return _silent(company, found.by)
        case "alone":
            did = "emptied" if says_nothing(found.value) else "changed"
            return f"{found.by} alone {did} it"
        case "both":
            return "both say so" if len(company.names) == 2 else "all that tell it say so"
        case "rule":
            who = "both" if len(company.names) == 2 else "several"
            return f"{who} changed it, and {_wins(rule, found.by)}"
    return "it is what our lead has"


def _silent(company: Company, by: str) -> str:
    others = [name for name in company.names if name != by]
    return f"{others[0]} says nothing" if len(others) == 1 else f"{by} alone says anything"


def _wins(rule: str, by: str) -> str:
    return f"the change of {by} is newer" if rule == "latest" else f"{by} wins"
