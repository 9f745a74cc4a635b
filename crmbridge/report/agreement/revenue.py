"""Attribution and targets in words, for the page that is signed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from crmbridge.agreement import Agreement, Attribution
from crmbridge.agreement.revenue.models import FITTED, CustomModel
from crmbridge.agreement.revenue.targets import Target

_NAMED = "those with a role on it, whom it names, or who were converted into it"
WHO = {
    "explicit": _NAMED,
    "hybrid": f"{_NAMED}; else by those with campaign influence; else by its account's people",
    "implicit": "its account's people, all of them",
    "primary": f"who has the primary role; else by {_NAMED}",
}
"""Who shares a won deal, by the word in the file."""
TITLES = {
    "first": "first touch",
    "last": "last touch",
    "lead_creation": "lead creation",
    "linear": "linear",
    "u_shaped": "U-shaped",
    "position_based": "position based",
    "w_shaped": "W-shaped",
    "full_path": "full path",
    "j_shaped": "J-shaped",
    "inverse_j": "inverse J",
    "marketo_measure_u": "U-shaped without a middle",
    "last_non_direct": "last touch that is not direct",
    "time_decay": "time decay",
    "markov": "Markov, removal effect",
    "shapley": "Shapley",
    "linear_channels": "linear over channels",
}
"""What people call a model, by the word in the file."""
WHAT = {
    "first": "all to the first touch",
    "last": "all to the last touch",
    "lead_creation": "all to the touch that made the lead",
    "linear": "the same to every touch",
    "u_shaped": "40 % each to the first touch and the one that made the lead, 20 % to the others",
    "position_based": "40 % each to the first and the last touch, 20 % to the others",
    "w_shaped": "30 % each to the first touch, the one that made the lead and the last before the "
    "deal was created, 10 % to the others",
    "full_path": "22.5 % each to the first touch, the one that made the lead, the last before the "
    "deal was created and the last before the win, 10 % to the others",
    "j_shaped": "20 % to the first touch, 60 % to the last before {conversion}, 20 % to the others",
    "inverse_j": "60 % to the first touch, 20 % to the last before {conversion}, 20 % to the "
    "others",
    "marketo_measure_u": "half each to the first touch and the one that made the lead",
    "last_non_direct": "all to the last touch with a channel other than direct",
    "time_decay": "more to later touches: {half_life} days earlier is half as much",
    "markov": "by what would be lost without a channel, fitted to our own closed deals, order "
    "{order}",
    "shapley": "by what a channel adds to the win rate, fitted to our own closed deals",
    "linear_channels": "the same to every channel of the deal",
}
"""What a model of `MODELS` does, by its name."""
PLACES = {
    "FT": "the first touch",
    "LC": "the one that made the lead",
    "OC": "the last before the deal was created",
    "CW": "the last before the win",
    "engaged": "the last before the lead was engaged",
    "ready": "the last before the lead was ready",
    "handed": "the last before the lead was handed over",
    "first_sales_touch": "the last before sales first spoke to the lead",
    "accepted": "the last before sales accepted the lead",
    "qualified": "the last before sales qualified the lead",
}
"""Who holds a position, by the word in the file."""
SOURCED = {
    "handed": "one of its people was handed over by us, and not given back, before it was created",
    "first_touch": "one of its people had a touch before it was created",
    "lead_source": "its source in the CRM is {sources}",
    "pre_sales": "a touch came before the first thing that sales did with the account",
}
"""What makes a deal marketing's, by the word in the file."""
MEASURES = {"revenue": "the revenue won", "pipeline": "the pipeline created"}
OF = {
    "sourced": "sourced by marketing",
    "sourced_or_influenced": "sourced or influenced by marketing",
}


def title(name: str) -> str:
    """Return what people call a model; one of the company's own by its name."""
    return TITLES.get(name) or name.replace("_", " ")


