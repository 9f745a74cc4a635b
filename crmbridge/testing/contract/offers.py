"""The part of the contract on what a connector declares: it is there, and it is so."""

# ruff: noqa: D102, S101 - test names are sentences, and a contract is made of asserts
from __future__ import annotations

import pytest

from crmbridge.connector import Finds, Reconciles, Sweeps
from crmbridge.model.offer import Deletes, Key, Object, Role
from crmbridge.testing.contract.account import Account
from crmbridge.testing.contract.base import connected, drain, follow, ids, latest, person, row


class OfferContract:
    """What `Info.objects` says of the main object, tried on the vendor."""

    def test_the_main_object_is_declared(self, account: Account) -> None:
        with connected(account) as connector:
            assert account.declared(connector).roles

    def test_who_makes_records_says_how_none_is_made_twice(self, account: Account) -> None:
        with connected(account) as connector:
            offer = account.declared(connector)
            if offer.key is Key.NONE:
                pytest.skip("this connector makes no records")
            new = row(person(account, 1), key="offer-1")
            first = connector.write(account.obj, [new])
            account.settle()
            second = connector.write(account.obj, [row(new.values, key=new.key)])
            assert {one.id for one in (*first, *second)} == {first[0].id}
            assert len(account.truth()) == 1

    def test_a_deletion_becomes_known_as_it_is_declared(self, account: Account) -> None:
        record, kept = account.seed(2)
        with connected(account) as connector:
            offer = account.declared(connector)
            _, cursor = drain(connector, account)
            start = _log_from(connector, account, offer)
            account.delete(record)
            seen, _ = follow(connector, account, cursor)
            told = latest(seen).get(record)
            match offer.deletes:
                case Deletes.FEED:
                    assert told is not None
                    assert told.deleted
                case Deletes.LOG:
                    assert isinstance(connector, Sweeps)
                    pages = list(connector.read_deleted(account.obj, start))
                    found = [one for page in pages for one in page.records]
                    assert record in ids(found)
                case Deletes.LIVE_IDS:
                    assert isinstance(connector, Reconciles)
                    live = [
                        one.id
                        for page in connector.stamps(account.obj, None)
                        for one in page.records
                    ]
                    assert kept in live
                    assert record not in live
                case Deletes.NONE:
                    assert told is None or not told.deleted

    def test_people_who_can_be_made_can_be_looked_up(self, account: Account) -> None:
        """Without that, a write whose outcome nobody knows can only be held for a person."""
        with connected(account) as connector:
            offer = account.declared(connector)
            if Role.PERSON in offer.roles and offer.key is not Key.NONE:
                assert isinstance(connector, Finds)


def _log_from(connector: object, account: Account, offer: Object) -> str | None:
    """Where the list of deletions stands now."""
    if offer.deletes is not Deletes.LOG:
        return None
    assert isinstance(connector, Sweeps)
    return list(connector.read_deleted(account.obj, None))[-1].cursor
