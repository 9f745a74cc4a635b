"""The org's own automation: validation, duplicate and assignment rules, triggers, row faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.salesforce.emulator.faults import VendorError, bad_reference
from connectors.salesforce.emulator.ids import read_id
from connectors.salesforce.emulator.org import Manner, Org
from connectors.salesforce.emulator.store import Row

_TRANSFORMS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "digits": lambda text: re.sub(r"[^0-9+]", "", text),
}


def run_triggers(org: Org, obj: str, new: Row) -> None:
    """Rewrite fields in the same save, as a workflow of the vendor does (fault F55)."""
    for rule in _rules(org, "triggers", obj):
        name = rule["field"]
        if "value" in rule:
            new[name] = rule["value"]
        elif isinstance(new.get(name), str):
            new[name] = _TRANSFORMS[rule["transform"]](new[name])


def validate(org: Org, obj: str, new: Row, old: Row | None) -> None:
    """Raise the administrator's error when all conditions of a validation rule hold.

    A trigger's own exception is such a rule with another `code`, such as
    `CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY`.
    """
    for rule in _rules(org, "validation_rules", obj):
        if all(_holds(one, new, old) for one in rule.get("when", ())):
            raise VendorError(
                rule.get("code", "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
                rule.get("message", "A validation rule refused this record."),
                fields=[rule["field"]] if rule.get("field") else [],
            )


def _holds(condition: Mapping[str, Any], new: Row, old: Row | None) -> bool:
    value, wanted = new.get(condition["field"]), condition.get("value")
    match condition.get("op", "equals"):
        case "equals":
            return bool(value == wanted)
        case "not_equals":
            return bool(value != wanted)
        case "blank":
            return value is None
        case "not_blank":
            return value is not None
        case "greater":
            return value is not None and value > wanted
        case "less":
            return value is not None and value < wanted
        case _:
            return value != (old or {}).get(condition["field"])


def find_duplicates(org: Org, obj: str, new: Row, manner: Manner, *, creating: bool) -> None:
    """Raise DUPLICATES_DETECTED where a duplicate rule finds a match and the header does not help.

    `allowSave` helps only against the action `alert`. Source: salesforce.md 3 and 7.
    """
    for rule in _rules(org, "duplicate_rules", obj):
        if ("create" if creating else "update") not in rule.get("on", ["create"]):
            continue
        blocks = rule.get("action", "alert") == "block"
        matched = list(_matches(org, rule, new))
        if matched and (blocks or not manner.allow_save):
            raise VendorError(
                "DUPLICATES_DETECTED",
                "Use one of these records?",
                extra={"duplicateResult": _result(rule, obj, matched, allowed=not blocks)},
            )


def _matches(org: Org, rule: Mapping[str, Any], new: Row) -> Iterator[tuple[str, str]]:
    names = rule.get("match", ["Email"])
    wanted = [_folded(new.get(name)) for name in names]
    if None in wanted:
        return
    for obj in rule.get("against", [rule["object"]]):
        table = org.store[obj]
        fields = [org.schema.entity(obj).get(name) for name in names]
        quick = next((one for one in fields if one and table.has_index(one)), None)
        for record_id in sorted(table.ids(quick, new[quick.name]) if quick else table.rows):
            row = table.rows[record_id]
            same = [_folded(row.get(name)) for name in names] == wanted
            if same and record_id != new.get("Id") and not row.get("IsDeleted"):
                yield obj, record_id


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _result(
    rule: Mapping[str, Any], obj: str, matched: list[tuple[str, str]], *, allowed: bool
) -> dict[str, Any]:
    name = rule.get("name", f"Standard_{obj}_Duplicate_Rule")
    return {
        "allowSave": allowed,
        "duplicateRule": name,
        "duplicateRuleEntityType": obj,
        "errorMessage": "Use one of these records?",
        "matchResults": [
            {
                "entityType": found,
                "errors": [],
                "matchEngine": "ExactMatchEngine",
                "matchRecords": [
                    {
                        "additionalInformation": [],
                        "fieldDiffs": [],
                        "matchConfidence": 100.0,
                        "record": {"attributes": {"type": found}, "Id": record_id},
                    }
                ],
                "rule": f"{name}_Match",
                "size": 1,
                "success": True,
            }
            for found, record_id in matched
        ],
    }


def assign(org: Org, obj: str, new: Row, manner: Manner) -> None:
    """Give the record another owner when an assignment rule applies, on update too.

    Source: salesforce.md 3, Sforce-Auto-Assign is TRUE when absent.
    """
    if manner.assign == "FALSE":
        return
    rules = list(_rules(org, "assignment_rules", obj))
    if manner.assign == "TRUE":
        chosen = [rule for rule in rules if rule.get("active", True)]
    else:
        wanted = read_id(manner.assign)
        chosen = [rule for rule in rules if wanted and rule.get("id") == wanted]
        if not chosen and obj == "Lead":
            raise bad_reference()
    if chosen and chosen[0].get("owners"):
        owners = chosen[0]["owners"]
        new["OwnerId"] = org.user(owners[org.assigned % len(owners)])
        org.assigned += 1


def strike(org: Org, obj: str, row: Row, operation: str) -> None:
    """Raise the error of a row fault that is due, such as a lock (fault F41).

    A rule is `{object, operation?, ids?, where?, probability?, times?, code?, message?}`.
    """
    for place, rule in enumerate(org.options["row_faults"]):
        if rule["object"] == obj and _due(org, place, rule, row, operation):
            org.fired["row_faults", place] += 1
            record = str(row.get("Id", ""))[:15]
            raise VendorError(
                rule.get("code", "UNABLE_TO_LOCK_ROW"),
                rule.get(
                    "message",
                    "unable to obtain exclusive access to this record or 1 records: " + record,
                ),
            )


def _due(org: Org, place: int, rule: Mapping[str, Any], row: Row, operation: str) -> bool:
    if rule.get("operation", operation) != operation:
        return False
    if "ids" in rule and row.get("Id") not in [read_id(str(one)) for one in rule["ids"]]:
        return False
    if any(row.get(name) != value for name, value in rule.get("where", {}).items()):
        return False
    if org.fired["row_faults", place] >= rule.get("times", float("inf")):
        return False
    return org.random.random() < float(rule.get("probability", 1.0))


def _rules(org: Org, option: str, obj: str) -> Iterator[Mapping[str, Any]]:
    return (rule for rule in org.options[option] if rule["object"] == obj)
