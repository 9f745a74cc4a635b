"""A place in the worked example's files, found by a pattern and written anew."""

from __future__ import annotations

import re


def replaced(text: str, pattern: str, wanted: str, who: str) -> str:
    """Replace what must be there; `who` is the module that rests on it.

    Raises:
        ValueError: it is not; the example has changed, and that module has to follow.
    """
    made, times = re.subn(pattern, wanted, text)
    if not times:
        raise ValueError(f"the worked example has nothing like {pattern}: see {who}")
    return made
