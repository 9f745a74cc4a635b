"""The contract of what real servers showed to matter: stamps, texts, leavers, calls.

Emulators had hidden it: each had one stamp for all, kept every text, and knew no user who left.
"""

# ruff: noqa: D102, S101 - test names are sentences, and a contract is made of asserts
from __future__ import annotations

import pytest

from crmbridge.connector import Finds, Reaches, Reconciles
from crmbridge.errors import RefusalCause
from crmbridge.model.offer import Role
from crmbridge.model.record import Outcome
from crmbridge.testing.contract.account import Account
from crmbridge.testing.contract.base import connected, drain, follow, ids, latest, person, row

MANY = 60
"""Records of a look-up; of a read-back after a broken batch, for instance."""


class ServerContract:
    """What a connector owes us on a vendor's own server."""

    def test_changes_in_another_order_than_their_ids_all_come(self, account: Account) -> None:
        seeded = account.seed(account.many)
        account.settle()
        with connected(account) as connector:
            _, cursor = drain(connector, account)
            changed = seeded[: account.many // 3 + 2][::-1]
            for record in changed:  # of one shown stamp, and of another order behind it
                account.edit(record, "In reverse")
            records, _ = follow(connector, account, cursor)
        seen = latest(records)
        assert {one for one in changed if one in seen} == set(changed)
        assert {seen[one].values[account.name_field] for one in changed} == {"In reverse"}

    def test_what_is_committed_long_after_its_stamp_comes_to_who_reaches_back(
        self, account: Account
    ) -> None:
        if not account.commits_late:
            pytest.skip("nobody can make this vendor commit later than it stamps")
        with connected(account) as connector:
            cursor = drain(connector, account)[1]
            late, cursor = account.late(lambda: follow(connector, account, cursor)[1])
            if isinstance(connector, Reaches):
                connector.reach_back(account.obj, 3_600)
            records, _ = follow(connector, account, cursor)
        assert set(late) <= set(ids(records))

    def test_hard_texts_read_back_as_they_were_written(self, account: Account) -> None:
        if not account.hard:
            pytest.skip("the vendor's text fields are not tried with hard texts")
        texts = [(name, text) for name, some in account.hard.items() for text in some]
        with connected(account) as connector:
            rows = [
                row({**person(account, number), name: text})
                for number, (name, text) in enumerate(texts)
            ]
            results = connector.write(account.obj, rows)
            assert {one.outcome for one in results} == {Outcome.DONE}, results
            account.settle()
            fields = tuple(dict.fromkeys([*account.fields, *account.hard]))
            found = [r for page in connector.read(account.obj, fields, None) for r in page.records]
        held = latest(found)
        told = [held[one.id].values[name] for one, (name, _) in zip(results, texts, strict=True)]
        assert told == [text for _, text in texts]

    def test_an_owner_who_left_is_refused_as_an_owner(self, account: Account) -> None:
        leaver = account.leaver()
        if leaver is None:
            pytest.skip("the vendor's users are not tried")
        with connected(account) as connector:
            rows = [row(person(account, number)) for number in range(3)]
            rows[1] = row({**person(account, 1), leaver[0]: leaver[1]})
            results = connector.write(account.obj, rows)
        assert [one.outcome for one in results] == [Outcome.DONE, Outcome.REFUSED, Outcome.DONE]
        assert (results[1].cause, results[1].field) == (RefusalCause.OWNER, leaver[0])
        assert len(account.truth()) == 2

    def test_a_key_whose_record_is_gone_makes_a_new_one(self, account: Account) -> None:
        with connected(account) as connector:
            (first,) = connector.write(account.obj, [row(person(account, 1), key="lead-1")])
            account.delete(first.id)
            account.settle()
            (again,) = connector.write(account.obj, [row(person(account, 1), key="lead-1")])
        assert (again.outcome, again.created) == (Outcome.DONE, True)
        assert set(account.truth()) == {again.id}

    def test_an_object_with_two_roles_gives_the_fields_of_both_at_once(
        self, account: Account
    ) -> None:
        with connected(account) as connector:
            both_roles = account.declared(connector).roles >= {Role.PERSON, Role.DEAL}
            if not both_roles or not account.deal_fields:
                pytest.skip("a person and a deal are records of two objects here")
            seeded = account.seed(2)
            account.settle()
            both = (*account.fields, *account.deal_fields)
            pages = list(connector.read(account.obj, both, None))
        records = [record for page in pages for record in page.records]
        assert set(ids(records)) == set(seeded)
        assert all(set(both) <= set(record.values) for record in records)

    def test_each_power_costs_few_calls(self, account: Account) -> None:
        if not account.costs:
            pytest.skip("nothing is counted that costs this vendor anything")
        seeded = account.seed(MANY)
        account.settle()
        with connected(account) as connector:
            _, cursor = drain(connector, account)
            told = {"quiet read": account.calls()}
            follow(connector, account, cursor)
            told["quiet read"] = account.calls() - told["quiet read"]
            if isinstance(connector, Finds):
                before = account.calls()
                found = connector.find(account.obj, "id", seeded, account.fields)
                told["look-up"] = account.calls() - before
                assert sorted(ids(found)) == sorted(seeded)
            if isinstance(connector, Reconciles):
                before = account.calls()
                assert len([r for p in connector.stamps(account.obj, None) for r in p.records])
                told["list"] = account.calls() - before
            before = account.calls()
            connector.write(account.obj, [row(person(account, number)) for number in range(10)])
            told["write"] = account.calls() - before
        assert told == {name: account.costs[name] for name in told}
