"""Reads several objects with fewer calls than one each, as long as little changes in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from crmbridge.errors import ConnectorError, CrmBridgeError, Unavailable
from crmbridge.kit.feed.keyset import Keyset
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.fields import chunks
from crmbridge.model.record import Page
from crmbridge.net.portions import Portion, too_large, too_late

Run = TypeVar("Run", bound=Keyset[Any])
First = Batch | CrmBridgeError
"""The first page of a run, or why there is none."""
ALONE = Unavailable("asked alone, as several objects at once are too much", large=True)


def many(
    runs: Sequence[Run],
    at_once: int,
    ask: Callable[[Sequence[Run]], Sequence[First]],
    alone: Callable[[Run, CrmBridgeError], tuple[Run, Portion[Batch]]],
    failed: list[CrmBridgeError],
) -> Iterator[tuple[str, Page]]:
    """Yield `(object, page)` of all runs, the first pages of `at_once` of them by one call.

    `alone` starts a run whose first page went wrong by itself, or raises. An object that fails does
    not stop the others; its error joins those that `failed` has already, and the first is raised at
    the end.
    """
    for group in chunks(runs, at_once):
        for run, first in zip(group, _firsts(group, ask), strict=True):
            try:
                if isinstance(first, CrmBridgeError):
                    run, portion = alone(run, first)
                else:
                    portion = Portion(answer=first, size=run.portions.most)
                for page in run.pages(portion):
                    yield run.obj, page
            except CrmBridgeError as error:
                failed.append(error)
    if failed:
        raise failed[0]


def _firsts(
    group: Sequence[Run], ask: Callable[[Sequence[Run]], Sequence[First]]
) -> Sequence[First]:
    """Ask for the first pages of several objects together, alone where that is too much."""
    if not all(run.portions.whole for run in group):
        return [ALONE] * len(group)
    try:
        return ask(group)
    except ConnectorError as error:
        if too_late(error):
            for run in group:
                run.portions.be_late()
        if not too_large(error):
            raise
        return [ALONE] * len(group)
