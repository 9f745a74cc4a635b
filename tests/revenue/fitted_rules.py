"""The rules of data-driven attribution a second time, in fractions and without any shortcut.

Paths are rows of (channels, won, count).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import floor

START = ()
WON, LOST = "won", "lost"


def seen(rows):
    """The rows that teach: those with a touch."""
    return [(tuple(path), won, count) for path, won, count in rows if path and count]


def channels_of(rows):
    return sorted({channel for path, _, _ in seen(rows) for channel in path})


def transitions(rows, order):
    """How often each state is followed by what: states are tuples of channels, ends are words."""
    counts = {}
    for path, won, count in seen(rows):
        states = [path[max(0, at - order) : at] for at in range(len(path) + 1)]
        for here, there in zip(states, [*states[1:], WON if won else LOST], strict=True):
            row = counts.setdefault(here, {})
            row[there] = row.get(there, 0) + count
    return counts


def chance_to_win(counts, gone=None):
    """The chance to end won from the start, by elimination of one state after the other."""
    odds = {}
    for state, row in counts.items():
        whole = sum(row.values())
        kept = {to: count for to, count in row.items() if to in (WON, LOST) or to[-1] != gone}
        odds[state] = {to: Fraction(count, whole) for to, count in kept.items()}
    for state in [one for one in odds if one != START]:
        row = odds.pop(state)
        stays = row.pop(state, Fraction(0))
        for other in odds.values():
            through = other.pop(state, Fraction(0))
            for to, chance in row.items():
                other[to] = other.get(to, Fraction(0)) + through * chance / (1 - stays)
    return odds.get(START, {}).get(WON, Fraction(0))


def markov_by_rule(rows, order):
    """The chance to win, the removal effects and the shares."""
    counts, channels = transitions(rows, order), channels_of(rows)
    p = chance_to_win(counts)
    if not p:
        none = dict.fromkeys(channels, Fraction(0))
        return p, none, none
    effects = {one: 1 - chance_to_win(counts, one) / p for one in channels}
    whole = sum(effects.values())
    return p, effects, {one: effect / whole for one, effect in effects.items()}


def shapley_by_rule(rows, worth):
    """What each channel adds, in the mean of all orders in which channels may join."""
    channels = channels_of(rows)
    values = dict.fromkeys(channels, Fraction(0))
    orders = list(permutations(channels))
    for order in orders:
        for at, channel in enumerate(order):
            values[channel] += worth(rows, order[: at + 1]) - worth(rows, order[:at])
    return {channel: value / len(orders) for channel, value in values.items()}


def wins_inside(rows, members):
    return sum(count for path, won, count in seen(rows) if won and set(path) <= set(members))


def rate_inside(rows, members):
    closed = sum(count for path, _, count in seen(rows) if set(path) <= set(members))
    return Fraction(wins_inside(rows, members), closed) if closed else Fraction(0)


def shares_by_rule(values):
    kept = {channel: max(value, Fraction(0)) for channel, value in values.items()}
    whole = sum(kept.values())
    return {one: value / whole if whole else Fraction(0) for one, value in kept.items()}


def cents(amount, weights):
    """An amount split by weights in the order of their touches, as R6.16 has it."""
    exact = {one: abs(amount) * weight for one, weight in weights.items()}
    out = {one: floor(part) for one, part in exact.items()}
    order = sorted(exact, key=lambda one: out[one] - exact[one])
    for one in order[: abs(amount) - sum(out.values())] if weights else ():
        out[one] += 1
    return {one: part if amount >= 0 else -part for one, part in out.items()}
