"""Names of systems and sides are two things: the code says which of them it means.

A system of marketing may be called otherwise than its side. So nothing of ours compares the name of
a system with a side, builds a record's name out of one, or spells a side out where a system is
meant.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[2] / "crmbridge"
WORDS = {"marketing", "sales"}
SIDES = {"MARKETING", "SALES", "Side"}
SPEAKS_OF_SIDES = {
    "agreement": "who signs, and what a level of a score gives up to",
    "report": "what is told of marketing and sales, in words",
    "web/rate": "who rates a piece of content",
    "web/board/pages/today.py": "who is called sales on a page",
    "web/board/pages/lead.py": "with whom a lead is",
    "policy/content": "who rates a piece of content",
    "flows/content": "who rates a piece of content",
    "flows/reps/hand_on.py": "who is called sales in a message",
    "model/side.py": "where the two sides are defined",
    "model/authority.py": "the rules of a field name a side",
    "cli/world.py": "a world is made for the two systems that every company has",
    "testing": "plays the two systems that every company has",
}


def modules() -> list[Path]:
    """All modules of the core."""
    return sorted(CORE.rglob("*.py"))


def place(path: Path) -> str:
    """A module as the table has it."""
    return path.relative_to(CORE).as_posix()


def speaks_of_sides(path: Path) -> bool:
    """Whether a module may spell sides out."""
    return any(place(path).startswith(one) for one in SPEAKS_OF_SIDES)


def is_a_side(node: ast.AST) -> bool:
    """Whether an expression is a side: a member, or its word."""
    match node:
        case ast.Constant(value=str(word)):
            return word in WORDS
        case ast.Name(id=name):
            return name in SIDES
        case ast.Attribute(value=ast.Name(id="Side")):
            return True
    return False


def is_a_system(node: ast.AST) -> bool:
    """Whether an expression is a system's name, by how the code calls them."""
    return isinstance(node, ast.Attribute | ast.Name) and (
        (node.attr if isinstance(node, ast.Attribute) else node.id) == "system"
    )


def mixed(tree: ast.AST) -> Iterator[int]:
    """Yield lines in which a side stands for a system's name."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                sides = [left, *others]
                if any(map(is_a_side, sides)) and any(map(is_a_system, sides)):
                    yield node.lineno
            case ast.keyword(arg="system", value=value) if is_a_side(value):
                yield value.lineno
            case ast.Subscript(value=ast.Attribute(attr="systems" | "budgets"), slice=key):
                if is_a_side(key):
                    yield node.lineno
            case ast.Call(func=ast.Attribute(attr="system" | "person" | "side_of"), args=[one, *_]):
                if is_a_side(one):
                    yield node.lineno


def spelled(tree: ast.AST) -> Iterator[int]:
    """Yield lines that spell a side out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in WORDS:
            yield node.lineno


def test_no_side_stands_for_the_name_of_a_system() -> None:
    found = []
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        lines = [*mixed(tree), *([] if speaks_of_sides(path) else spelled(tree))]
        found += [f"{place(path)}:{line}" for line in lines]
    assert found == []


@pytest.mark.parametrize("one", SPEAKS_OF_SIDES)
def test_what_speaks_of_sides_is_there_and_does(one: str) -> None:
    found = [path for path in modules() if place(path).startswith(one)]
    lines = [line for path in found for line in spelled(ast.parse(path.read_text("utf-8")))]
    assert lines or one == "testing"


@pytest.mark.parametrize(
    "text",
    [
        'ref.system == "sales"',
        "SALES is not entry.ref.system",
        'Ref(system="marketing", obj=obj)',
        "company.systems[SALES]",
        "mapping.system(Side.SALES)",
    ],
)
def test_a_mix_is_found(text: str) -> None:
    assert list(mixed(ast.parse(text))) == [1]
