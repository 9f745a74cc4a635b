"""The tables of who got a lead, and of what people had touched: before that, and ever."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from crmbridge.store.columns import OF_FILE, Make, counted, key, keys, may, need, told
from crmbridge.store.types import Flag, Instant, JsonBlob, Packed, Whole


def hand_off(make: Make) -> Table:
    """A cycle that was handed to sales: what became of it, and what its lead had touched by then.

    `brings` are the won deals that no earlier won cycle of the lead lists. `campaigns` are refs as
    text and `assets` pairs of a kind and an asset, each once and sorted.
    """
    return make(
        "hand_off",
        key("company"),
        key("lead", Packed(16)),
        Column("n", Whole, primary_key=True, autoincrement=False),
        need("handed", Instant),
        may("accepted", Instant),
        may("ended", Instant),
        *told("outcome", "reason", "source"),
        *(need(name, JsonBlob) for name in ("brings", "campaigns", "assets")),
        Index("hand_off_at", "company", "handed"),
    )


def assignment(make: Make) -> Table:
    """To whom the line gave a cycle's lead, by which version, and what its clocks depend on.

    `full` says that it took the last place of the rep. What one team of sales hands on to another
    is not in it.
    """
    return make(
        "assignment",
        key("company"),
        key("lead", Packed(16)),
        Column("n", Whole, primary_key=True, autoincrement=False),
        *told("rep", "team", "definition", "rating"),
        *(need(name, Flag) for name in ("hand_raise", "full")),
    )


def first_meeting(make: Make) -> Table:
    """When sales first met a lead, and what the lead had touched before; `assets` as above."""
    return make(
        "first_meeting",
        key("company"),
        key("lead", Packed(16)),
        need("at", Instant),
        counted("touches"),
        need("assets", JsonBlob),
        Index("first_meeting_at", "company", "at"),
    )


def reader(make: Make) -> Table:
    """What a lead ever touched, pairs of a kind and an asset, and how often each."""
    return make(
        "reader",
        key("company"),
        key("lead", Packed(16)),
        need("assets", JsonBlob),
        need("times", JsonBlob),
        # so it is counted without a look at the rows; a server's index takes no text of any length
        Index("reader_assets", "company", "assets", info={OF_FILE: True}),
    )


def reach(make: Make) -> Table:
    """How many people ever touched an asset by a kind of touch, and how often."""
    return make("reach", *keys("company", "kind", "asset"), counted("people"), counted("times"))
