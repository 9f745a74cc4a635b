"""The vendor's ways to say no: one exception, and the bodies that hubspot.md gives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


class Problem(Exception):
    """An error answer.

    `whole` says that it fails a whole batch even when every input has its own trace id. `html`
    replaces the JSON body by text.
    """

    def __init__(
        self,
        status: int,
        message: str,
        category: str = "",
        *,
        context: Mapping[str, Sequence[str]] | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        whole: bool = False,
        text: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.category = category
        self.context = dict(context or {})
        self.errors = list(errors)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})
        self.whole = whole
        self.text = text

    def body(self, correlation: str = "") -> dict[str, Any]:
        """Return the JSON body, or one element of a batch's `errors` without a correlation id."""
        body: dict[str, Any] = {"status": "error", "message": self.message}
        if correlation:
            body["correlationId"] = correlation
        if self.category:
            body["category"] = self.category
        if self.context:
            body["context"] = {name: list(values) for name, values in self.context.items()}
        if self.errors:
            body["errors"] = [dict(error) for error in self.errors]
        return body | self.extra

    def about(self, **context: str) -> Problem:
        """Return the same problem with more context, each as a list of one."""
        more = {name: [value] for name, value in context.items() if value}
        return Problem(
            self.status,
            self.message,
            self.category,
            context=self.context | more,
            errors=self.errors,
            extra=self.extra,
            whole=self.whole,
        )


def invalid(message: str, **context: str) -> Problem:
    """Return a 400 VALIDATION_ERROR."""
    listed = {name: [value] for name, value in context.items()}
    return Problem(400, message, "VALIDATION_ERROR", context=listed)


def not_found(message: str = "resource not found") -> Problem:
    """Return a 404 OBJECT_NOT_FOUND."""
    return Problem(404, message, "OBJECT_NOT_FOUND")


def bad_values(wrong: Sequence[tuple[str, str, str]]) -> Problem:
    """Return the 400 for `(property, code, message)` values; shape as in hubspot.md 1.5.

    A property that does not exist fails the whole batch (hubspot.md 8.45).
    """
    listed = [
        {"isValid": False, "message": text, "error": code, "name": name}
        for name, code, text in wrong
    ]
    return Problem(
        400,
        f"Property values were not valid: {json.dumps(listed)}",
        "VALIDATION_ERROR",
        errors=[
            {"message": text, "code": code, "context": {"propertyName": [name]}}
            for name, code, text in wrong
        ],
        whole=any(code == "PROPERTY_DOESNT_EXIST" for _, code, _ in wrong),
    )


def exists(kind: str, id: str, *, single: bool) -> Problem:
    """Return the 409 for a taken unique value; the id is in the text of single writes only.

    `id` is empty when another input of the same batch takes the value.
    """
    name = kind.capitalize()
    text = f"{name} already exists. Existing ID: {id}" if single else f"{name} already exists"
    return Problem(409, text, "CONFLICT", context={} if single or not id else {"existingId": [id]})
