"""Several calls in one: composite, which counts as one call, and batch, where each counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from connectors.salesforce.emulator.api import Call, Reply, Site, refusal
from connectors.salesforce.emulator.faults import VendorError, bad_json

MOST = 25
MOST_HEAVY = 5
"""Subrequests, and queries or Collections among them. Source: salesforce.md 3, composite."""
Dispatch = Callable[[Site, Call], Reply]
_URL = re.compile(r"/?(?:services/data/)?v(\d+\.0)/(.*)\Z", re.DOTALL)
_REFERENCE = re.compile(r"@\{([A-Za-z0-9_]+)((?:\.\w+|\[\d+\])*)\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_OWN_HEADERS = frozenset({"accept", "authorization", "content-type"})
_HALTED = "The transaction was rolled back since another operation in the same transaction failed."


def split_url(url: str) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Return version, decoded path parts and query of `/services/data/v66.0/…`."""
    pieces = urlsplit(url)
    match = _URL.fullmatch(pieces.path)
    if match is None:
        raise VendorError("NOT_FOUND", "The requested resource does not exist", status=404)
    parts = tuple(unquote(part) for part in match[2].rstrip("/").split("/") if part)
    return match[1], parts, dict(parse_qsl(pieces.query, keep_blank_values=True))


def composite(site: Site, call: Call, dispatch: Dispatch) -> Reply:
    """POST composite: HTTP 200 with one answer a subrequest, whatever became of them.

    Subrequests take Accept, Authorization and Content-Type from the outer call and nothing else,
    so Sforce-Auto-Assign belongs in their own httpHeaders.
    """
    body = call.object()
    subs = _subrequests(body)
    whole = bool(body.get("allOrNone"))
    start = site.org.store.begin()
    replies: dict[str, Reply] = {}
    for sub in _in_order(subs, call, body):
        if whole and any(reply.failed for reply in replies.values()):
            replies[sub["referenceId"]] = _halted(_HALTED)
            continue
        replies[sub["referenceId"]] = _perform(site, call, sub, replies, dispatch)
    if whole and any(reply.failed for reply in replies.values()):
        site.org.store.undo(start)
        replies = {name: _after_undo(reply) for name, reply in replies.items()}
    answers = [_answer(sub["referenceId"], replies[sub["referenceId"]]) for sub in subs]
    rows = sum(reply.rows for reply in replies.values())
    return Reply(body={"compositeResponse": answers}, rows=rows)


def batch(site: Site, call: Call, dispatch: Dispatch) -> Reply:
    """POST composite/batch: independent calls; each counts toward the daily limit."""
    body = call.object()
    requests = body.get("batchRequests")
    if not isinstance(requests, list) or not requests or len(requests) > MOST:
        raise VendorError("LIMIT_EXCEEDED", f"batchRequests: 1 to {MOST} requests are allowed")
    # the outer call was counted once already
    site.quota.add(site.org.world.now(), len(requests) - 1)
    results: list[dict[str, Any]] = []
    failed = False
    for one in requests:
        if failed and body.get("haltOnError"):
            reply = Reply(status=412, body=_error("BATCH_PROCESSING_HALTED", "Batch was halted"))
        else:
            reply = _single(site, call, one, dispatch)
        failed = failed or reply.status >= 300
        results.append({"statusCode": reply.status, "result": reply.body})
    return Reply(body={"hasErrors": failed, "results": results})


def _single(site: Site, call: Call, one: Mapping[str, Any], dispatch: Dispatch) -> Reply:
    try:
        version, parts, query = split_url(str(one.get("url", "")))
    except VendorError as error:
        return refusal(error)
    made = Call(
        method=str(one.get("method", "GET")), parts=parts, version=version, query=query,
        headers=call.headers, body=one.get("richInput"),
    )  # fmt: skip
    return dispatch(site, made)


