"""The rules for templates, each as a function from a file to what is wrong in it."""

import re
from collections.abc import Callable

from tests.house.python_rules import INLINE
from tests.house.tree import Source

Rule = Callable[[Source], list[str]]

LONGEST = 130
OPENING = re.compile(r"\{#(.*?)#\}", re.DOTALL)
INPUTS = re.compile(r"\b(?:Inputs|Call with)\b")


def is_short(source: Source) -> list[str]:
    """A template longer than this holds two things."""
    lines = source.text.count("\n")
    return [f"{source.path}: {lines} lines, at most {LONGEST}"] if lines > LONGEST else []


def names_its_inputs(source: Source) -> list[str]:
    """Every template opens with a comment that says what it is and what it is given."""
    opening = OPENING.match(source.text)
    if opening is None:
        return [f"{source.path}:1: opens without a comment"]
    return [] if INPUTS.search(opening[1]) else [f"{source.path}:1: does not name its inputs"]


def needs_nothing_inline(source: Source) -> list[str]:
    """No style, script or handler stands in the markup: the Content-Security-Policy lets none through."""
    return [
        f"{source.path}:{number}: {what}"
        for number, line in enumerate(source.text.splitlines(), 1)
        for what, pattern in INLINE.items()
        if pattern.search(line)
    ]


def holds_no_style_sheet(source: Source) -> list[str]:
    """Styles are files. Only the readers' file stands in a page: the policy has its hash."""
    rest = source.text.replace("<style>{{ readers_styles() }}</style>", "")
    return [f"{source.path}: a style element"] if re.search(r"<style\b", rest) else []


def pages_have_titles(source: Source) -> list[str]:
    """A whole page names itself, for tabs, bookmarks and screen readers."""
    if not is_page(source) or re.search(r"<title>|\{% block title %\}(?!\{% endblock)", source.text):
        return []
    return [f"{source.path}: a page without a title"]


def fragments_are_marked(source: Source) -> list[str]:
    """A fragment's name begins with an underscore, a whole page's does not."""
    if not source.path.endswith(".html") or is_page(source) != source.name.startswith("_"):
        return []
    what = "a page with a fragment's name" if is_page(source) else "a fragment with a page's name"
    return [f"{source.path}: {what}"]


RULES: list[Rule] = [
    is_short,
    names_its_inputs,
    needs_nothing_inline,
    holds_no_style_sheet,
    pages_have_titles,
    fragments_are_marked,
]


def is_page(source: Source) -> bool:
    """Says whether a template is a whole page: it extends one, or is one itself."""
    return source.path.endswith(".html") and bool(re.search(r"\{%-? extends |<!doctype html>", source.text))
