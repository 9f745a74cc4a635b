"""People of whom marketing alone knows, some with a quirk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmbridge.testing.screens.past import CHOICES, STAGES
from crmbridge.testing.world.scribe import Scribe

ASKED = (2, 45, 5, 90, 9, 150, 20)
"""Days since the demo requests that nobody answered."""
_PAGES = ("/case-study/dairy", "/vbook/inline", "/webinar/2026", "/newsletter", "/pricing")


def subscriber(one: Scribe) -> None:
    """Reads the newsletter; each tenth left all that could be left blank."""
    blank: dict[str, Any] = {}
    if one.nth % 10 == 0:
        blank = dict.fromkeys(("first_name", "last_name", "account", "title", "phone", "country"))
    one.contact("subscriber", one.sometime(), **blank)


def reader(one: Scribe) -> None:
    """Read something within the two years; each tenth wrote a novel where the title belongs."""
    days = one.sometime()
    long: dict[str, Any] = {
        "title": "Head of " + "everything and " * 40 + "more",
        "message": "Hello. " * 5000,
    }
    one.contact("lead", days, **(long if one.nth % 10 == 0 else {}))
    for nth in range(1 + one.nth % 3):
        one.sends(_PAGES[(one.nth + nth) % len(_PAGES)], max(1.0, days / (1 + nth)))


def old_mql(one: Scribe) -> None:
    """Was qualified long ago; each tenth has a name with umlauts."""
    days = one.sometime(120)
    one.contact("marketingqualifiedlead", days, since=0.7)
    one.sends("/spec/line", days)


def asked(one: Scribe) -> None:
    """Asked for a demo, and nobody ever called."""
    days = ASKED[one.nth % len(ASKED)]
    one.contact("marketingqualifiedlead" if one.nth % 2 else "lead", days + one.sometime() / 4)
    one.sends("/case-study/dairy", days + 1)
    one.sends("/demo", days)


def other(one: Scribe) -> None:
    """Stands beside the way; each tenth chose several values of one property."""
    name, values = CHOICES
    chosen: dict[str, Any] = {name: values[:2]} if one.nth % 10 == 0 else {}
    one.contact("other", one.sometime(), **chosen)


def partner(one: Scribe) -> None:
    """Stands in a stage that this company alone has."""
    one.contact(STAGES[-1], one.sometime())


LIVES: Mapping[str, Callable[[Scribe], None]] = {
    "subscriber": subscriber,
    "reader": reader,
    "old_mql": old_mql,
    "asked": asked,
    "other": other,
    "partner": partner,
}
