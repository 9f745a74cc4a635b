"""The errors that the emulated Salesforce answers with, in its own words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class VendorError(Exception):
    """One error in the vendor's shape: HTTP status, code, message and the fields at fault.

    `extra` holds further keys of the error object, such as `duplicateResult`.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: Iterable[str] = (),
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = list(fields)
        self.extra = extra or {}

    def row(self) -> dict[str, Any]:
        """Return the error as REST bodies carry it."""
        body: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields or self.code not in _FIELDLESS:
            body["fields"] = self.fields
        return {**body, **self.extra}

    def result(self) -> dict[str, Any]:
        """Return the error as Collections carry it: the key is `statusCode` there."""
        return {"statusCode": self.code, "message": self.message, "fields": self.fields}


_FIELDLESS = frozenset(
    [
        "INVALID_FIELD",
        "INVALID_TYPE",
        "MALFORMED_QUERY",
        "INVALID_SESSION_ID",
        "REQUEST_LIMIT_EXCEEDED",
        "NOT_FOUND",
        "JSON_PARSER_ERROR",
        "INVALID_QUERY_LOCATOR",
        "METHOD_NOT_ALLOWED",
    ]
)


def no_field(name: str, entity: str) -> VendorError:
    """A written field that does not exist, or that field-level security hides."""
    return VendorError("INVALID_FIELD", f"No such column '{name}' on sobject of type {entity}")


def not_found(message: str = "The requested resource does not exist") -> VendorError:
    """A path that leads nowhere."""
    return VendorError("NOT_FOUND", message, status=404)


def no_object(name: str) -> VendorError:
    """A path with an object that does not exist."""
    return not_found(f"The requested resource does not exist: {name}")


def bad_json(message: str) -> VendorError:
    """A body, or a value in it, that cannot be read."""
    return VendorError("JSON_PARSER_ERROR", message)


def malformed_id(label: str, value: object) -> VendorError:
    """A value where an id is wanted."""
    return VendorError(
        "MALFORMED_ID", f"{label}: id value of incorrect type: {value}", fields=[label]
    )


def deleted() -> VendorError:
    """A record in the recycle bin."""
    return VendorError("ENTITY_IS_DELETED", "entity is deleted", status=404)


def bad_reference(field: str | None = None) -> VendorError:
    """An id of no record."""
    return VendorError(
        "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=[field] if field else []
    )
