"""One finding about an agreement or its teams."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; a `fatal` one must be mended before the file is used."""

    text: str
    fatal: bool


def fatal(text: str) -> Finding:
    """A finding about the agreement that must be mended."""
    return Finding(text=f"agreement.toml: {text}", fatal=True)


def odd(text: str) -> Finding:
    """A finding about the agreement that somebody should look at."""
    return Finding(text=f"agreement.toml: {text}", fatal=False)
