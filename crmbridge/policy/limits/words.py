"""What a person is told of a limit that was reached, and the command that lets it through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmbridge.policy.limits.judge import BACKWARD, SHARE, Over

ONE = {
    "creates": ("new record", "new records"),
    "overwrites": ("record with a value overwritten", "records with a value overwritten"),
    "clears": ("record with a value emptied", "records with a value emptied"),
    "backward": ("stage moved backward", "stages moved backward"),
    "enrolments": ("person put on a nurture list", "people put on a nurture list"),
    "owners": ("record given another owner", "records given another owner"),
    "share": ("lead changed", "leads changed"),
}
"""A kind of write in words: of one, and of several or none."""


def said(kind: str, number: int) -> str:
    """So many of a kind, in words."""
    return f"{number} {ONE[kind][number != 1]}"


def flags(kinds: Iterable[str]) -> str:
    """What stands behind the first `--allow` to let kinds through."""
    return " --allow ".join(dict.fromkeys(kinds))


def reached(found: Sequence[Over], known: int) -> str:
    """Which limits would be exceeded, a line each."""
    return "\n".join(_line(one, known) for one in found)


def _line(one: Over, known: int) -> str:
    if one.kind == SHARE:
        return (
            f"{said(one.kind, one.number)} in one pass, of {known} that are known: [limits] share "
            f"lets {one.limit} be"
        )
    if one.kind == BACKWARD and one.limit == 0:
        return f"{said(one.kind, one.number)}: in a first plan none may be"
    per = "in one pass" if one.span == "pass" else "on one day"
    return f"{said(one.kind, one.number)} {per}: [limits] {one.kind} lets {one.limit} be"


def stopped(company: str, found: Sequence[Over], known: int) -> str:
    """Why the writer stopped, and what to do."""
    return (
        "the writer stopped before it wrote more than the limits of mapping.toml let it; opt-outs "
        f"alone go out:\n{reached(found, known)}\n"
        f"`crmbridge plan --company {company}` shows what is owed. If it is meant, `crmbridge arm "
        f"--allow {flags(one.kind for one in found)} --company {company}` lets it through, once; "
        "else mend what asks for it: the writer goes on when less is owed."
    )


def not_applied(
    company: str, file: str, found: Sequence[Over], kinds: Sequence[str], known: int
) -> str:
    """Why a plan is not applied, and how it is; `kinds` are all that it wants to be let through."""
    return (
        f"the plan would write more than the limits let it: nothing was written.\n"
        f"{reached(found, known)}\n"
        f"Read the plan. If all of it is meant: `crmbridge apply {file} --allow {flags(kinds)} "
        f"--company {company}`"
    )