def credit(agreement: Agreement) -> Iterator[str]:
    """Yield whose a deal is, which touches count, how each model shares it, and what is locked."""
    found = agreement.attribution
    yield f"a won deal is shared by {WHO[found.people]}"
    if not found.conversion_counts_as_role:
        yield "a conversion alone puts nobody on a deal"
    yield from _touches(found)
    yield "shown side by side, never added up:"
    for name in found.posted:
        goes_by = "; both sides go by this one" if name == found.headline else ""
        yield f"- {title(name)}: {what(name, found)}{goes_by}"
    yield from _also(found)
    yield f"a deal is sourced by marketing if {_sourced(found.sourced, found)}"
    if found.lead_sources and found.sourced != "lead_source":
        yield f"by the CRM's own word it would be if {_sourced('lead_source', found)}"
    yield f"this stays for each fiscal year, which begins on {found.fiscal_year_start} (month-day)"


def _touches(found: Attribution) -> Iterator[str]:
    if found.touches:
        yield f"touches that count: {', '.join(found.touches)}"
    else:
        but = f" but {', '.join(found.leave_out)}" if found.leave_out else ""
        yield f"touches that count: all of marketing's{but}"
    yield f"touches that make a lead: {', '.join(found.converting) or 'none by its kind'}"
    reset = ", and only since the account's last win" if found.window_resets_on_win else ""
    yield f"from {found.lookback_days} days before the deal was created on{reset}"


def what(name: str, found: Attribution) -> str:
    """Return how a model shares the credit for a deal, in words."""
    if name in found.custom:
        return _shares(found.custom[name])
    return WHAT[name].format(
        conversion="the win" if found.conversion_position == "CW" else "the deal was created",
        half_life=found.half_life_days,
        order=found.markov_order,
    )


def _shares(model: CustomModel) -> str:
    parts = [f"{percent(one)} to {PLACES[place]}" for place, one in model.weights.items()]
    return ", ".join(parts + ([f"{percent(model.mid)} to the others"] if model.mid else []))


def _also(found: Attribution) -> Iterator[str]:
    """What the file says for models that are not shown, too: nobody signs what is not here."""
    told = found.model_fields_set
    for name, model in found.custom.items():
        if name not in found.posted:
            yield f"also agreed, and not shown: {title(name)}: {_shares(model)}"
    for key, name, said in (
        ("half_life_days", "time_decay", f"time decay would halve in {found.half_life_days} days"),
        ("markov_order", "markov", f"Markov would be of order {found.markov_order}"),
    ):
        if key in told and name not in found.posted:
            yield said
    if "conversion_position" in told and not {"j_shaped", "inverse_j"} & set(found.posted):
        yield f"the J models would take {PLACES[found.conversion_position]} for the conversion"
    if {"min_won", "min_closed", "min_journeys"} & told or set(FITTED) & set(found.posted):
        yield (
            f"a model is fitted from {found.min_won} won and {found.min_closed} closed deals on; "
            f"a channel needs {found.min_journeys} of them"
        )


def _sourced(word: str, found: Attribution) -> str:
    return SOURCED[word].format(sources=" or ".join(found.lead_sources))


def targets(agreement: Agreement) -> Iterator[str]:
    """Yield a line for each target, in the order of the file."""
    for target in agreement.targets:
        since, until = target.days(agreement.attribution.fiscal_start)
        yield (
            f"- from {since} to {until}: {percent(target.share)} of {MEASURES[target.measure]} is "
            f"{OF[target.of]}{_by(target, agreement.attribution)}"
        )
    if agreement.targets:
        yield "Shares are of all deals, those that marketing had no part in too."


def _by(target: Target, found: Attribution) -> str:
    if target.definition in (None, found.sourced):
        return ""
    return f", where a deal counts if {_sourced(target.by(found.sourced), found)}"


def percent(share: Decimal) -> str:
    """Return a share of 1 as people read it, such as `22.5 %`."""
    text = f"{share * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"
