"""HubSpot's calls by name: the official SDK's objects on our transport, plain dicts in and out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from connectors.hubspot.answers import is_word, reason
from connectors.hubspot.answers import refused as refused_whole
from connectors.hubspot.bridge import HubSpotBridge, results
from connectors.hubspot.values import field
from crmbridge.errors import ConfigError, Refused, Unavailable
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.fields import items, listed, mapping
from crmbridge.model.record import Field
from crmbridge.net.call import Answer
from crmbridge.net.options import CallOptions, using

__all__ = ["Client", "Spoilt", "reason"]

CONTACT_TYPE = "0-1"
CONSENT_SCOPE = "communication_preferences.write"
MULTI_READ = frozenset({200, 207})
MULTI_WRITE = frozenset({200, 201, 207})
WHOLE_REFUSED = frozenset({400, 409})
"""Statuses that say that a batch was refused as a whole and nothing written (hubspot.md 1.5)."""


class Spoilt(Refused):
    """A batch was refused as a whole; `error` is what the vendor says of it."""

    def __init__(self, answer: Answer) -> None:
        self.error = mapping(answer.data)
        told = refused_whole(answer.status, self.error, answer.request_id)
        super().__init__(str(told), code=told.code, field=told.field)


def records(answer: Answer) -> list[dict[str, Any]]:
    """Return the rows of a read of records; raises `Unavailable` when one has no id."""
    rows = results(answer)
    if not all(str(row.get("id")).isdigit() for row in rows):
        raise Unavailable("HubSpot gave a record without an id", request_id=answer.request_id)
    return rows


def next_after(data: Mapping[str, Any]) -> str:
    """Return `paging.next.after`, empty at the end; `link` is never followed (hubspot.md 1.1)."""
    return str(mapping(mapping(data.get("paging")).get("next")).get("after") or "")


def page(answer: Answer, rows: Sequence[Mapping[str, Any]]) -> Batch:
    """Return an answer with some rows as a page: a search says a total, a list rarely does."""
    data = mapping(answer.data)
    total = data.get("total")
    return Batch(
        rows=rows,
        next=next_after(data),
        total=total if isinstance(total, int) and not isinstance(total, bool) else None,
        date=answer.date,
        request_id=answer.request_id,
    )


def refusal(answer: Answer, scope: str = "") -> Refused:
    """Return the error for an answer that refuses the whole call; `scope` is what it takes."""
    body = mapping(answer.data)
    if answer.status != 403:
        return refused_whole(answer.status, body, answer.request_id)
    asked = listed(mapping(body.get("context")).get("requiredGranularScopes"))
    named = [s for s in (*map(str, asked), scope) if is_word(s)]
    scopes = " or ".join(dict.fromkeys(named)) if scope else ", ".join(named)
    return Refused(
        "HubSpot: the token lacks a right"
        + (f"; give it the scopes {scopes}" if scopes else "; check its scopes"),
        code=reason(body)[0] or "FORBIDDEN",
        request_id=answer.request_id,
    )


class Client:
    """The calls that this connector makes.

    Every method raises what the transport raises, and `Refused` for a 400, 403 or 409; `write`
    raises `Spoilt` for a batch that was refused as a whole. `priority` is that of
    DESIGN 9. No answer is retried.
    """

    def __init__(self, bridge: HubSpotBridge) -> None:
        self._bridge = bridge
        try:
            self._crm = bridge.sdk.crm
        except ImportError:
            raise ConfigError("HubSpot: pip install 'crmbridge[hubspot]'") from None

    def _send(
        self,
        function: Callable[..., Answer],
        *args: object,
        priority: int,
        good: frozenset[int] = MULTI_READ,
        idempotent: bool | None = True,
        **more: Any,
    ) -> Answer:
        options = CallOptions(
            expect=good | WHOLE_REFUSED | {403}, priority=priority, idempotent=idempotent
        )
        with using(options):
            answer = function(*args, _preload_content=False, **more)
        if answer.status in good:
            return answer
        if idempotent is False and answer.status in WHOLE_REFUSED:
            raise Spoilt(answer)
        raise refusal(answer)

    def list_page(
        self,
        obj: str,
        properties: Sequence[str],
        after: str,
        *,
        priority: int,
        archived: bool = False,
        limit: int = 100,
    ) -> Batch:
        """List up to 100 records by id, from `after` on; stable while records change."""
        names = [",".join(properties)]
        list_ = partial(self._crm.objects.basic_api.get_page, obj, limit=limit, properties=names)
        return self._page(list_, after, archived=archived, priority=priority)

    def search(self, obj: str, body: Mapping[str, Any], *, priority: int) -> Batch:
        """Search records; five calls a second for the whole account (hubspot.md 1.2)."""
        told = self._send(self._crm.objects.search_api.do_search, obj, body, priority=priority)
        return page(told, records(told))

    def read_batch(
        self,
        obj: str,
        values: Sequence[str],
        properties: Sequence[str],
        unique: str = "",
        *,
        priority: int,
    ) -> Answer:
        """Read up to 100 records by id or by a unique property, past the search index."""
        body: dict[str, Any] = {
            "inputs": [{"id": value} for value in values],
            "properties": list(properties),
            "propertiesWithHistory": [],
        }
        if unique:
            body["idProperty"] = unique
        return self._send(self._crm.objects.batch_api.read, obj, body, priority=priority)

    def write(
        self, obj: str, inputs: Sequence[Mapping[str, Any]], *, by_id: bool, priority: int
    ) -> Answer:
        """Update up to 100 records by id, or create and update them by a unique property."""
        batches = self._crm.objects.batch_api
        function = batches.update if by_id else batches.upsert
        # not idempotent on purpose: what became of a lost answer is for the caller to read back
        body = {"inputs": list(inputs)}
        return self._send(
            function, obj, body, priority=priority, good=MULTI_WRITE, idempotent=False
        )

    def properties(self, obj: str) -> dict[str, Field]:
        """Return the definitions of an object's properties by name."""
        answer = self._send(self._crm.properties.core_api.get_all, obj, priority=1)
        return {str(row["name"]): field(row) for row in results(answer) if row.get("name")}

    def owners(self, after: str, *, archived: bool, priority: int) -> Batch:
        """List up to 100 owners; deactivated ones are `archived`."""
        list_ = partial(self._crm.owners.owners_api.get_page, limit=100)
        return self._page(list_, after, archived=archived, priority=priority)

    def _page(
        self, function: Callable[..., Answer], after: str, *, archived: bool, priority: int
    ) -> Batch:
        more: dict[str, Any] = {"after": after} if after else {}
        more |= {"archived": "true"} if archived else {}
        told = self._send(function, priority=priority, **more)
        return page(told, records(told))

    def submissions(self, guid: str, after: str, *, priority: int) -> Batch:
        """List up to 50 submissions of a form, newest first."""
        if not is_word(guid):
            raise Refused("HubSpot: a form is named form:<its guid>", code="unknown_form")
        params = {"limit": "50", **({"after": after} if after else {})}
        path = f"/form-integrations/v1/submissions/forms/{guid}"
        try:
            told = self._bridge.call("GET", path, params=params, priority=priority)
        except Refused as error:
            if error.code != "not_found":
                raise
            raise Refused(
                f"HubSpot has no form {guid}; copy its id from the form's address",
                code="unknown_form",
                request_id=error.request_id,
            ) from None
        return page(told, results(told))

    def associations(
        self, obj: str, other: str, inputs: Sequence[Mapping[str, Any]], priority: int
    ) -> Answer:
        """Read the associations of up to 1,000 records; a 207 for those without is normal."""
        read = self._crm.associations.v4.batch_api.get_page
        return self._send(read, obj, other, {"inputs": list(inputs)}, priority=priority)

    def associate(
        self, obj: str, other: str, inputs: Sequence[Mapping[str, Any]], *, priority: int
    ) -> Answer:
        """Create up to 2,000 associations; those that exist already do no harm."""
        create = self._crm.associations.v4.batch_api.create
        body = {"inputs": list(inputs)}
        return self._send(create, obj, other, body, priority=priority, good=MULTI_WRITE)

    def opt_out(self, email: str, *, priority: int) -> None:
        """Take an address off all e-mail; repeating it does no harm.

        Returns only for an answer in the shape of HubSpot's other batches without errors in it,
        which is not verified on a live account: any other raises `Unknown`, to be read back.
        """
        path = f"/communication-preferences/v4/statuses/{quote(email, safe='')}/unsubscribe-all"
        answer = self._bridge.call(
            "POST",
            path,
            params={"channel": "EMAIL"},
            priority=priority,
            idempotent=False,
            expect=(*MULTI_WRITE, 403),
        )
        if answer.status == 403:
            raise refusal(answer, CONSENT_SCOPE)
        results(answer, reads=False)
        troubles = items(mapping(answer.data).get("errors"))
        if troubles:
            code, name = reason(troubles[0])
            raise Refused("HubSpot did not take the opt-out", code=code or "refused", field=name)

    def list_of(self, track: str) -> Mapping[str, Any]:
        """Return a contact list's definition by its id or its exact name.

        Raises `Refused` (`not_found`) without one.
        """
        lists = self._crm.lists.lists_api
        by_name = partial(lists.get_by_name, track, CONTACT_TYPE)
        find = partial(lists.get_by_id, track) if track.isdigit() else by_name
        return mapping(mapping(self._send(find, priority=1).data).get("list"))

    def move_members(self, list_id: str, add: Sequence[str], remove: Sequence[str]) -> Answer:
        """Put records on a static list and take others off; repeating it does no harm."""
        body = {"recordIdsToAdd": list(add), "recordIdsToRemove": list(remove)}
        change = self._crm.lists.memberships_api.add_and_remove
        return self._send(change, list_id, body, priority=1)

    def pipelines(self, obj: str) -> list[Mapping[str, Any]]:
        """Return the pipelines of an object, each with its `stages`."""
        answer = self._bridge.call("GET", f"/crm/v3/pipelines/{quote(obj, safe='')}", priority=1)
        return list(results(answer))

    def linked(self, obj: str, other: str) -> bool:
        """Whether records of two objects can be associated at all."""
        path = f"/crm/v4/associations/{quote(obj, safe='')}/{quote(other, safe='')}/labels"
        try:
            return bool(results(self._bridge.call("GET", path, priority=1)))
        except Refused:
            return False

    def scopes(self) -> frozenset[str]:
        """Return the scopes of the token; `Refused` where HubSpot does not tell them.

        The call is documented for private apps; whether it tells those of a service key is not
        verified.
        """
        return frozenset(map(str, listed(mapping(self._bridge.token_info().data).get("scopes"))))

    def account(self) -> Mapping[str, Any]:
        """Return the portal's details."""
        return mapping(self._bridge.call("GET", "/account-info/v3/details", priority=1).data)
