"""A company whose files give fields other rules than the worked example's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping


def ruled(files: CompanyFiles, **authority: Any) -> CompanyFiles:
    """The same company with these rules for these words."""
    rules = {**files.mapping.authority, **authority}
    return replace(files, mapping=files.mapping.model_copy(update={"authority": rules}))


def without(files: CompanyFiles, side: str, table: str, word: str) -> CompanyFiles:
    """The same company before a side's table of people had a line for a word."""
    return _with_line(files, side, table, word, None)


def with_line(files: CompanyFiles, side: str, table: str, word: str, **line: Any) -> CompanyFiles:
    """The same company with another line for a word."""
    return _with_line(files, side, table, word, line)


def _with_line(
    files: CompanyFiles, side: str, table: str, word: str, line: dict[str, Any] | None
) -> CompanyFiles:
    data = files.mapping.model_dump(mode="json")
    fields = data[side][table]["fields"]
    if line is None:
        del fields[word]
        data["authority"].pop(word, None)
    else:
        fields[word] = line
    return replace(files, mapping=Mapping.model_validate(data))
