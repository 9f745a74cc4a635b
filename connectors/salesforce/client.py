"""The Salesforce calls that the connector makes, and what each answer means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from crmbridge.errors import (
    AuthFailed,
    ConfigError,
    ConnectorError,
    CrmBridgeError,
    Refused,
    Unavailable,
)
from crmbridge.kit.feed.walk import Batch, walk
from crmbridge.kit.fields import first, items, mapping
from crmbridge.kit.rest import Calls
from crmbridge.net.call import Answer
from crmbridge.net.verdict import TOO_LARGE
from crmbridge.net.words import head

from . import soql
from .bridge import checked_next, classify
from .options import OFFER

QUERIES_PER_COMPOSITE = 5  # Source: salesforce.md 3
RETRIEVE = 2_000  # ids a call. Source: salesforce.md 3
_COLUMN = re.compile(r"No such column '([A-Za-z0-9_.]{1,200})'")
_RELATION = re.compile(r"understand relationship '([A-Za-z0-9_.]{1,200})'")
_SPOKEN = frozenset({200, 201, 300, 400, 403, 404, 405, 409, 410, 412, 413, 414, 415, 431})


def failure(
    what: str, status: int, data: object, headers: Mapping[str, str], request_id: str = ""
) -> CrmBridgeError:
    """Return the error for an answer that is no success; no vendor text beyond codes and names."""
    body = first(data)
    code = str(body.get("errorCode") or body.get("error") or f"HTTP_{status}")[:80]
    message = head(str(body.get("message") or ""))
    said = f"Salesforce {what}: {status} {code}"
    if (known := classify(status, headers, data)) is not None:
        return known
    if code == "UNSUPPORTED_API_VERSION" or status == 410:
        return ConfigError(f"{said}; this API version is retired, set a newer `version`")
    if code == "INVALID_SESSION_ID" and status == 401 and what != "composite query":
        return AuthFailed(f"{said}; check the credentials", request_id=request_id)
    if code in OFFER.words["passing"]:
        late = code == "QUERY_TIMEOUT"
        return Unavailable(f"{said}; try later", late=late, request_id=request_id)
    if status in TOO_LARGE:
        # the code says so whatever the body says: less at once may do
        code = f"HTTP_{status}"
    column = _COLUMN.search(message) or _RELATION.search(message)
    return Refused(
        f"{said}; it will not be taken as it is",
        code=code,
        field=column.group(1) if column else "",
        request_id=request_id,
    )


def batch(data: object, date: datetime | None) -> Batch:
    """Check a query's answer.

    Raises `Unavailable` when its shape is not right, `Refused` when its link leaves the query
    resource (reliability.md T5).
    """
    told = mapping(data)
    rows = told.get("records")
    if not isinstance(rows, list) or len(items(rows)) != len(rows):
        raise Unavailable("Salesforce query: an answer without records; try again")
    total, done, link = told.get("totalSize"), told.get("done"), told.get("nextRecordsUrl") or ""
    if not isinstance(total, int) or not isinstance(done, bool) or done is bool(link):
        raise Unavailable("Salesforce query: an answer without a clear end; try again")
    return Batch(rows=rows, total=total, next=checked_next(link) if link else "", date=date)


class Client:
    """Salesforce's REST resources by name; each method is one call.

    `page` is the number of rows that a page of a query is asked to hold. Reads raise the errors
    of `crmbridge.errors` without `Unknown`, writes with it.
    """

    def __init__(self, bridge: Calls, version: str, page: int) -> None:
        self._bridge = bridge
        self._base = f"/services/data/v{version}"
        self._paging = {"Sforce-Query-Options": f"batchSize={page}"}

    def read(self, what: str, method: str, path: str, json: object = None) -> Answer:
        """Make a call that changes nothing and is well answered with 200 alone."""
        answer = self._bridge.call(
            method, path, json=json, headers=self._paging, idempotent=True, expect=_SPOKEN
        )
        if answer.status != 200:
            raise failure(what, answer.status, answer.data, answer.headers, answer.request_id)
        return answer

    def describe(self, obj: str) -> Mapping[str, Any]:
        """Return the describe answer of an object; `Refused` when there is none of that name."""
        path = f"{self._base}/sobjects/{soql.name(obj)}/describe"
        return first(self.read(f"describe {obj}", "GET", path).data)

    def query(self, query: str, *, deleted: bool = True) -> Batch:
        """Run a query, by default over deleted and archived rows too."""
        answer = self.read("query", "GET", f"{self._base}/{self._query(query, deleted)}")
        return batch(answer.data, answer.date)

    @staticmethod
    def _query(query: str, deleted: bool) -> str:
        return f"{'queryAll' if deleted else 'query'}?q={quote(query, safe='')}"

    def more(self, link: str) -> Batch:
        """Return the page behind a link that `batch` has checked."""
        answer = self.read("query page", "GET", link)
        return batch(answer.data, answer.date)

    def all(self, query: str, *, deleted: bool) -> Iterator[Mapping[str, Any]]:
        """Yield all rows of a short query."""

        def ask(link: str) -> Batch:
            return self.more(link) if link else self.query(query, deleted=deleted)

        for page in walk("Salesforce", "records", ask):
            yield from page.rows

    def matching(
        self,
        obj: str,
        columns: Sequence[str],
        by: str,
        values: Iterable[str],
        *,
        deleted: bool,
        also: str = "",
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the rows whose field equals one of the values, in as many queries as it takes."""
        for condition in soql.chunks_in(by, values):
            where = f"{also} AND {condition}" if also else condition
            yield from self.all(soql.select(obj, columns, where), deleted=deleted)

    def queries(self, queries: Sequence[str]) -> list[Batch | CrmBridgeError]:
        """Run up to five queryAll in one call; an error stands in the place of its query."""
        parts = [
            {
                "method": "GET",
                "url": f"{self._base}/{self._query(query, deleted=True)}",
                "referenceId": f"q{number}",
                "httpHeaders": self._paging,
            }
            for number, query in enumerate(queries)
        ]
        body = {"allOrNone": False, "collateSubrequests": False, "compositeRequest": parts}
        answer = self.read("composite", "POST", f"{self._base}/composite", body)
        told = {str(part.get("referenceId")): part for part in _parts(answer.data)}
        return [self._part(told.get(f"q{n}"), answer.date) for n in range(len(queries))]

    @staticmethod
    def _part(part: Mapping[str, Any] | None, date: datetime | None) -> Batch | CrmBridgeError:
        if part is None:
            return Unavailable("Salesforce composite: a query without an answer; try again")
        status, body = part.get("httpStatusCode"), part.get("body")
        if status != 200:
            return failure("composite query", status if isinstance(status, int) else 0, body, {})
        try:
            return batch(body, date)
        except ConnectorError as error:
            return error

    def retrieve(
        self, obj: str, ids: Sequence[str], fields: Sequence[str]
    ) -> list[Mapping[str, Any]]:
        """Return the live records of up to 2,000 ids; what does not exist is left out."""
        body = {"ids": list(ids), "fields": list(fields)}
        path = f"{self._base}/composite/sobjects/{soql.name(obj)}"
        data = self.read("retrieve", "POST", path, body).data
        if not isinstance(data, list) or len(data) != len(ids):
            raise Unavailable("Salesforce retrieve: not one answer an id; try again")
        return items(data)

    def deleted(self, obj: str, start: str, end: str) -> Mapping[str, Any]:
        """Return the log of deletions between two instants, `…Z` texts of whole seconds."""
        times = f"start={quote(start, safe='')}&end={quote(end, safe='')}"
        path = f"{self._base}/sobjects/{soql.name(obj)}/deleted/?{times}"
        return first(self.read("deleted", "GET", path).data)

    def server_time(self) -> datetime:
        """Return the vendor's clock, by its list of versions, which no quota counts."""
        answer = self.read("versions", "GET", "/services/data")
        if answer.date is None:
            raise Unavailable("Salesforce versions: an answer without its time; try again")
        return answer.date

    def each(
        self, method: str, records: Sequence[Mapping[str, Any]], headers: Mapping[str, str]
    ) -> Answer:
        """Update up to 200 records by id (PATCH) or create them (POST), each for itself.

        What is created must have been looked for.
        """
        return self._write(method, f"{self._base}/composite/sobjects", records, headers)

    def upsert(
        self,
        obj: str,
        key_field: str,
        records: Sequence[Mapping[str, Any]],
        headers: Mapping[str, str],
    ) -> Answer:
        """Create or update up to 200 records of one object by an external id, each for itself."""
        path = f"{self._base}/composite/sobjects/{soql.name(obj)}/{soql.name(key_field)}"
        return self._write("PATCH", path, records, headers)

    def delete(self, ids: Sequence[str], headers: Mapping[str, str]) -> Answer:
        """Delete up to 200 records by id, each for itself."""
        path = f"{self._base}/composite/sobjects?ids={','.join(map(soql.long_id, ids))}"
        return self._write("DELETE", f"{path}&allOrNone=false", None, headers)

    def _write(
        self,
        method: str,
        path: str,
        records: Sequence[Mapping[str, Any]] | None,
        headers: Mapping[str, str],
    ) -> Answer:
        body = None if records is None else {"allOrNone": False, "records": list(records)}
        # never idempotent: a late commit of the first try could undo what came after it (F6)
        answer = self._bridge.call(
            method, path, json=body, headers=headers, idempotent=False, expect=_SPOKEN
        )
        if answer.status != 200:
            raise failure("write", answer.status, answer.data, answer.headers, answer.request_id)
        return answer


def _parts(data: object) -> list[Mapping[str, Any]]:
    parts = mapping(data).get("compositeResponse")
    if not isinstance(parts, list):
        raise Unavailable("Salesforce composite: an answer without parts; try again")
    return items(parts)
