"""`crmbridge init`, `validate`, `mapping show` and `schema`: a company's files."""

from __future__ import annotations

import json as jsons
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from crmbridge.cli.fail import DONE, FAILED, FINDINGS
from crmbridge.cli.fresh import found_company, next_steps
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, Detailed, opened, settings_of
from crmbridge.cli.screen import complain, document, line, lines, table
from crmbridge.company import Company, named
from crmbridge.errors import ConfigError, ConnectorError
from crmbridge.files import NAMES, CompanyFiles, load, pick, schema
from crmbridge.flows.operate.survey import survey
from crmbridge.mapping.check import check_alone, sentence
from crmbridge.mapping.effective import lines_of
from crmbridge.registry import faults_of

Named = Annotated[str, typer.Argument(metavar="COMPANY", help="Instead of --company.")]


def init(
    name: Annotated[str, typer.Argument(help="The company's name: a to z, 0 to 9 and _.")] = "acme",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Write the example's files for a new company; nothing is ever overwritten."""
    folder = settings_of(config).config / name
    written = found_company(folder, name)
    steps = next_steps(name, folder)
    if json:
        document({"company": name, "files": [str(path) for path in written], "next": steps})
        return
    line(f"Wrote {', '.join(path.name for path in written)} to {folder}. Next:")
    lines(f"  {number}. {step}" for number, step in enumerate(steps, 1))


def validate(
    name: Named = "",
    online: Annotated[
        bool, typer.Option("--online", help="Also ask the systems: credentials, account, fields.")
    ] = False,
    detailed_exitcode: Detailed = False,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Check a company's files, and with --online its systems; say all faults at once."""
    faults: list[str] = []
    findings: list[dict[str, Any]] = []
    try:
        chosen = pick_company(config, name or company)
        files = load(settings_of(config).config, chosen)
        faults += faults_of(files.mapping, files.teams)
        findings += _offline(files)
        if not online:
            findings += [
                {**asdict(one), "place": one.place} for one in check_alone(named(files.mapping))
            ]
        elif not faults:
            with opened(config, chosen, connect=True) as found:
                for side in found.systems:
                    findings += _online(found, side)
    except ConfigError as error:
        faults += str(error).splitlines()
    fatal = bool(faults) or any(one["fatal"] for one in findings)
    if json:
        document({"ok": not fatal, "faults": faults, "findings": findings})
    else:
        _say(faults, findings)
    if fatal:
        return FAILED
    return FINDINGS if findings and detailed_exitcode else DONE


def pick_company(config: Path | None, name: str) -> str:
    """The company meant, checked to be there. Raises `ConfigError`."""
    settings = settings_of(config, name)
    return pick(settings.config, name or settings.company)


def _offline(files: CompanyFiles) -> list[dict[str, Any]]:
    return [
        {"where": "", "what": one.text, "advice": "", "fatal": one.fatal}
        for one in files.findings()
    ]


def _online(company: Company, side: str) -> Iterator[dict[str, Any]]:
    """What one system says; an unreachable or unwilling one is a fatal finding."""
    try:
        found = survey(company, side)
    except (ConnectorError, ConfigError) as error:
        yield {"where": side, "what": str(error), "advice": "", "fatal": True}
        return
    title = company.systems[side].connector.info.title
    for one in found:
        yield {**asdict(one), "place": one.place, "side": side, "system": title}


def _say(faults: list[str], findings: list[dict[str, Any]]) -> None:
    for fault in faults:
        complain(fault)
    by_object: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in findings:
        by_object.setdefault((one.get("system", ""), one.get("obj", "")), []).append(one)
    bad: list[str] = []
    rest: list[str] = []
    for (system, obj), some in by_object.items():
        faults_first = sorted(some, key=lambda one: not one["fatal"])
        mine = bad if faults_first[0]["fatal"] else rest
        if len(by_object) > 1 or obj:
            mine.append(f"{f'{system} {obj}' if obj else 'In general'}: {_counted(some)}")
        mine += map(_line, faults_first)
    lines([*bad, *rest])
    if any(one.get("obj") for one in findings):
        line(f"{_counted(findings)} in all.")
    elif not faults and not findings:
        line("All well.")


def _line(one: dict[str, Any]) -> str:
    mark = "fault" if one["fatal"] else "look"
    parts = [mark, one.get("place") or one["where"], sentence(one["what"], one["advice"])]
    return ": ".join(part for part in parts if part)


def _counted(findings: list[dict[str, Any]]) -> str:
    faults = sum(one["fatal"] for one in findings)
    parts = [(faults, "fault"), (len(findings) - faults, "warning")]
    return ", ".join(f"{n} {word}{'s' * (n > 1)}" for n, word in parts if n)


def mapping_show(
    name: Named = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Print the whole mapping as it takes effect, and where each line comes from."""
    chosen = pick_company(config, name or company)
    files = load(settings_of(config).config, chosen)
    rows = lines_of(files.mapping, (files.folder / "mapping.toml").read_text(encoding="utf-8"))
    if json:
        document({"company": chosen, "lines": [asdict(row) for row in rows]})
        return
    cells = [(row.key, jsons.dumps(row.value, ensure_ascii=False), row.origin) for row in rows]
    table(("key", "value", "origin"), cells, "Empty.")


def schema_(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write them to, a file each.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Write the JSON schemas of the three files, for editors; without --out print them."""
    made = {name: schema(name) for name in NAMES}
    if out is None:
        document(made)
        return
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{Path(name).stem}.schema.json" for name in NAMES]
    for path, shape in zip(paths, made.values(), strict=True):
        path.write_text(schema_text(shape), encoding="utf-8")
    if json:
        document({"files": [str(path) for path in paths]})
    else:
        lines(f"Wrote {path}" for path in paths)


def schema_text(shape: dict[str, Any]) -> str:
    """A schema as its file holds it."""
    return jsons.dumps(shape, indent=2, sort_keys=True) + "\n"
