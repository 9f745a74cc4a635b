"""Writes rows through sObject Collections, two hundred a call, and settles each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from crmbridge.errors import (
    AuthFailed,
    ConfigError,
    NotSupported,
    Refused,
    Throttled,
    Unavailable,
    Unknown,
)
from crmbridge.model.record import Outcome, Row, Written
from crmbridge.net.call import Answer

from . import soql
from .client import Client
from .follow import Follower
from .outcomes import is_lost, later, refused, settled, unknown
from .values import write_value

CHUNK = 200  # records a call. Source: salesforce.md 3
EXTRA_CALLS = 40  # calls spent at most on finding what spoils one chunk. Source: reliability.md F40
_SPOILT = frozenset({"JSON_PARSER_ERROR", "MALFORMED_ID", "INVALID_FIELD", "bad_call"})
_SPOILT_STATUS = frozenset({"HTTP_400", "HTTP_413", "HTTP_414", "HTTP_431"})
BY_RULES = {"Sforce-Auto-Assign": "TRUE"}  # Source: salesforce.md 3; on create and update
Indexed = tuple[int, Row]
Down = Unavailable | AuthFailed | ConfigError


class Writer:
    """Writes to one org; `headers` go with every write, so that no token refresh loses them."""

    def __init__(
        self, client: Client, follower: Follower, key_field: str, headers: Mapping[str, str]
    ) -> None:
        self._client = client
        self._follower = follower
        self._key_field = key_field
        self._headers = headers

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        """Write rows as `Connector.write` promises."""
        soql.name(obj)
        return _Pass(self._client, self._follower, obj, self._key_field, self._headers).run(rows)


class _Pass:
    """One call of `write`: the results so far, and whether the system is down."""

    def __init__(
        self,
        client: Client,
        follower: Follower,
        obj: str,
        key_field: str,
        headers: Mapping[str, str],
    ) -> None:
        self._client = client
        self._follower = follower
        self._obj = obj
        self._key_field = key_field
        self._headers = headers
        self._results: dict[int, Written] = {}
        self._bodies: dict[int, dict[str, Any]] = {}
        self._down: Down | None = None
        self._sent = False
        self._spare = EXTRA_CALLS

    def run(self, rows: Sequence[Row]) -> list[Written]:
        """Send all rows and return one result a row."""
        for index, row in enumerate(rows):
            self._prepare(index, row)
        unsettled: set[str] = set()
        for batch in rounds([(i, row) for i, row in enumerate(rows) if i in self._bodies]):
            self._hold(batch, unsettled)
            for chunk in chunks([each for each in batch if each[0] not in self._results]):
                self._chunk(chunk)
            unsettled |= {identity(row) for index, row in batch if self._open(index)}
        self._follow(rows)
        return [self._results[index] for index in range(len(rows))]

    def _prepare(self, index: int, row: Row) -> None:
        try:
            self._bodies[index] = self._body(row)
        except Refused as error:
            self._results[index] = refused(row, error.code, str(error), error.field)

    def _body(self, row: Row) -> dict[str, Any]:
        values = {soql.name(name): write_value(name, v) for name, v in row.values.items()}
        body: dict[str, Any] = {"attributes": {"type": self._obj}, **values}
        if row.id:
            return {**body, "id": soql.long_id(row.id)}
        if not row.key:
            raise Refused("neither an id nor a key; give the row one of them", code="NO_KEY")
        return {**body, self._key_field: write_value(self._key_field, row.key)}

    def _hold(self, batch: Sequence[Indexed], unsettled: set[str]) -> None:
        """Keep back rows whose record has an older row that is not settled: order is kept."""
        for index, row in batch:
            if identity(row) in unsettled:
                why = "an earlier row for the same record is not settled"
                self._results[index] = later(row, "AFTER_UNSETTLED", why)

    def _open(self, index: int) -> bool:
        return self._results[index].outcome in (Outcome.LATER, Outcome.UNKNOWN)

    def _chunk(self, chunk: Sequence[Indexed]) -> None:
        if self._down is not None:
            return self._put_off(chunk, self._down)
        self._spare = EXTRA_CALLS
        self._send(chunk)

    def _send(self, chunk: Sequence[Indexed]) -> None:
        try:
            answer = self._call(chunk)
        except Unknown as error:
            self._sent, why = True, str(error)
            self._give(chunk, lambda row: unknown(row, why))
        except (Unavailable, AuthFailed, ConfigError) as error:
            self._stop(chunk, error)
        except NotSupported as error:
            why = str(error)
            self._give(chunk, lambda row: refused(row, "NOT_SUPPORTED", why))
        except Refused as error:
            self._refused(chunk, error)
        else:
            self._sent = True
            self._settle(chunk, answer)

    def _call(self, chunk: Sequence[Indexed]) -> Answer:
        records = [self._bodies[index] for index, _ in chunk]
        headers = {**self._headers, **BY_RULES} if chunk[0][1].by_rules else self._headers
        if chunk[0][1].id:
            return self._client.update(records, headers)
        return self._client.upsert(self._obj, self._key_field, records, headers)

    def _stop(self, chunk: Sequence[Indexed], error: Down) -> None:
        """Send nothing more; raise only what a person has to mend, and only if nothing was sent."""
        if not self._sent and not isinstance(error, Unavailable):
            raise error
        self._down = error
        self._put_off(chunk, error)

    def _put_off(self, chunk: Sequence[Indexed], error: Down) -> None:
        wait = error.retry_after if isinstance(error, Throttled) else 0.0
        self._give(chunk, lambda row: later(row, type(error).__name__, str(error), wait))

    def _refused(self, chunk: Sequence[Indexed], error: Refused) -> None:
        """Halve a chunk that was refused as a whole, until the row that spoils it stands alone."""
        self._sent = True
        if error.code not in _SPOILT | _SPOILT_STATUS or len(chunk) == 1:
            self._give(chunk, lambda row: refused(row, error.code, str(error), error.field))
        elif self._spare < 2 or self._down is not None:
            why = f"refused together with others: {error}"
            self._give(chunk, lambda row: later(row, error.code, why))
        else:
            self._spare -= 2
            middle = len(chunk) // 2
            for half in (chunk[:middle], chunk[middle:]):
                if self._down is not None:
                    self._put_off(half, self._down)
                else:
                    self._send(half)

    def _settle(self, chunk: Sequence[Indexed], answer: Answer) -> None:
        told = answer.data
        if not isinstance(told, list) or len(told) != len(chunk):
            why = "the answer has not one result for each row"
            return self._give(chunk, lambda row: unknown(row, why))
        for (index, row), each in zip(chunk, told, strict=True):
            self._results[index] = settled(self._obj, row, each, self._key_field)
        self._check_ids(chunk)

    def _check_ids(self, chunk: Sequence[Indexed]) -> None:
        """Doubt all rows of a call whose answer gives one id to two of them."""
        done = [self._results[index].id for index, _ in chunk if self._done(index)]
        if len(set(done)) != len(done):
            twice = "the answer gives one record to two rows"
            doubted = [each for each in chunk if self._done(each[0])]
            self._give(doubted, lambda row: unknown(row, twice))

    def _done(self, index: int) -> bool:
        return self._results[index].outcome is Outcome.DONE

    def _give(self, chunk: Sequence[Indexed], make: Callable[[Row], Written]) -> None:
        for index, row in chunk:
            self._results[index] = make(row)

    def _follow(self, rows: Sequence[Row]) -> None:
        lost = [i for i, row in enumerate(rows) if is_lost(row, self._results[i])]
        if not lost or self._down is not None:
            self._give([(i, rows[i]) for i in lost], lambda row: later(row, "DOWN", "ask later"))
            return
        found = self._follower.follow(self._obj, [(rows[i], self._results[i]) for i in lost])
        self._results.update(zip(lost, found, strict=True))


def identity(row: Row) -> str:
    """Return what makes two rows the same record: the id where one is known, else the key."""
    return soql.long_id(row.id) if row.id else f"key:{row.key.lower()}"


def rounds(rows: Sequence[Indexed]) -> Iterator[list[Indexed]]:
    """Split rows so that no round holds a record twice; later rows of a record come later."""
    made: list[list[Indexed]] = []
    met: dict[str, int] = {}
    for index, row in rows:
        at = met.get(identity(row), 0)
        met[identity(row)] = at + 1
        if at == len(made):
            made.append([])
        made[at].append((index, row))
    yield from made


def chunks(rows: Sequence[Indexed]) -> Iterator[list[Indexed]]:
    """Split a round into calls: updates by id, then creates and updates by key.

    What assignment rules give out goes by itself: the header that lets them is of a whole call.
    """
    for by_id, by_rules in ((True, False), (False, False), (True, True), (False, True)):
        kind = [one for one in rows if (bool(one[1].id), one[1].by_rules) == (by_id, by_rules)]
        for at in range(0, len(kind), CHUNK):
            yield kind[at : at + CHUNK]
