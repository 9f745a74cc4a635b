"""The contract of reading: everything once, nothing lost, whatever moves meanwhile."""

# ruff: noqa: D102, S101 - test names are sentences, and a contract is made of asserts
from __future__ import annotations

from collections import Counter

import pytest

from crmbridge.connector import Finds, FindsMany, LookUp, Names, Reaches, Reconciles, Sweeps
from crmbridge.model.offer import Deletes
from crmbridge.model.record import Record
from crmbridge.testing.contract.account import Account
from crmbridge.testing.contract.base import (
    connected,
    drain,
    follow,
    ids,
    latest,
    pages,
    sweep_start,
    swept,
)


class ReadContract:
    """What a connector owes a reader."""

    def test_check_gives_the_same_account_id_each_time(self, account: Account) -> None:
        with connected(account) as connector:
            assert connector.check()
            assert connector.check() == connector.check()

    def test_describe_covers_what_is_read(self, account: Account) -> None:
        with connected(account) as connector:
            known = {field.name for field in connector.describe(account.obj)}
        assert set(account.fields) <= known

    def test_an_empty_object_still_gives_a_page_and_a_cursor(self, account: Account) -> None:
        with connected(account) as connector:
            records, cursor = drain(connector, account)
            assert records == []
            assert drain(connector, account, cursor)[0] == []

    def test_a_first_read_gives_every_record_once(self, account: Account) -> None:
        seeded = account.seed(account.many)
        account.settle()
        with connected(account) as connector:
            found = pages(connector, account, None)
            records = [record for page in found for record in page.records]
        assert len(found) > 3, "give `many` more than three pages"
        assert Counter(ids(records)) == Counter(seeded)
        assert all(set(account.fields) <= set(record.values) for record in records)
        assert all(record.obj == account.obj and not record.deleted for record in records)

    def test_records_that_share_one_stamp_all_come_through_an_incremental_read(
        self, account: Account
    ) -> None:
        with connected(account) as connector:
            _, cursor = drain(connector, account)
            seeded = account.seed(account.many)
            records, cursor = follow(connector, account, cursor)
            assert Counter(ids(records)) == Counter(seeded)

    def test_an_edit_is_seen_by_the_next_read(self, account: Account) -> None:
        seeded = account.seed(5)
        account.settle()
        with connected(account) as connector:
            _, cursor = drain(connector, account)
            account.edit(seeded[2], "Edited")
            records, _ = follow(connector, account, cursor)
        assert latest(records)[seeded[2]].values[account.name_field] == "Edited"

    @pytest.mark.parametrize("first", [True, False], ids=["first read", "incremental read"])
    def test_records_changed_while_paging_are_not_lost(
        self, account: Account, *, first: bool
    ) -> None:
        with connected(account) as connector:
            cursor = None if first else drain(connector, account)[1]
            seeded = account.seed(account.many)
            account.settle()
            seen: list[Record] = []
            touched: dict[str, str] = {}
            for number, page in enumerate(connector.read(account.obj, account.fields, cursor)):
                seen += page.records
                cursor = page.cursor
                if number < 3:
                    victims = seeded[number * 3 :: len(seeded) // 3][:3]
                    touched |= {victim: f"Touched {number}" for victim in victims}
                    for victim in victims:
                        account.edit(victim, touched[victim])
            assert cursor is not None
            seen += follow(connector, account, cursor)[0]
        assert set(ids(seen)) == set(seeded)
        final = latest(seen)
        assert {v: final[v].values[account.name_field] for v in touched} == touched

    @pytest.mark.parametrize("first", [True, False], ids=["first read", "incremental read"])
    def test_every_cursor_resumes_after_its_page_in_a_new_process(
        self, account: Account, *, first: bool
    ) -> None:
        cursor = None
        with connected(account) as connector:
            if not first:
                _, cursor = drain(connector, account)
            seeded = account.seed(account.many)
            account.settle()
            found = pages(connector, account, cursor)
        before: set[str] = set()
        for page in found:
            before |= set(ids(page.records))
            with connected(account) as connector:
                rest, end = drain(connector, account, page.cursor)
                assert before | set(ids(rest)) == set(seeded)
                account.settle()
                assert drain(connector, account, end)[1]

    def test_a_change_made_during_a_first_read_is_in_the_cursor_it_leaves(
        self, account: Account
    ) -> None:
        account.seed(account.many)
        account.settle()
        with connected(account) as connector:
            reading = connector.read(account.obj, account.fields, None)
            page = next(reading)
            newcomer = account.seed(1)[0]
            edited = page.records[0].id
            account.edit(edited, "During")
            cursor = [page, *reading][-1].cursor
            records, _ = follow(connector, account, cursor)
        assert latest(records)[edited].values[account.name_field] == "During"
        assert newcomer in ids(records)

    def test_a_deletion_is_seen(self, account: Account) -> None:
        seeded = account.seed(5)
        account.settle()
        with connected(account) as connector:
            told = account.declared(connector).deletes in (Deletes.FEED, Deletes.LOG)
            if not told and not isinstance(connector, Sweeps):
                pytest.skip("this vendor tells of no deletions; the list of live ids shows them")
            _, cursor = drain(connector, account)
            sweep = sweep_start(connector, account)
            account.delete(seeded[1])
            records, _ = follow(connector, account, cursor)
            gone = [r.id for r in [*records, *swept(connector, account, sweep)] if r.deleted]
        assert set(gone) == {seeded[1]}

    def test_a_merge_is_seen_from_either_end(self, account: Account) -> None:
        seeded = account.seed(5)
        account.settle()
        with connected(account) as connector:
            if not account.declared(connector).merges:
                pytest.skip("this vendor tells of no merges")
            _, cursor = drain(connector, account)
            sweep = sweep_start(connector, account)
            survivor = account.merge(seeded[0], seeded[3])
            records, _ = follow(connector, account, cursor)
            records += swept(connector, account, sweep)
        told = {record.merged_into for record in records if record.id == seeded[3]}
        told |= {record.id for record in records if seeded[3] in record.absorbed}
        assert survivor in told

    def test_a_find_gives_live_records_and_nothing_for_strangers(self, account: Account) -> None:
        seeded = account.seed(3)
        with connected(account) as connector:
            if not isinstance(connector, Finds):
                pytest.skip("this connector cannot look records up")
            found = connector.find(account.obj, "id", [*seeded[:2], "999999999"], account.fields)
            address = str(found[0].values[account.email_field])
            by_address = connector.find(
                account.obj, account.email_field, [address, "nobody@example.com"], account.fields
            )
        assert sorted(ids(found)) == sorted(seeded[:2])
        assert ids(by_address) == [found[0].id]

    def test_look_ups_together_give_what_each_gives_alone(self, account: Account) -> None:
        seeded = account.seed(4)
        account.delete(seeded[3])
        with connected(account) as connector:
            if not isinstance(connector, FindsMany) or not isinstance(connector, Finds):
                pytest.skip("this connector looks one object up a call")
            records = connector.find(account.obj, "id", seeded[:3], account.fields)
            addresses = [str(one.values[account.email_field]) for one in records]
            asked = [
                LookUp(obj=account.obj, by=by, values=values, fields=account.fields)
                for by, values in (
                    (account.email_field, [*addresses, "nobody@example.com"]),
                    ("id", [seeded[0], seeded[3]]),
                    (account.name_field, ["No such name"]),
                )
            ]
            together = connector.find_many(asked)
            alone = [connector.find(one.obj, one.by, one.values, one.fields) for one in asked]
        assert [sorted(ids(found)) for found in together] == [sorted(ids(one)) for one in alone]
        assert sorted(ids(together[0])) == sorted(seeded[:3])
        assert ids(together[1]) == [seeded[0]]
        assert together[2] == []

    def test_a_deleted_record_comes_with_what_it_last_held(self, account: Account) -> None:
        if not account.tells_last:
            pytest.skip("this vendor does not say what a deleted record held")
        seeded = account.seed(3)
        account.settle()
        with connected(account) as connector:
            _, cursor = drain(connector, account)
            sweep = sweep_start(connector, account)
            account.edit(seeded[1], "Last word")
            account.delete(seeded[1])
            records, _ = follow(connector, account, cursor)
            if isinstance(connector, Sweeps):
                for page in connector.read_deleted(account.obj, sweep, account.fields):
                    records += page.records
        gone = [record for record in records if record.deleted]
        assert {record.id for record in gone} == {seeded[1]}
        assert {record.values.get(account.name_field) for record in gone} == {"Last word"}

    def test_a_list_of_stamps_holds_every_live_record_once_in_the_order_of_ids(
        self, account: Account
    ) -> None:
        seeded = account.seed(account.many)
        account.delete(seeded[0])
        account.settle()
        with connected(account) as connector:
            if not isinstance(connector, Reconciles):
                pytest.skip("this connector cannot list what there is")
            found = list(connector.stamps(account.obj, None))
            records = [record for page in found for record in page.records]
            rest = [
                r for page in connector.stamps(account.obj, found[0].cursor) for r in page.records
            ]
            changed = {r.id: r.changed_at for r in drain(connector, account)[0] if not r.deleted}
        assert all(page.cursor for page in found)
        assert [page.more for page in found] == [True] * (len(found) - 1) + [False]
        told = ids(records)
        assert told == sorted(seeded[1:], key=lambda one: (len(one), one))
        assert {record.id: record.changed_at for record in records} == changed
        if len(found) > 1:
            assert ids(rest) == told[len(found[0].records) :]

    def test_a_list_of_stamps_is_by_id_also_after_changes_in_another_order(
        self, account: Account
    ) -> None:
        """A list by stamp, or by how rows lie, agrees with one by id until something changes."""
        seeded = account.seed(account.many)
        account.settle()
        with connected(account) as connector:
            if not isinstance(connector, Reconciles):
                pytest.skip("this connector cannot list what there is")
            for record in seeded[: account.many // 3 + 2][::-1]:
                account.edit(record, "In reverse")
            account.settle()
            first = next(iter(connector.stamps(account.obj, None)))
            account.edit(first.records[0].id, "Behind the page")  # nobody comes twice for it
            rest = connector.stamps(account.obj, first.cursor) if first.more else ()
            told = [record.id for page in (first, *rest) for record in page.records]
        assert told == sorted(seeded, key=lambda one: (len(one), one))

    def test_a_feed_that_is_made_to_reach_back_gives_what_it_gave_before(
        self, account: Account
    ) -> None:
        seeded = account.seed(3)
        account.settle()
        with connected(account) as connector:
            if not isinstance(connector, Reaches) or not account.lags:
                pytest.skip("this connector's feed does not lag")
            _, cursor = drain(connector, account)
            for _ in range(3):
                account.settle()
                _, cursor = drain(connector, account, cursor)
            connector.reach_back(account.obj, 86_400)
            again, _ = drain(connector, account, cursor)
            connector.reach_back(account.obj, 0)
            narrow, _ = drain(connector, account, cursor)
        assert set(ids(again)) == set(seeded)
        assert narrow == []

    def test_an_object_keeps_its_one_name(self, account: Account) -> None:
        with connected(account) as connector:
            if not isinstance(connector, Names):
                pytest.skip("this vendor's objects have one name each")
            assert connector.canonical(account.obj) == account.obj
            assert connector.canonical("no_such_object") == "no_such_object"
