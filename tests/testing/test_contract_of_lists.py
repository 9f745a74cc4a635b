"""The contract finds a list of stamps that is in the order of ids by accident alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from crmbridge.connector import Connector
from crmbridge.model.record import Page, Record
from crmbridge.testing.contract import ReadContract
from crmbridge.testing.proxy import Proxy
from crmbridge.testing.scaffold.rest.account import TOKEN, ExampleAccount, kind
from crmbridge.testing.scaffold.rest.vendor import Vendor

Order = Callable[[Record], Any]
Listed = Callable[[str, str | None], Iterator[Page]]


def by_stamp(record: Record) -> Any:
    return record.changed_at, int(record.id)


def by_id(record: Record) -> Any:
    return int(record.id)


def whole(plain: Listed, order: Order, obj: str, since: str | None) -> Iterator[Page]:
    """A list on one page, in an order of its own."""
    *_, last = pages = list(plain(obj, None))
    records = sorted((one for page in pages for one in page.records), key=order)
    yield Page(records=() if since else tuple(records), cursor=last.cursor, more=False)


class Ordered(ExampleAccount):
    """An account whose connector lists what there is in an order."""

    def __init__(self, vendor: Vendor, proxy: Proxy, order: Order) -> None:
        super().__init__(vendor, proxy)
        self._order = order

    def connect(self, *, patience: float | None = None) -> Connector:
        found: Any = super().connect(patience=patience)
        found.reconciles = partial(whole, found.reconciles, self._order)
        return found  # type: ignore[no-any-return]


@contextmanager
def opened(order: Order) -> Iterator[Ordered]:
    vendor = Vendor("true-token", datetime(2026, 11, 2, 9, tzinfo=UTC))
    with Proxy(vendor, kind=kind, swap={TOKEN: vendor.token}) as proxy:
        yield Ordered(vendor, proxy, order)


def test_a_list_by_stamp_looks_right_until_something_changes() -> None:
    contract = ReadContract()
    with opened(by_stamp) as account:
        contract.test_a_list_of_stamps_holds_every_live_record_once_in_the_order_of_ids(account)
    with opened(by_stamp) as account, pytest.raises(AssertionError):
        contract.test_a_list_of_stamps_is_by_id_also_after_changes_in_another_order(account)


def test_a_list_by_id_stays_one() -> None:
    with opened(by_id) as account:
        ReadContract().test_a_list_of_stamps_is_by_id_also_after_changes_in_another_order(account)
