"""`crmbridge demo`: a made-up company's quarter between two emulated vendors, told as a story."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmbridge.cli.opening import AsJson
from crmbridge.errors import ConfigError


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave all running, and say how to look around.")
    ] = False,
    days: Annotated[int, typer.Option("--days", help="Calendar days to play; at least 40.")] = 92,
    seed: Annotated[int, typer.Option("--seed", help="Another number makes other people.")] = 7,
    funnel: Annotated[
        Path | None,
        typer.Option("--funnel", help="Play the real funnel of this folder (Olist's two files)."),
    ] = None,
    marketing: Annotated[
        str, typer.Option("--marketing", help="Connector of marketing; the example's by default.")
    ] = "",
    sales: Annotated[
        str, typer.Option("--sales", help="Connector of sales; the example's by default.")
    ] = "",
    json: AsJson = False,
) -> None:
    """Play three months of a made-up company on emulators, and tell what happened.

    Needs no account, no key and no network. The code is 1 when a check of the story fails.
    """
    from crmbridge.testing import demo as kit  # no other command waits for its import

    if funnel is not None and keep:
        raise ConfigError(
            "--keep and --funnel do not go together: a funnel ends once it is checked"
        )
    pair = kit.Pair.shipped(marketing, sales)
    pair.lacks()  # a connector that cannot be played is refused before anything begins
    if funnel is not None:
        raise typer.Exit(kit.run_funnel(funnel, as_json=json, pair=pair))
    raise typer.Exit(kit.run_demo(keep=keep, days=days, seed=seed, as_json=json, pair=pair))
