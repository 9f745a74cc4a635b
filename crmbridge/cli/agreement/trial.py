"""`crmbridge agreement test`: the examples inside an agreement, tried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crmbridge.agreement import Agreement
from crmbridge.cli.agreement.which import (
    File,
    folder_of,
    path_of,
)
from crmbridge.cli.fail import DONE, FAILED
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, settings_of
from crmbridge.cli.screen import document, lines
from crmbridge.errors import ConfigError
from crmbridge.files import about, load, read_agreement, read_teams
from crmbridge.flows.agreed.signature import (
    wrong,
)
from crmbridge.policy.qualify.examples import Tried, try_all, uncovered
from crmbridge.settings import Settings


def try_(
    file: File = None,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Try the examples inside an agreement."""
    settings = settings_of(config, company)
    path = path_of(settings, company, file)
    found = read_agreement(path)
    tried, gaps = try_all(found, _currency(settings, company)), uncovered(found)
    faults = _faults(settings, company, found, path)
    if json:
        document(
            {
                "tests": [_tried(one) for one in tried],
                "passed": all(one.passed for one in tried),
                "untried": [one.text for one in gaps],
                "faults": faults,
            }
        )
    else:
        lines(_trial_lines(tried))
        lines(f"fault: {one}" for one in faults)
        lines(f"look: {about(path, one.text)}" for one in gaps)
    return DONE if not faults and all(one.passed for one in tried) else FAILED


def _faults(settings: Settings, company: str, found: Agreement, path: Path) -> list[str]:
    """What is wrong in a version beside its examples; nothing where no teams can be read."""
    try:
        teams = read_teams(folder_of(settings, company))
    except ConfigError:
        return []
    return [about(path, one) for one in wrong(found, teams)]


def _currency(settings: Settings, company: str) -> str:
    """The company's currency, if its folder can be read; a draft may lie anywhere."""
    try:
        return load(settings.config, folder_of(settings, company).name).mapping.currency
    except ConfigError:
        return ""


def _tried(one: Tried) -> dict[str, object]:
    found = one.judged
    return {
        "name": one.name,
        "expect": one.expect,
        "passed": one.passed,
        "why": one.why,
        "engagement": str(found.scores.points),
        "grade": found.scores.grade,
        "rating": found.scores.rating,
        "criteria": found.verdict.explain(),
    }


def _trial_lines(tried: list[Tried]) -> Iterator[str]:
    for one in tried:
        scores = one.judged.scores
        said = "ok  " if one.passed else "FAIL"
        yield (
            f"{said}  {one.name}: {'ready' if one.judged.verdict.ready else 'not ready'} "
            f"(engagement {round(scores.points)}, grade {scores.grade}, "
            f"{scores.rating})"
        )
        if one.why:
            yield f"      {one.why}"
    failed = sum(not one.passed for one in tried)
    yield (
        f"{len(tried)} examples, {failed} failed"
        if failed
        else f"{len(tried)} examples, all as expected"
    )
