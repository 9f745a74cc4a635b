"""Every command that a text of the project names is there, with the options named beside it."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from crmbridge.cli import app
from tests.stages.places import ROOT

CODE = sorted(
    path
    for folder in ("crmbridge", "connectors")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".toml", ".html", ".j2")
)
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *ROOT.glob("connectors/**/*.md"),
        *ROOT.glob("mappings/**/*.toml"),
        ROOT / "Dockerfile",
        *(one for one in ROOT.glob("scripts/*") if one.is_file()),
    ]
)
SPAN = re.compile(r"`([^`]+)`")
BARE = re.compile(r"(?<![\w./`\"'-])crmbridge ((?:[^\s`<]+[ ]?)+)")
PROSE = frozenset(
    {
        "a",
        "and",
        "asks",
        "at",
        "can",
        "cannot",
        "closes",
        "decided",
        "did",
        "does",
        "has",
        "here",
        "holds",
        "id",
        "is",
        "itself",
        "knows",
        "looks",
        "read",
        "reads",
        "serves",
        "stopped",
        "takes",
        "wants",
        "will",
        "writes",
    }
)
"""Words that follow our name in a sentence."""
EVERYWHERE = {"--help", "--debug", "--version"}
TOP: Any = typer.main.get_command(app)


def fault(words: list[str]) -> str:
    """What is wrong with a command line after `crmbridge`; empty when it could be typed."""
    here = TOP
    path: list[str] = []
    for place, word in enumerate(words):
        if "|" in word and re.fullmatch(r"[a-z|]+", word):
            ways = (fault([*words[:place], one, *words[place + 1 :]]) for one in word.split("|"))
            return next(filter(None, ways), "")
    while hasattr(here, "commands") and words and not words[0].startswith("-"):
        if words[0] not in here.commands:
            # a group named as such, or a name that stands for any
            return "" if words[0] in ("…", "...") else f"no command {' '.join([*path, words[0]])!r}"
        path.append(words[0])
        here, words = here.commands[words[0]], words[1:]
    return _options(here, path, words)


def _options(here: Any, path: list[str], words: list[str]) -> str:
    options = {
        name: one
        for one in here.params
        if one.param_type_name == "option"
        for name in (*one.opts, *one.secondary_opts)
    }
    room = [one.nargs for one in here.params if one.param_type_name == "argument"]
    given, wait = 0, False
    for word in words:
        name = word.partition("=")[0].strip("[],.;:")
        if wait:
            wait = False
        elif name.startswith("-") and name != "-":
            if name not in options:
                if name in EVERYWHERE:
                    continue
                return f"{' '.join(path)!r} has no option {name}"
            wait = not options[name].is_flag and "=" not in word
        elif word not in ("…", "...", "|", "&&", "&", "#", "\\", "2>&1"):
            given += 1
        else:
            break
        if word.endswith(","):
            break  # the sentence goes on
    if not hasattr(here, "commands") and -1 not in room and given > sum(room):
        return f"{' '.join(path)!r} takes {sum(room)} words, not {given}"
    return ""


def split(text: str) -> list[str]:
    try:
        return shlex.split(text.replace("’", ""), comments=True)
    except ValueError:
        return text.split()


def named(text: str, *, bare: bool) -> Iterator[list[str]]:
    """Yield every command line that a text names, without our name in front."""
    groups = {name for name, one in TOP.commands.items() if hasattr(one, "commands")}
    commands = set(TOP.commands)
    for span in SPAN.findall(text):
        words = split(" ".join(span.split()))
        if words[:1] == ["crmbridge"] and len(words) > 1 and re.match(r"[a-z-]", words[1]):
            yield words[1:]
        elif len(words) > 1 and (
            (words[0] in groups and re.fullmatch(r"[a-z-]+", words[1]))
            or (words[0] in commands and words[1].startswith("--"))
        ):
            yield words
    for found in BARE.findall(SPAN.sub(" ", text)) if bare else ():
        words = split(found)
        if words and words[0].strip(".,;:'") not in PROSE and re.match(r"[a-z]", words[0]):
            yield words


def literals(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the texts of a module, f-strings with X for what is put in; the flag: no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
              for part in ast.walk(node) if part is not node}  # fmt: skip
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "X" for p in node.values)
            yield "".join(map(str, parts)), True
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, id(node) not in docs


def _of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", CODE, ids=_of)
def test_a_command_that_the_code_names_is_there(path: Path) -> None:
    if path.suffix == ".py":
        texts = list(literals(path))
    else:
        texts = [(path.read_text(encoding="utf-8"), True)]
    lines = [words for text, bare in texts for words in named(text, bare=bare)]
    assert [f"crmbridge {' '.join(w)}: {why}" for w in lines if (why := fault(w))] == []


@pytest.mark.parametrize("path", PAGES, ids=_of)
def test_a_command_that_a_page_names_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    if path.suffix != ".md":
        blocks, rest = [], text
    lines = [*named(rest, bare=False)]
    for block in blocks:
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            lines += [split(found) for found in re.findall(r"(?:^|\s)crmbridge ([a-z].*)", line)]
    lines = [words for words in lines if words[0].strip(".,;:") not in PROSE]
    assert [f"crmbridge {' '.join(w)}: {why}" for w in lines if (why := fault(w))] == []


def test_the_walk_sees_what_it_is_for() -> None:
    for text in ("`crmbridge doctor`", "`ledger polish`", "run `crmbridge outbox show F`"):
        assert [why for words in named(text, bare=False) if (why := fault(words))], text
    for text in ("`validate --onlin`", "`crmbridge sync --leed X`"):
        assert [why for words in named(text, bare=False) if (why := fault(words))], text
    assert [why for words in named("then: crmbridge aply X", bare=True) if (why := fault(words))]
    for text in ("`crmbridge validate acme --online`", "`held list --kind X`", "`report …`"):
        assert not [why for words in named(text, bare=False) if (why := fault(words))], text
