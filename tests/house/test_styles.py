"""The styles know a beginning and an end of a line, and no left and right: pages run in both directions."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT

REMARKS = re.compile(r"/\*.*?\*/", re.DOTALL)
SIDES = re.compile(
    r"(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)\b|border-(?:top|bottom)-(?:left|right)-radius"
    r"|(?<![\w-])(?:left|right)\s*:|(?:text-align|float|clear|justify-[a-z]+)\s*:\s*(?:left|right)\b"
)
# Four widths name the right and the left side; they are let be where the two are the same.
FOUR = re.compile(r"(?<![\w-])(?:margin|padding|inset|border-width)\s*:\s*" + r"\s+".join([r"([^\s;}]+)"] * 4))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))


def physical(text: str) -> list[str]:
    """Returns what names a side of the page instead of a side of the line."""
    text = REMARKS.sub("", text)
    unequal = [found[0] for found in FOUR.finditer(text) if found[2] != found[4]]
    return [*SIDES.findall(text), *unequal]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_styles_name_no_side_of_the_page(path: Path) -> None:
    assert physical(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "a { margin-left: 1rem }",
        "a{left:0}",
        "td { text-align: right }",
        "b { border-top-left-radius: 2px }",
        "p { padding: 0 1rem 0 2rem }",
    ],
)
def test_a_side_of_the_page_is_seen(text: str) -> None:
    assert physical(text)


@pytest.mark.parametrize(
    "text",
    ["a { margin-inline-start: 1rem }", "/* left: */ a { inset-inline-end: 0 }", "p { padding: 0 1rem 2px 1rem }"],
)
def test_a_side_of_the_line_is_let_be(text: str) -> None:
    assert not physical(text)
