"""What is doubtful or wrong in attribution and targets beyond their shape (R6.15, R6.20, R6.22)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from typing import get_args

from crmbridge.agreement.finding import Finding, fatal, odd
from crmbridge.agreement.revenue.models import FITTED
from crmbridge.agreement.revenue.targets import Measure, Target
from crmbridge.agreement.shape import Agreement

HIGHEST = Decimal("0.5")
"""The share above which a target is mentioned. Source: domain.md 6.9, where claims end at 35 %."""


def wrong_targets(agreement: Agreement) -> Iterator[Finding]:
    """Find targets that clash, that nobody can measure, and that are hard to believe."""
    yield from _overlapping(agreement)
    yield from _other_definitions(agreement)
    for target in agreement.targets:
        if target.share > HIGHEST:
            yield odd(
                f"{_where(agreement, target)}: a share of {target.share} is above anything the "
                "sources have seen, which is 10 to 35 %: agree on one that can be reached"
            )
    measures = {target.measure for target in agreement.targets}
    for other in get_args(Measure):
        if measures and other not in measures:
            yield odd(
                f"target: there is none for {other}: revenue tells what marketing did for this "
                "year, pipeline what it does for the next, so agree on one of each"
            )


def _overlapping(agreement: Agreement) -> Iterator[Finding]:
    start = agreement.attribution.fiscal_start
    for one, other in combinations(agreement.targets, 2):
        (since, until), (begins, ends) = one.days(start), other.days(start)
        if one.measure == other.measure and since <= ends and begins <= until:
            yield fatal(
                f"{_where(agreement, one)}: another target for {one.measure}, from {begins} to "
                f"{ends}, has some of its days: a day has one target for each measure"
            )


def _other_definitions(agreement: Agreement) -> Iterator[Finding]:
    """Targets by another definition than the one that is locked, or by a list that is not there."""
    credit = agreement.attribution
    for target in agreement.targets:
        where, by = _where(agreement, target), target.by(credit.sourced)
        if by == "lead_source" and not credit.lead_sources:
            yield fatal(
                f'{where}: definition = "lead_source" needs attribution.lead_sources, the deal\'s '
                "sources that are marketing's"
            )
        elif by != credit.sourced:
            yield odd(
                f"{where}: it goes by {by}, and attribution.sourced is {credit.sourced}: one "
                "definition for both keeps the talk to one number"
            )


def _where(agreement: Agreement, target: Target) -> str:
    since, until = target.days(agreement.attribution.fiscal_start)
    return f"target {target.measure!r} from {since} to {until}"


def odd_headline(agreement: Agreement) -> Iterator[Finding]:
    """Find a headline that needs more deals than most companies have (R6.15)."""
    credit = agreement.attribution
    if credit.headline in FITTED:
        yield odd(
            f"attribution.headline: {credit.headline} says nothing below {credit.min_won} won and "
            f"{credit.min_closed} closed deals, and changes with every fit: a headline that is "
            "there from the first deal on is w_shaped"
        )


def idle_models(agreement: Agreement) -> Iterator[Finding]:
    """Find models of the company's own that nobody works out."""
    credit = agreement.attribution
    for name in credit.custom:
        if name not in credit.posted:
            yield odd(
                f"attribution.model.{name}: nothing is worked out by it: name it under "
                "attribution.models, or take it away"
            )
