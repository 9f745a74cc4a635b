"""How golden cases tell of models fitted to journeys, and what crmbridge makes of them.

A case has `paths` with counts, or a file has `journeys` with touches and amounts. What is expected
of a model is its figures, or the cents that it splits off for channels or touches.
"""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

from crmbridge.policy.revenue.fitted.fit import Fit, Least, Model, fit
from crmbridge.policy.revenue.fitted.markov import markov
from crmbridge.policy.revenue.fitted.paths import fold, fold_counted, path_of
from crmbridge.policy.revenue.fitted.shapley import linear_channels, shapley_rate
from crmbridge.policy.revenue.journey import Point, Window
from tests.goldens.shape import Json, only
from tests.revenue.fitted_rules import cents

NEAR = Fraction(1, 10**9)
MARKOV = re.compile(r"(?:markov_?|k)(\d+)")
SHAPLEY = {
    "shapley_sum": linear_channels,
    "linear_channels": linear_channels,
    "shapley": linear_channels,
    "sum": linear_channels,
    "shapley_rate": shapley_rate,
    "rate": shapley_rate,
}
KEPT = {linear_channels: Model.LINEAR_CHANNELS, shapley_rate: Model.SHAPLEY_RATE}
FIGURES = {"p", "removal_effect", "re", "phi", "value", "share", "states", "w", "minor"}
POSITIONS = re.compile(
    r"first|last|lead_creation|linear|u_shaped|position_based|w_shaped|full_path|j_shaped"
    r"|inverse_j|last_non_direct|time_decay_\d+|marketo_measure_u|custom"
)
"""Models of positions: their own reader checks what is expected of them."""
PLACES = {
    *("totals", "channel_totals", "by_channel", "splits", "deal_splits", "channels", "minor"),
    *("models", "markov", "shapley", "values", "traces", "deals", "data_driven"),
}
"""Keys that say where something stands, not what it is."""


def model_of(name: str, paths):
    """Fit the model that a key names; `None` if it names none."""
    if order := MARKOV.fullmatch(name):
        return markov(paths, int(order[1]))
    return SHAPLEY[name](paths) if name in SHAPLEY else None


def assert_figures(name: str, wanted: Json, paths) -> None:
    """Compare the figures of one model; Shapley values in fractions are to be met exactly."""
    only(wanted, FIGURES - {"w", "minor"}, name)
    found = model_of(name, paths)
    own = {"p", "states", "removal_effect", "re"} & set(wanted)
    assert not (own and name in SHAPLEY), f"{name} has no {own}"
    for key, told in wanted.items():
        match key:
            case "p":
                same(found.p, told)
                assert found.available == (number(told) > 0)
            case "states":
                assert found.states == told
            case "share":
                same_all(found.shares, told)
            case "removal_effect" | "re":
                same_all(found.effects, told)
            case "phi" | "value":
                same_all(found.values, told)


def same_all(found, wanted: Json) -> None:
    assert set(found) == set(wanted)
    for channel, told in wanted.items():
        same(found[channel], told)


def same(found, told) -> None:
    exact = isinstance(found, Fraction) and isinstance(told, str) and "." not in told
    assert abs(number(found) - number(told)) <= (0 if exact else NEAR)


def number(told) -> Fraction:
    return Fraction(told)


def paths_of(case: Json):
    """The journeys of a case that counts them."""
    return fold_counted((list(path), bool(won), count) for path, won, count in case["paths"])


JOURNEY = {
    *("id", "touches", "won", "converted", "outcome", "status", "amount_minor", "amount", "minor"),
    *("milestones", "window_start", "cutoff", "currency", "created", "closed"),
}