def _subrequests(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    subs = body.get("compositeRequest")
    if not isinstance(subs, list) or not subs:
        raise bad_json("compositeRequest: a list of subrequests is required")
    if len(subs) > MOST:
        # code not verified
        raise VendorError("LIMIT_EXCEEDED", f"The limit of {MOST} subrequests was exceeded")
    names = [sub.get("referenceId") for sub in subs]
    if None in names or len(set(names)) != len(names):
        raise bad_json("compositeRequest: every subrequest needs a referenceId of its own")
    for sub in subs:
        if _OWN_HEADERS & {name.lower() for name in sub.get("httpHeaders") or {}}:
            raise VendorError("INVALID_HEADER", "a subrequest may not set Accept, Authorization "
                              "or Content-Type")  # fmt: skip
    if sum(_heavy(str(sub.get("url", ""))) for sub in subs) > MOST_HEAVY:
        raise VendorError(
            "LIMIT_EXCEEDED",
            f"The limit of {MOST_HEAVY} query and sObject Collections subrequests was exceeded",
        )
    return subs


def _heavy(url: str) -> bool:
    tail = url.partition("/v")[2].partition("/")[2].lower()
    return tail.startswith(("query", "composite/sobjects"))


def _in_order(
    subs: Sequence[dict[str, Any]], call: Call, body: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return subrequests as they run: collated by method and path where nothing depends on order.

    Collating is the default since v49; subrequests with headers of their own are not collated.
    """
    collate = body.get("collateSubrequests", call.number >= 49)
    bound = any("@{" in str(sub) or sub.get("httpHeaders") for sub in subs)
    if not collate or bound:
        return list(subs)
    return sorted(subs, key=lambda sub: (sub.get("method", ""), str(sub.get("url", ""))[:40]))


def _perform(
    site: Site, call: Call, sub: Mapping[str, Any], replies: Mapping[str, Reply], dispatch: Dispatch
) -> Reply:
    try:
        url = str(_filled(sub.get("url", ""), replies))
        version, parts, query = split_url(url)
        made = Call(
            method=str(sub.get("method", "")), parts=parts, version=version, query=query,
            headers=_lower(sub.get("httpHeaders") or {}),
            body=_filled(sub.get("body"), replies),
        )  # fmt: skip
    except VendorError as error:
        return refusal(error)
    if parts[:1] == ("composite",) and parts[1:2] != ("sobjects",):
        return refusal(VendorError("NOT_FOUND", "a composite inside a composite", status=404))
    return dispatch(site, made)


def _lower(headers: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in headers.items()}


def _filled(value: Any, replies: Mapping[str, Reply]) -> Any:
    """Put the values of earlier answers where `@{ref.path}` stands."""
    if isinstance(value, list):
        return [_filled(one, replies) for one in value]
    if isinstance(value, Mapping):
        return {name: _filled(one, replies) for name, one in value.items()}
    if not isinstance(value, str):
        return value
    alone = _REFERENCE.fullmatch(value)
    if alone:
        return _referred(alone, replies)
    return _REFERENCE.sub(lambda match: str(_referred(match, replies)), value)


def _referred(match: re.Match[str], replies: Mapping[str, Reply]) -> Any:
    reply = replies.get(match[1])
    here = None if reply is None or reply.status >= 300 else reply.body
    for name, place in _STEP.findall(match[2]):
        if name and isinstance(here, Mapping):
            here = here.get(name)
        elif place and isinstance(here, list) and int(place) < len(here):
            here = here[int(place)]
        else:
            here = None
    if here is None:
        raise VendorError(
            "PROCESSING_HALTED",
            f"Invalid reference specified. No value for {match[2].lstrip('.')} found in {match[1]}",
        )
    return here


def _error(code: str, message: str) -> list[dict[str, Any]]:
    return [{"errorCode": code, "message": message}]


def _halted(message: str) -> Reply:
    return Reply(status=400, body=_error("PROCESSING_HALTED", message), failed=True)


def _after_undo(reply: Reply) -> Reply:
    """An answer after a rollback: errors and Collections stay, successes become halted.

    A collection's body still says success (vendor's allOrNone page, case 4).
    """
    kept = reply.failed or isinstance(reply.body, list)
    return reply if kept else _halted(_HALTED)


def _answer(name: str, reply: Reply) -> dict[str, Any]:
    return {
        "body": reply.body,
        "httpHeaders": dict(reply.headers),
        "httpStatusCode": reply.status,
        "referenceId": name,
    }
