"""Knows which fields of an object can be asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from crmbridge.kit.paths import Plans, Schema

from . import soql
from .client import Client
from .values import schema


class Schemas(Plans):
    """The described objects of one org."""

    fresh: ClassVar[float] = 3_600.0  # 24 calls a day. Source: salesforce.md 11.2
    always: ClassVar[tuple[str, ...]] = ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId")
    unknown: ClassVar[frozenset[str]] = frozenset({"INVALID_FIELD"})

    def __init__(self, client: Client, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(monotonic)
        self._client = client

    def fetch(self, obj: str) -> Schema:
        """Describe an object."""
        return schema(obj, self._client.describe(obj))

    def is_path(self, path: str) -> bool:
        """Whether a text can be a field, or a path of parents to one."""
        return soql.is_path(path)