class Journeys:
    """The journeys of a file, read once: their paths, and the won deals with amounts."""

    def __init__(self, rows) -> None:
        listed = (
            [{"id": key} | row for key, row in rows.items()] if isinstance(rows, dict) else rows
        )
        self.deals: dict[str, tuple[list[Point], int]] = {}
        taught = []
        for place, row in enumerate(listed):
            only(row, JOURNEY, "journey")
            points = eligible(row)
            won = is_won(row)
            taught.append((path_of(points), won))
            if won:
                amount = next(
                    (row[key] for key in ("amount_minor", "minor", "amount") if key in row), 0
                )
                self.deals[str(row.get("id", place))] = (points, amount)
        self.paths = fold(taught)
        self.channels = {channel for path, _ in taught for channel in path}

    def split(self, name: str, deal: str):
        """The weights and the cents of a deal's touches."""
        points, amount = self.deals[deal]
        order = MARKOV.fullmatch(name)
        found = fit(
            self.paths,
            Model.MARKOV if order else KEPT[SHAPLEY[name]],
            window=Window(cutoff=0),
            on=date(2026, 1, 1),
            order=int(order[1]) if order else 1,
            least=Least(won=0, closed=0),
        )
        assert isinstance(found, Fit)
        weights = found.split(points)
        return weights, cents(amount, weights)

    def by_channel(self, name: str, deals) -> dict[str, int]:
        out: dict[str, int] = {}
        for deal in deals:
            channels = {one.id: one.channel for one in self.deals[deal][0]}
            for touch, part in self.split(name, deal)[1].items():
                out[channels[touch]] = out.get(channels[touch], 0) + part
        return out


def is_won(row: Json) -> bool:
    told = next(row[key] for key in ("won", "converted", "outcome", "status") if key in row)
    assert told in (0, 1, "won", "lost"), f"{told!r} is neither won nor lost"
    return told in (1, "won")


def eligible(row: Json) -> list[Point]:
    start, cutoff = row.get("window_start"), row.get("cutoff")
    points = [point(one) for one in row["touches"]]
    return [
        one
        for one in points
        if (cutoff is None or one.at <= cutoff) and (start is None or one.at >= start)
    ]


def point(told) -> Point:
    if isinstance(told, dict):
        only(told, {"id", "t", "at", "channel", "converting"}, "touch")
        return Point(str(told["id"]), told.get("t", told.get("at")), channel=told["channel"])
    ident, at, channel, *converting = told
    assert len(converting) <= 1
    return Point(str(ident), at, channel=channel)


def assert_expected(wanted: Json, journeys: Journeys, name: str = "", deal: str = "") -> int:
    """Follow what a file expects down to what can be compared; return how much that was.

    `name` is the model and `deal` the deal that the keys above named.
    """
    if name and not set(wanted) - FIGURES:
        return assert_model(wanted, journeys, name, deal)
    if name and all(isinstance(told, int) for told in wanted.values()):
        assert_cents(wanted, journeys, name, deal)
        return 1
    if name and set(wanted) <= journeys.channels:  # one figure a channel: the model's own
        figure = "phi" if name in SHAPLEY else "share"
        return assert_model({figure: wanted}, journeys, name, deal)
    done = 0
    for key, told in wanted.items():
        if isinstance(told, list):
            told = {str(row["id"]): {k: v for k, v in row.items() if k != "id"} for row in told}
        if key == "markov":
            told = {f"markov_{k}" if k.isdigit() else k: v for k, v in told.items()}
        if key in ("closed", "won", "journeys"):
            tally = journeys.paths.tally
            assert told == (tally.won if key == "won" else tally.closed)
        elif POSITIONS.fullmatch(key):
            continue
        elif key in journeys.deals:
            done += assert_expected(told, journeys, name, key)
        elif model_named(key, told):
            done += assert_expected(told, journeys, key, deal)
        else:
            assert key in PLACES, f"the reader knows no {key!r}; teach it"
            done += assert_expected(told, journeys, name, deal)
    return done


def model_named(key: str, told: Json) -> bool:
    """Whether a key is a model's name; `shapley` may be the place of two."""
    place = key == "shapley" and set(told) <= {*SHAPLEY, *PLACES}
    return not place and bool(MARKOV.fullmatch(key) or key in SHAPLEY)


def assert_model(wanted: Json, journeys: Journeys, name: str, deal: str) -> int:
    figures = {key: told for key, told in wanted.items() if key not in ("w", "minor")}
    assert_figures(name, figures, journeys.paths)
    if "w" in wanted:
        same_all(journeys.split(name, deal)[0], wanted["w"])
    if "minor" in wanted:
        assert_cents(wanted["minor"], journeys, name, deal)
    return 1


def assert_cents(wanted: Json, journeys: Journeys, name: str, deal: str) -> None:
    """Compare cents by channel, of one deal or of all, or by touch of one deal."""
    if deal and set(wanted) <= {one.id for one in journeys.deals[deal][0]}:
        found = journeys.split(name, deal)[1]
    else:
        found = journeys.by_channel(name, [deal] if deal else journeys.deals)
    missing = {key: 0 for key in journeys.channels if key in wanted}
    assert missing | found == {key: 0 for key in found} | wanted
