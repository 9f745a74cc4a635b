"""The contract of failing: the right error, no harm done, nothing leaked."""

# ruff: noqa: D102, S101 - test names are sentences, and a contract is made of asserts
from __future__ import annotations

import tomllib
from collections.abc import Sequence

import pytest

from crmbridge.connector import (
    Connector,
    Finds,
    FindsMany,
    Names,
    Nurtures,
    Reaches,
    ReadsMany,
    Reconciles,
    Side,
    Sweeps,
)
from crmbridge.errors import (
    AuthFailed,
    ConfigError,
    ConnectorError,
    NotSupported,
    Refused,
    Throttled,
    Unavailable,
)
from crmbridge.model.record import Outcome, Row, Written
from crmbridge.testing.contract.account import SENTINELS, Account, Fault, Trouble
from crmbridge.testing.contract.base import broken, connected, drain, leaked, person, row

PATIENCE = 0.6
"""Seconds a connector waits for a slow vendor in these tests."""

WELL: tuple[Fault, ...] = ()

READ_ERRORS: dict[Trouble, type[ConnectorError] | tuple[type[ConnectorError], ...]] = {
    Trouble.UNAUTHORISED: AuthFailed,
    Trouble.FORBIDDEN: (Refused, NotSupported),
    Trouble.NOT_FOUND: (Refused, NotSupported),
    Trouble.THROTTLED: Throttled,
    Trouble.SERVER_ERROR: Unavailable,
    Trouble.UNAVAILABLE: Unavailable,
    Trouble.SLOW: Unavailable,
    Trouble.RESET: Unavailable,
    Trouble.HTML: Unavailable,
    Trouble.TRUNCATED: Unavailable,
}
AMBIGUOUS = (
    Trouble.SERVER_ERROR,
    Trouble.SLOW,
    Trouble.RESET,
    Trouble.HTML,
    Trouble.TRUNCATED,
)


def attempt(connector: Connector, obj: str, rows: Sequence[Row]) -> list[Written]:
    """Write; an error that says that no row was written becomes one LATER or REFUSED a row."""
    try:
        return connector.write(obj, rows)
    except Unavailable as error:
        wait = error.retry_after if isinstance(error, Throttled) else 0.0
        return [Written(op=r.op, outcome=Outcome.LATER, retry_after=wait) for r in rows]
    except (AuthFailed, Refused, NotSupported) as error:
        words = str(error)
        return [Written(op=r.op, outcome=Outcome.REFUSED, message=words) for r in rows]


