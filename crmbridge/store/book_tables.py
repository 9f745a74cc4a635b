"""The tables of the books: what was credited to which touch, and what marketing cost."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, Table

from crmbridge.store.columns import Day, Make, counted, flag, key, keys, may, need, told
from crmbridge.store.types import Flag, JsonBlob, Packed, Whole


def credit(make: Make) -> Table:
    """Every posting of credit, a row a model and touch; `minor` is what it adds.

    Rows of a model whose name begins with `@` are of a definition of what is sourced: their
    `channel` is the class, and `deals` how many deals are added to it.
    """
    return make(
        "credit",
        *keys("company", "deal", "measure"),
        key("n", Whole),
        key("i", Whole),
        *told("model", "touch"),
        may("lead", Packed(16)),
        *told("version", "channel", "campaign", "asset", "cause", "currency"),
        need("minor", Whole),
        counted("deals"),
        need("posted", Day),
        may("day", Day),
    )


def credit_day(make: Make) -> Table:
    """Credit added up by day and name; see `credit_days`. Money is text, as in `total`."""
    return make(
        "credit_day",
        *keys("company", "measure"),
        key("day", Day),
        *keys("of", "model"),
        key("posted", Day),
        *keys("currency"),
        key("untouched", Flag),
        *keys("name"),
        need("minor"),
    )


def booked(make: Make) -> Table:
    """How a deal stands in the books: its amount, its class by each definition, its last posting.

    `facts` is what the last posting followed from, so that the next can name its cause.
    """
    return make(
        "booked",
        *keys("company", "deal", "measure"),
        need("n", Whole),
        need("minor", Whole),
        *told("currency"),
        need("own_minor", Whole),
        *told("own_currency", "rate"),
        may("day", Day),
        *told("handed", "first_touch", "lead_source", "pre_sales"),
        flag("unpriced"),
        need("facts", JsonBlob),
        Index("booked_day", "company", "measure", "day"),
    )


def stake(make: Make) -> Table:
    """Whose touches a deal's credit follows from."""
    return make(
        "stake",
        *keys("company", "deal", "measure"),
        key("lead", Packed(16)),
        Index("stake_lead", "company", "lead"),
    )


def journey(make: Make) -> Table:
    """The touches that may be credited with a deal, packed (see `policy.revenue.bulk.packed`).

    Times are whole seconds since 1970. `n` numbers what was kept of it, `mark` is a hash of it.
    """
    return make(
        "journey",
        *keys("company", "measure", "deal"),
        need("n", Whole),
        need("mark"),
        need("cutoff", Whole),
        *(may(name, Whole) for name in ("start", "lead_created", "created")),
        need("others", JsonBlob),
        *told("why"),
        need("touches", LargeBinary),
    )


def credit_name(make: Make) -> Table:
    """The channels, campaigns and content that journeys name by number."""
    return make(
        "credit_name",
        key("company"),
        key("n", Whole),
        need("name"),
        Index("credit_name_name", "company", "name", unique=True),
    )


def fit(make: Make) -> Table:
    """The fits of models that learn from closed deals, a row each; the newest is in force."""
    return make(
        "fit",
        *keys("company", "model"),
        key("n", Whole),
        need("version"),
        need("made", Day),
        need("data", JsonBlob),
    )


def book_due(make: Make) -> Table:
    """Deals whose credit is to be worked out anew."""
    return make("book_due", *keys("company", "deal"))


def cost(make: Make) -> Table:
    """What a campaign cost in a month, as somebody imported it."""
    return make(
        "cost",
        *keys("company", "month", "campaign", "currency"),
        need("minor", Whole),
    )
