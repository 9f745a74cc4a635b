"""The contract of writing: one answer a row, nothing twice, nothing silently lost."""

# ruff: noqa: D102, S101 - test names are sentences, and a contract is made of asserts
from __future__ import annotations

from collections import Counter

import pytest

from crmbridge.model.record import Outcome
from crmbridge.testing.contract.account import Account
from crmbridge.testing.contract.base import connected, drain, latest, person, row


class WriteContract:
    """What a connector owes a writer."""

    def test_no_rows_give_no_results_and_no_calls(self, account: Account) -> None:
        with connected(account) as connector:
            before = account.calls()
            assert connector.write(account.obj, []) == []
        assert account.calls() == before

    def test_one_result_a_row_in_order_past_the_batch_limit(self, account: Account) -> None:
        with connected(account) as connector:
            limit = connector.info.limits.write_batch
            rows = [row(person(account, number)) for number in range(limit * 2 + 3)]
            results = connector.write(account.obj, rows)
        assert [result.op for result in results] == [each.op for each in rows]
        assert {result.outcome for result in results} == {Outcome.DONE}
        assert all(result.created for result in results)
        assert len({result.id for result in results}) == len(rows)
        truth = account.truth()
        names = [str(truth[result.id][account.name_field]) for result in results]
        assert names == [each.values[account.name_field] for each in rows]

    def test_the_same_key_twice_creates_once(self, account: Account) -> None:
        with connected(account) as connector:
            values = person(account, 1)
            first = connector.write(account.obj, [row(values, key="lead-1")])
            again = connector.write(account.obj, [row(values, key="lead-1")])
        assert [first[0].outcome, again[0].outcome] == [Outcome.DONE, Outcome.DONE]
        assert [first[0].created, again[0].created] == [True, False]
        assert first[0].id == again[0].id
        assert len(account.truth()) == 1

    def test_the_same_key_twice_in_one_call_creates_once_and_the_later_row_wins(
        self, account: Account
    ) -> None:
        with connected(account) as connector:
            rows = [
                row(person(account, 1), key="lead-1"),
                row(person(account, 2), key="lead-2"),
                row({account.name_field: "Later"}, key="lead-1"),
            ]
            results = connector.write(account.obj, rows)
        assert [result.op for result in results] == [each.op for each in rows]
        assert {result.outcome for result in results} == {Outcome.DONE}
        assert results[0].id == results[2].id
        truth = account.truth()
        assert len(truth) == 2
        assert truth[results[0].id][account.name_field] == "Later"

    def test_the_same_id_twice_in_one_call_keeps_the_order(self, account: Account) -> None:
        record = account.seed(1)[0]
        with connected(account) as connector:
            rows = [row({account.name_field: f"N{n}"}, record=record) for n in range(3)]
            results = connector.write(account.obj, rows)
        assert {result.outcome for result in results} == {Outcome.DONE}
        assert account.truth()[record][account.name_field] == "N2"

    def test_an_update_by_id_leaves_other_fields_alone(self, account: Account) -> None:
        record = account.seed(1)[0]
        before = dict(account.truth()[record])
        with connected(account) as connector:
            (result,) = connector.write(
                account.obj, [row({account.name_field: "New"}, record=record)]
            )
        after = account.truth()[record]
        assert (result.outcome, result.id, result.created) == (Outcome.DONE, record, False)
        assert after[account.name_field] == "New"
        assert after[account.email_field] == before[account.email_field]

    def test_a_bad_row_is_reported_and_the_rest_written(self, account: Account) -> None:
        with connected(account) as connector:
            rows = [row(person(account, number)) for number in range(9)]
            rows[4] = row({**person(account, 4), **account.bad})
            results = connector.write(account.obj, rows)
        assert Counter(r.outcome for r in results) == {Outcome.DONE: 8, Outcome.REFUSED: 1}
        refused = results[4]
        assert refused.outcome is Outcome.REFUSED
        assert refused.code
        assert refused.field in {"", *account.bad}
        assert len(account.truth()) == 8

    def test_what_was_written_reads_back_with_the_same_types(self, account: Account) -> None:
        with connected(account) as connector:
            values = {**person(account, 1), **account.typed}
            (result,) = connector.write(account.obj, [row(values)])
            assert result.outcome is Outcome.DONE, result
            account.settle()
            found = list(connector.read(account.obj, tuple(values), None))
        record = latest([r for page in found for r in page.records])[result.id]
        assert dict(record.values) == values
        assert {n: type(v) for n, v in record.values.items()} == {
            n: type(v) for n, v in values.items()
        }

    def test_none_clears_and_an_empty_field_reads_as_none(self, account: Account) -> None:
        with connected(account) as connector:
            values = {**person(account, 1), **account.typed}
            (made,) = connector.write(account.obj, [row(values)])
            assert made.outcome is Outcome.DONE, made
            cleared = next(iter(account.typed))
            (result,) = connector.write(account.obj, [row({cleared: None}, record=made.id)])
            assert result.outcome is Outcome.DONE, result
            account.settle()
            found = list(connector.read(account.obj, tuple(values), None))
        record = latest([r for page in found for r in page.records])[made.id]
        assert record.values[cleared] is None
        assert {n: v for n, v in record.values.items() if n != cleared} == {
            n: v for n, v in values.items() if n != cleared
        }

    def test_a_row_for_a_deleted_record_is_gone_and_revives_nobody(self, account: Account) -> None:
        seeded = account.seed(2)
        account.delete(seeded[0])
        account.settle()
        with connected(account) as connector:
            rows = [row({account.name_field: "Back"}, record=record) for record in seeded]
            results = connector.write(account.obj, rows)
        assert [result.outcome for result in results] == [Outcome.GONE, Outcome.DONE]
        assert set(account.truth()) == {seeded[1]}

    def test_a_row_for_a_merged_record_reaches_or_names_the_survivor(
        self, account: Account
    ) -> None:
        seeded = account.seed(2)
        with connected(account) as connector:
            if not account.declared(connector).merges:
                pytest.skip("this vendor tells of no merges")
            survivor = account.merge(seeded[0], seeded[1])
            account.settle()
            (result,) = connector.write(
                account.obj, [row({account.name_field: "Merged"}, record=seeded[1])]
            )
        assert result.outcome in {Outcome.MOVED, Outcome.GONE}
        assert result.moved_to == (account.obj, survivor)

    def test_a_row_for_a_converted_record_names_what_it_became(self, account: Account) -> None:
        if not account.converts:
            pytest.skip("this vendor does not convert records")
        record = account.seed(1)[0]
        became = account.convert(record)
        with connected(account) as connector:
            (result,) = connector.write(
                account.obj, [row({account.name_field: "Converted"}, record=record)]
            )
        assert (result.outcome, result.moved_to) == (Outcome.MOVED, became)

    def test_our_own_write_comes_back_in_the_next_read(self, account: Account) -> None:
        with connected(account) as connector:
            _, cursor = drain(connector, account)
            (result,) = connector.write(account.obj, [row(person(account, 1))])
            account.settle()
            records, _ = drain(connector, account, cursor)
        assert result.id in {record.id for record in records}
