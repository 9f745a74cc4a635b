"""Words of systems as people say them."""

from __future__ import annotations

import re

_CONSTANT = re.compile("[A-Z0-9]+(_[A-Z0-9]+)+")


def plain(name: str) -> str:
    """Return a vendor's constant in words, `ORGANIC_SEARCH` as `organic search`; others as is."""
    return name.replace("_", " ").lower() if _CONSTANT.fullmatch(name) else name
