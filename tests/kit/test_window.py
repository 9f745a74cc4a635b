"""Changes by id inside a window of stamps: when a search is taken for ended."""

from __future__ import annotations

from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.feed.window import SEARCH, Cursor, step

OLD = 1_762_000_000_000


def test_a_search_that_stays_short_for_a_day_goes_on_and_says_so_all_the_while() -> None:
    cursor, walked = Cursor(mode=SEARCH, hi=OLD), []
    answer = Batch(rows=(), total=3)
    for hour in range(30):
        run = OLD + hour * 3_600_000
        made = step(cursor, answer, run=cursor.run or run, last="", size=200)
        cursor = made.cursor
        if not made.more:
            walked.append((hour, cursor.hi > OLD, made.short))
    assert walked[0] == (6, False, 3)
    assert [hour for hour, on, _ in walked if on] == list(range(24, 30))
    assert {short for _, _, short in walked} == {3}
    whole = Batch(rows=(), total=0)
    assert step(cursor, whole, run=OLD + 1, last="", size=200).cursor == Cursor(
        mode=SEARCH, hi=OLD + 1
    )
