"""A search that says more than it gives is held for a person, since when, until it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crmbridge.model.record import Page
from crmbridge.report.operate.status import status
from tests.stages.play import Play
from tests.stages.rest import holds, rest


def test_a_read_that_ended_short_is_held_since_when_and_resolved_by_a_whole_one(
    play: Play,
) -> None:
    connector = play.company.systems["marketing"].connector
    read = type(connector).read

    def short(obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        for page in read(connector, obj, fields, since):
            yield replace(page, lacks=3 if obj == "contacts" and not page.more else 0)

    connector.read = short  # type: ignore[method-assign]
    rest(play)
    began = holds(play)[0].detail["since"]
    play.later(hours=5)
    rest(play)
    (one,) = holds(play)
    assert (one.kind, one.count) == ("search_short", 1)
    assert one.detail == {
        "system": "marketing",
        "object": "contacts",
        "lacks": 3,
        "since": began,
    }
    assert status(play.company)["short"] == [dict(one.detail)]
    del connector.read
    rest(play)
    assert holds(play) == []