class ErrorContract:
    """What a connector owes us when its vendor fails."""

    @pytest.mark.parametrize("trouble", READ_ERRORS)
    def test_a_failing_read_raises_the_right_error_and_recovers(
        self, account: Account, trouble: Trouble
    ) -> None:
        seeded = account.seed(3)
        account.settle()
        broken(account, Fault(trouble=trouble, on="read"))
        with connected(account, patience=PATIENCE) as connector:
            with pytest.raises(READ_ERRORS[trouble]) as caught:
                drain(connector, account)
            assert not leaked(f"{caught.value} {caught.value!r}")
        account.fault(WELL)
        with connected(account) as connector:
            assert {record.id for record in drain(connector, account)[0]} == set(seeded)

    @pytest.mark.parametrize("trouble", AMBIGUOUS)
    def test_a_read_that_fails_in_the_middle_resumes_without_a_loss(
        self, account: Account, trouble: Trouble
    ) -> None:
        seeded = account.seed(account.many)
        account.settle()
        broken(account, Fault(trouble=trouble, on="read", skip=1, times=1))
        with connected(account, patience=PATIENCE) as connector:
            reading = connector.read(account.obj, account.fields, None)
            page = next(reading)
            seen = [record.id for record in page.records]
            with pytest.raises(Unavailable):
                next(reading)
            account.fault(WELL)
            seen += [record.id for record in drain(connector, account, page.cursor)[0]]
        assert set(seen) == set(seeded)

    @pytest.mark.parametrize("seconds", [7, None], ids=["with Retry-After", "without Retry-After"])
    def test_a_throttled_read_says_how_long_to_wait(
        self, account: Account, seconds: int | None
    ) -> None:
        broken(account, Fault(trouble=Trouble.THROTTLED, on="read", retry_after=seconds))
        with connected(account) as connector, pytest.raises(Throttled) as caught:
            drain(connector, account)
        assert caught.value.retry_after >= 0
        assert seconds is None or caught.value.retry_after == seconds

    def test_a_refused_token_is_renewed_once_or_reported(self, account: Account) -> None:
        seeded = account.seed(3)
        account.settle()
        broken(account, Fault(trouble=Trouble.UNAUTHORISED, on="read", times=1))
        with connected(account) as connector:
            if not account.refreshes:
                with pytest.raises(AuthFailed):
                    drain(connector, account)
                account.fault(WELL)
            assert {record.id for record in drain(connector, account)[0]} == set(seeded)

    def test_a_token_refused_for_ever_costs_few_calls(self, account: Account) -> None:
        broken(account, Fault(trouble=Trouble.UNAUTHORISED, on="read"))
        with connected(account) as connector:
            before = account.calls()
            with pytest.raises(AuthFailed):
                drain(connector, account)
            assert account.calls() - before <= 6

    @pytest.mark.parametrize("trouble", AMBIGUOUS)
    def test_a_write_cut_off_after_the_vendor_did_it_is_unknown_for_every_row(
        self, account: Account, trouble: Trouble
    ) -> None:
        rows = [row(person(account, number)) for number in range(3)]
        with connected(account, patience=PATIENCE) as connector:
            calls = -(-len(rows) // connector.limits.write_batch)
            broken(account, Fault(trouble=trouble, on="write", after=True, times=calls))
            results = connector.write(account.obj, rows)
        assert [result.op for result in results] == [each.op for each in rows]
        assert {result.outcome for result in results} == {Outcome.UNKNOWN}
        account.fault(WELL)
        with connected(account) as connector:
            again = connector.write(account.obj, rows)
        assert {result.outcome for result in again} == {Outcome.DONE}
        assert len(account.truth()) == len(rows)

    @pytest.mark.parametrize("seconds", [7, None], ids=["with Retry-After", "without Retry-After"])
    def test_a_throttled_write_is_for_later_and_wrote_nothing(
        self, account: Account, seconds: int | None
    ) -> None:
        rows = [row(person(account, number)) for number in range(3)]
        broken(account, Fault(trouble=Trouble.THROTTLED, on="write", retry_after=seconds))
        with connected(account) as connector:
            results = attempt(connector, account.obj, rows)
        assert {result.outcome for result in results} == {Outcome.LATER}
        assert seconds is None or {result.retry_after for result in results} == {seconds}
        assert not account.truth()

    def test_a_throttle_between_two_batches_keeps_what_is_done_and_stops(
        self, account: Account
    ) -> None:
        broken(account, Fault(trouble=Trouble.THROTTLED, on="write", skip=1, times=1))
        with connected(account) as connector:
            limit = connector.info.limits.write_batch
            rows = [row(person(account, number)) for number in range(limit * 3)]
            results = connector.write(account.obj, rows)
        done = [result for result in results if result.outcome is Outcome.DONE]
        assert len(done) == limit
        assert {r.outcome for r in results} == {Outcome.DONE, Outcome.LATER}
        assert set(account.truth()) == {result.id for result in done}

    @pytest.mark.parametrize("trouble", [Trouble.UNAUTHORISED, Trouble.FORBIDDEN])
    def test_a_write_without_the_right_to_it_does_nothing_and_says_so(
        self, account: Account, trouble: Trouble
    ) -> None:
        rows = [row(person(account, number)) for number in range(2)]
        broken(account, Fault(trouble=trouble, on="write"))
        with connected(account) as connector:
            results = attempt(connector, account.obj, rows)
        assert {result.outcome for result in results} == {Outcome.REFUSED}
        assert not account.truth()

    def test_no_secret_and_no_personal_data_leave_in_texts(self, account: Account) -> None:
        account.seed(2)
        account.settle()
        rows = [row({**person(account, n), **account.bad}) for n in range(2)]
        # vendors repeat a value that they refuse in their words
        rows.append(row({**person(account, 2), **dict.fromkeys(account.bad, SENTINELS[0])}))
        with connected(account) as connector:
            records, cursor = drain(connector, account)
            results = connector.write(account.obj, rows)
            texts = [repr(connector), str(connector), repr(connector.info), cursor]
            texts += [repr(each) for each in [*records, *rows, *results]]
        assert [text for text in texts if leaked(text)] == []

    def test_an_unknown_object_is_refused(self, account: Account) -> None:
        with connected(account) as connector, pytest.raises((Refused, NotSupported)):
            connector.describe("no_such_object")

    def test_a_missing_credential_is_a_config_error_that_names_it(self, account: Account) -> None:
        name = next(iter(account.credentials()))
        with pytest.raises(ConfigError, match=name) as caught:
            account.build({n: v for n, v in account.credentials().items() if n == "BASE_URL"})
        assert not leaked(str(caught.value))

    def test_info_agrees_with_what_the_connector_can_do(self, account: Account) -> None:
        with connected(account) as connector:
            info = connector.info
            assert info.name
            assert info.title
            assert info.sides
            assert info.sides <= set(Side)
            assert info.limits.read_page > 0
            assert info.limits.write_batch > 0
            assert all(b.source and b.calls > 0 and b.seconds > 0 for b in info.limits.budgets)
            assert all(0 < budget.share <= 1 for budget in info.limits.budgets)
            assert all(name == name.upper() and hint for name, hint in info.credentials.items())
            assert set(account.credentials()) <= set(info.credentials)
            tomllib.loads(info.default_map)
            for power, method in (
                (Finds, "find"),
                (FindsMany, "find_many"),
                (Nurtures, "enroll"),
                (Sweeps, "read_deleted"),
                (ReadsMany, "read_many"),
                (Reconciles, "stamps"),
                (Reaches, "reach_back"),
                (Names, "canonical"),
            ):
                assert isinstance(connector, power) == callable(getattr(connector, method, None))
