"""Everything that is printed: tables and lines for people, one JSON document for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import typer
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from crmbridge.report.text import visible

WIDE = 160
"""Columns of a table that goes into a pipe or a file."""

Told = Callable[[str, int, int | None], None]
"""A flow's progress: what, how many, of how many (`None` when nobody knows)."""


def document(data: Any) -> None:
    """Print the one JSON document; ASCII only, so that no terminal can obey what is in it."""
    typer.echo(json.dumps(data, indent=1, ensure_ascii=True))


def lines(texts: Iterable[str]) -> None:
    """Print lines as they are: no markup, no wrapping, control characters shown."""
    console = _console()
    for text in texts:
        console.print(Text(visible(text)), soft_wrap=True)


def line(text: str) -> None:
    """Print a line."""
    lines([text])


def complain(text: str) -> None:
    """Print lines on stderr."""
    console = Console(stderr=True, highlight=False)
    for one in text.splitlines():
        console.print(Text(visible(one)), soft_wrap=True)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    empty: str,
    *,
    right: Collection[int] = (),
) -> None:
    """Print a table; `empty` is said when it has no rows. `right` are columns, by place, that are
    set to the right."""
    cells = [[Text(visible(str(cell))) for cell in row] for row in rows]
    if not cells:
        line(empty)
        return
    made = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(columns):
        justify: JustifyMethod = "right" if place in right else "left"
        made.add_column(Text(visible(name)), overflow="fold", justify=justify)
    for row in cells:
        made.add_row(*row)
    _console().print(made)


def _console() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


@contextmanager
def carrying() -> Iterator[Told]:
    """Show how a ledger of an earlier layout is carried over; nothing where none is."""
    with ExitStack() as stack:
        shown: list[Told] = []

        def told(what: str, done: int, total: int | None) -> None:
            if not shown:
                shown.append(stack.enter_context(bars(quiet=False)))
            shown[0](f"new layout: {what}", done, total)

        yield told


@contextmanager
def bars(*, quiet: bool) -> Iterator[Told]:
    """Show progress bars on stderr, one for each thing told of; none when nobody watches."""
    console = Console(stderr=True, highlight=False)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    tasks: dict[str, Any] = {}

    def told(what: str, done: int, total: int | None) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(visible(what), total=total)
        progress.update(tasks[what], completed=done, total=total)

    with progress:
        yield told
