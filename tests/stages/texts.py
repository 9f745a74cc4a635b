"""Changes of one text in a file, as a person makes them in an editor."""

from __future__ import annotations

from pathlib import Path


def change(path: Path, before: str, after: str, *, times: int = 1) -> None:
    """Replace a text that must be there, once, or as often as told; -1 is everywhere."""
    text = path.read_text(encoding="utf-8")
    assert before in text, before
    path.write_text(text.replace(before, after, times), encoding="utf-8")
