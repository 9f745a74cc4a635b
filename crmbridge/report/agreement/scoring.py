"""What an agreement says of scores, for its page: fit, touches, content, grade."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement import Agreement, Content
from crmbridge.agreement.scoring.decay import Decay, Exponential, Linear, Step, Window
from crmbridge.agreement.scoring.scores import Signal
from crmbridge.report.agreement.definition import rule_words
from crmbridge.report.text import columns


def fit(agreement: Agreement) -> Iterator[str]:
    """Yield how well a lead fits: its groups of rules, and the letters."""
    model = agreement.fit
    if model is None:
        return
    for name, group in model.groups.items():
        yield f"{name}, from {group.min} to {group.max} in all:"
        for rule in group.rules:
            yield f"  {rule.points:+}  {rule_words(rule.field, rule.op, rule.value)}"
    letters = [f"{name} from {least}" if least is not None else f"else {name}"
               for name, least in model.letters]  # fmt: skip
    yield f"The sum, from 0 to 100, gives a letter: {', '.join(letters)}."
    worst = model.letters[-1][0]
    yield (
        f"Of whom less than {model.unknown_completeness * 100:.0f} % is known, {worst} is shown as "
        f"{worst}? and counts as {model.unknown_letter}."
    )


def engagement(agreement: Agreement) -> Iterator[str]:
    """Yield what touches are worth, and how their points fade."""
    rules = agreement.engagement
    rows = [("touch", "of", "points", "stage", "group", "newest that count")]
    for rule in rules.rules:
        most = "all" if rule.max_per_asset is None else f"{rule.max_per_asset} of each"
        rows.append((rule.kind, rule.asset, f"{rule.points:+}", rule.stage or "", rule.group, most))
    if len(rows) > 1:
        yield from columns(rows)
    for rule in rules.rules:
        if rule.signal:
            yield f"{rule.kind} {rule.asset} makes a lead {_signal(rule.signal)}"
    for name, group in rules.groups.items():
        decay = decay_words(group.decay or rules.decay)
        day = f", at most {group.max_per_day} touches a day" if group.max_per_day else ""
        yield f"group {name}: from {group.min} to {group.max} in all{day}; {decay}"
    yield f"All others: {decay_words(rules.decay)}. The sum stays from 0 to 100."


def decay_words(decay: Decay) -> str:
    """Return how points fade, in words."""
    match decay:
        case Exponential():
            hold = f" after {decay.hold_days} days" if decay.hold_days else ""
            return f"worth half every {decay.half_life_days} days{hold}"
        case Step():
            return f"loses {decay.loss * 100:.0f} % every {decay.step_days} days"
        case Window():
            return f"worth all for {decay.days} days, then nothing"
        case Linear():
            return f"falls evenly to nothing in {decay.days} days"
    return "keeps its worth"


def content(agreement: Agreement) -> Iterator[str]:
    """Yield the catalogue: each piece, what it shows, asks for, and who agreed."""
    for one in agreement.content:
        yield f"{one.title} ({one.kind} {one.asset})"
        yield f"  {', '.join(_worth(one))}"
        if one.asks:
            yield f"  its form asks for: {', '.join(one.asks)}"
        if one.brief:
            yield f"  to say: {one.brief}"
        yield f"  agreed by {one.approved_by.marketing} and {one.approved_by.sales}"


def _worth(one: Content) -> Iterator[str]:
    yield f"{one.points:+} points"
    yield f"buying stage {one.stage}"
    if one.group:
        yield f"group {one.group}"
    if one.max_per_asset:
        yield f"newest {one.max_per_asset} of each"
    if one.signal:
        yield f"makes a lead {_signal(one.signal)}"


def _signal(sign: Signal) -> str:
    least = f" when {sign.min_sections} sections or more were read" if sign.min_sections else ""
    return f"{sign.rating} for {sign.ttl_days} days{least}"


def grid(agreement: Agreement) -> Iterator[str]:
    """Yield which letter and digit make which rating."""
    found = agreement.grid
    digits = [
        f"{name} ({'less' if least is None else f'from {least}'})" for name, least in found.digits
    ]
    yield from columns(
        [("fit", *digits), *((letter, *row) for letter, row in found.ratings.items())]
    )
