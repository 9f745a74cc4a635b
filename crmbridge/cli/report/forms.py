"""A report in the form that somebody asked for: printed, or in a file."""

from __future__ import annotations

import json as jsons
import os
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import typer

from crmbridge.cli.screen import document, line, lines, table
from crmbridge.errors import ConfigError
from crmbridge.report.frame.as_csv import csv_of
from crmbridge.report.frame.as_json import document_of
from crmbridge.report.frame.as_text import heading, tables
from crmbridge.report.frame.sheet import Report

TABLE, JSON, CSV, HTML = "table", "json", "csv", "html"

_BY_ENDING = {".json": JSON, ".csv": CSV, ".html": HTML, ".htm": HTML}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a report is told: `kind` is table, json, csv or html; printed where `file` is `None`."""

    kind: str = TABLE
    file: Path | None = None
    sheet: str = ""
    overwrite: bool = False


def form_of(
    *,
    json: bool = False,
    csv: bool = False,
    html: Path | None = None,
    out: Path | None = None,
    sheet: str = "",
    overwrite: bool = False,
) -> Form:
    """Read the options, before any work is done for a file that cannot be written.

    Raises:
        ConfigError: two forms at once, a file that is there or has no folder, an option that
            says nothing.
    """
    flags = [name for name, on in (("--json", json), ("--csv", csv), ("--html", html)) if on]
    if len(flags) > 1:
        raise ConfigError(f"{' and '.join(flags)} are two forms: ask for one at a time")
    if html is not None and out is not None:
        raise ConfigError("--html and --out name two files: give one of them")
    file = html or out
    kind = flags[0].removeprefix("--") if flags else TABLE
    if out is not None and not flags:
        kind = _BY_ENDING.get(out.suffix.lower(), TABLE)
    if sheet and kind != CSV:
        raise ConfigError(f"--sheet {sheet} goes with --csv: the other forms have all tables")
    if overwrite and file is None:
        raise ConfigError("--overwrite replaces a file: name it by --out or --html")
    if file is not None:
        _writable(file, overwrite=overwrite)
    return Form(kind=kind, file=file, sheet=sheet, overwrite=overwrite)


def _writable(file: Path, *, overwrite: bool) -> None:
    """Raises `ConfigError` for a place where no file can come."""
    if not file.parent.is_dir():
        raise ConfigError(f"{file}: there is no folder {file.parent}: make it first")
    if file.is_dir():
        raise ConfigError(f"{file} is a folder: name a file in it")
    if file.exists() and not file.is_file():
        raise ConfigError(f"{file} is no file that could be replaced: name another")
    if file.exists() and not overwrite:
        raise ConfigError(f"{file} is there already: name another file, or give --overwrite")


def tell(report: Report, form: Form, data: Any = None) -> None:
    """Print a report, or write it to a file and say so.

    `data` is the JSON document of a report that has its own; else it is that of the sheets.

    Raises:
        ConfigError: the report has no such sheet, or the file came to be meanwhile.
    """
    if form.file is None and form.kind in (TABLE, JSON):
        _print(report, form.kind, data)
        return
    text = _text(report, form, data)
    if form.file is None:
        typer.echo(text, nl=False)
        return
    _write(form.file, text, overwrite=form.overwrite)
    if form.kind == JSON:
        document({"file": str(form.file)})
    else:
        line(f"Wrote {form.file}.")


def _print(report: Report, kind: str, data: Any) -> None:
    if kind == JSON:
        document(document_of(report) if data is None else data)
        return
    if above := heading(report):
        line(above)
    for place, one in enumerate(tables(report)):
        if place:
            line("")
            # the first table's title would say again which report was asked for
            line(f"{one.title}:")
        table(one.head, one.rows, one.empty, right=one.right)
        lines(one.notes)
    lines(report.notes)


def _text(report: Report, form: Form, data: Any) -> str:
    if form.kind == CSV:
        return _csv(report, form.sheet)
    if form.kind == HTML:
        # the template's language is loaded for pages alone
        from crmbridge.report.frame.as_html import html_of

        return html_of(report)
    if form.kind == JSON:
        whole = document_of(report) if data is None else data
        return jsons.dumps(whole, indent=1, ensure_ascii=True) + "\n"
    printed = StringIO()
    with redirect_stdout(printed):
        _print(report, TABLE, data)
    return printed.getvalue()


def _csv(report: Report, sheet: str) -> str:
    names = [one.name for one in report.sheets]
    if sheet and sheet not in names:
        raise ConfigError(f"--sheet {sheet}: this report has {', '.join(names)}")
    return csv_of(report, sheet)


def _write(file: Path, text: str, *, overwrite: bool) -> None:
    """Write a file whole or not at all; nobody reads half of the one that is replaced."""
    aside = file.with_name(f".{file.name}.part") if overwrite else file
    try:
        # x: not even by a race
        with aside.open("w" if overwrite else "x", encoding="utf-8", newline="") as to:
            to.write(text)
    except FileExistsError:
        raise ConfigError(f"{file} is there already: name another file") from None
    except OSError:
        with suppress(OSError):
            aside.unlink()
        raise
    if overwrite:
        os.replace(aside, file)
