"""The rules for the application's Python, each as a function from a file to what is wrong in it."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from tests.house.tree import Source

Rule = Callable[[Source], list[str]]

LONGEST = 300
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "core", "main"}
MAY_COMMIT = {
    "actions.py",
    "env.py",  # Alembic's own: it ends the transaction that migrations run in
}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
CLOCKS |= {"time.time", "time.time_ns", "time.localtime", "time.gmtime"}
CLOCKS |= {f"datetime.{each}" for each in CLOCKS}
# SQLAlchemy names the methods of a column's type and what they are given.
NAMED_ELSEWHERE = {"TypeDecorator"}
INLINE = {
    "an inline style": re.compile(r"\sstyle\s*=\s*[\"']"),
    # JSON-LD is data: browsers run none of it, and the policy lets it stand (tests/browser/test_corrections.py).
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)(?! type=\"application/ld\+json\">)", re.IGNORECASE),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "hx-on": re.compile(r"\bhx-on\b"),
    "js: or javascript:": re.compile(r"\b(?:js|javascript):", re.IGNORECASE),
}


def says_what_it_is(source: Source) -> list[str]:
    """A name such as utils tells nobody what is behind it."""
    parts = PurePosixPath(source.path).with_suffix("").parts
    return [f"{source.path}: {part} is no name for a room" for part in parts if part in FORBIDDEN_NAMES]


def is_short(source: Source) -> list[str]:
    """A file longer than this holds two things."""
    lines = source.text.count("\n")
    return [f"{source.path}: {lines} lines, at most {LONGEST}"] if lines > LONGEST else []


def commits_in_actions(source: Source) -> list[str]:
    """Only actions commit, so that what is one change stays one transaction. A connection hands on what it is told."""
    if source.name in MAY_COMMIT:
        return []
    return [
        f"{source.path}:{node.lineno}: commits outside actions"
        for node in ast.walk(ast.parse(source.text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
        if ast.unparse(node.func.value) != "super()"
    ]


def imports_at_the_top(source: Source) -> list[str]:
    """An import inside a function hides an arrow; only the command line may, so that its help answers at once."""
    if source.path == "hcpov/cli.py":
        return []
    return [
        f"{source.path}:{node.lineno}: imports inside {function.name}"
        for function in _functions(source)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def asks_the_clock(source: Source) -> list[str]:
    """Only clock.py asks the time, so that tests can move it. How long something took is no time of day."""
    if source.path == "hcpov/clock.py":
        return []
    found = [
        (node.lineno, ast.unparse(node.func))
        for node in ast.walk(ast.parse(source.text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in CLOCKS
    ]
    found += [
        (node.lineno, f"from time import {each.name}")
        for node in ast.walk(ast.parse(source.text))
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for each in node.names
        if f"time.{each.name}" in CLOCKS
    ]
    return [f"{source.path}:{line}: {call}, where clock.now() belongs" for line, call in found]


def writes_nothing_inline(source: Source) -> list[str]:
    """No markup in a string of ours needs a weaker Content-Security-Policy. Docstrings may speak of it."""
    tree = ast.parse(source.text)
    said = {id(each) for each in _docstrings(tree)}
    return [
        f"{source.path}:{node.lineno}: {what} in a string"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
        for what, pattern in INLINE.items()
        if pattern.search(node.value)
    ]


def explains_itself(source: Source) -> list[str]:
    """Every file, public class and public function has a docstring."""
    tree = ast.parse(source.text)
    wrong = [] if ast.get_docstring(tree) else [f"{source.path}:1: no docstring"]
    return wrong + [
        f"{source.path}:{node.lineno}: {node.name} has no docstring"
        for node in _public(tree)
        if not ast.get_docstring(node)
    ]


def is_typed(source: Source) -> list[str]:
    """Every function says what it takes and what it returns."""
    wrong = []
    for function in _functions(source):
        arguments = function.args
        given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        given += [each for each in (arguments.vararg, arguments.kwarg) if each]
        bare = [each.arg for each in given if each.annotation is None and each.arg not in {"self", "cls"}]
        if function.returns is None:
            bare.append("what it returns")
        wrong += [f"{source.path}:{function.lineno}: {function.name} does not type {each}" for each in bare]
    return wrong


RULES: list[Rule] = [
    says_what_it_is,
    is_short,
    commits_in_actions,
    imports_at_the_top,
    asks_the_clock,
    writes_nothing_inline,
    explains_itself,
    is_typed,
]


def _functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _public(
    node: ast.Module | ast.ClassDef,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Yields what others may call: neither private nor inside a function, and not WTForms' class Meta."""
    for child in node.body:
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if child.name.startswith("_") or child.name == "Meta":
            continue
        yield child
        if isinstance(child, ast.ClassDef) and not _bases(child) & NAMED_ELSEWHERE:
            yield from _public(child)


def _bases(node: ast.ClassDef) -> set[str]:
    return {ast.unparse(base).split("[")[0].rsplit(".", 1)[-1] for base in node.bases}


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr):
                yield first.value
