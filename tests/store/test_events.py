"""Entries are appended once, keep their order and are never changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crmbridge.model.event import Event
from crmbridge.store import events
from crmbridge.store.ledger import Ledger
from crmbridge.store.types import as_kept

Entry = Callable[..., Event]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_new_entries_come_back_numbered_in_their_order(ledger: Ledger, entry: Entry) -> None:
    with ledger.write("pull") as tx:
        new = events.append(tx, [entry("b", "l1"), entry("a", "l2"), entry("c", "l1")])
    assert [(item.key, item.seq) for item in new] == [("b", 1), ("a", 2), ("c", 3)]


def test_known_keys_and_repeats_are_left_out(ledger: Ledger, entry: Entry) -> None:
    with ledger.write("pull") as tx:
        events.append(tx, [entry("a", value=1)])
    with ledger.write("pull") as tx:
        new = events.append(tx, [entry("a", value=2), entry("b", value=3), entry("b", value=4)])
    with ledger.read() as tx:
        stored = events.since(tx, 0, 10)
    assert [(item.key, item.content.json["value"]) for item in new] == [("b", 3)]
    assert [(item.source, item.content.json["value"]) for item in stored] == [("a", 1), ("b", 3)]


def test_an_entry_is_read_as_it_was_written(ledger: Ledger, entry: Entry) -> None:
    item = entry("k", "l1", name="Zoë \ud800", deep={"n": [1, None, True]})
    with ledger.write("pull") as tx:
        (new,) = events.append(tx, [item])
    with ledger.read() as tx:
        read = replace(new, key=as_kept("k"))
        assert events.of_lead(tx, "l1") == [read]
        assert events.by_keys(tx, ["k", "x"]) == [read]
    assert new == replace(item, seq=1)


def test_what_was_read_can_be_written_again_under_its_key(
    ledger: Ledger, url: str, entry: Entry
) -> None:
    with ledger.write("pull") as tx:
        events.append(tx, [entry("k"), entry("", n=1), entry("", n=2)])
        read = events.since(tx, 0, 10)
        assert len(events.append(tx, read)) == 2  # what has no key is always new
        assert events.known_keys(tx, ["k", "x", ""]) == {"k"}


def test_a_leads_entries_as_of_a_time_are_those_known_then(ledger: Ledger, entry: Entry) -> None:
    late = replace(entry("late", "l1"), recorded_at=NOW + timedelta(hours=1))
    with ledger.write("pull") as tx:
        events.append(tx, [entry("early", "l1"), late, entry("other", "l2")])
    with ledger.read() as tx:
        assert [item.source for item in events.of_lead(tx, "l1", NOW)] == ["early"]
        assert set(events.of_leads(tx, ["l1", "l2", "l3"])) == {"l1", "l2"}


def test_two_companies_in_one_file_do_not_see_each_other(
    ledger: Ledger, url: str, entry: Entry
) -> None:
    other = Ledger.open(url, "globex")
    with ledger.write("pull") as tx:
        events.append(tx, [entry("a"), entry("b")])
    with other.write("pull") as tx:
        assert len(events.append(tx, [entry("a")])) == 1
        # companies of a file share its numbers; those of a server write beside each other
        last = 1 if ledger.database.shared else 3
        assert (events.count(tx), events.last_seq(tx)) == (1, last)
    other.close()


def test_entries_are_paged_by_number(ledger: Ledger, entry: Entry) -> None:
    with ledger.write("pull") as tx:
        events.append(tx, [entry(f"k{n:04}") for n in range(1203)])
    with ledger.read() as tx:
        first = events.since(tx, 0, 1000)
        rest = events.since(tx, first[-1].seq, 1000)
        assert events.since(tx, rest[-1].seq, 1000) == []
    assert (len(first), len(rest)) == (1000, 203)
