"""What changed between two texts, in words."""

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcpov.text.differences import GONE, NEW, PILCROW, SAME, Paragraph, condensed, differences, is_changed

MEGABYTE = 1_000_000
LIMIT = 1.0  # seconds of the processor's: what else the machine does is not ours


def side(found: list[Paragraph], left_out: str) -> list[str]:
    """Returns the words of one side, as the differences have them."""
    pieces = (words for paragraph in found for kind, words in paragraph if kind != left_out and words != PILCROW)
    return " ".join(pieces).split()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", []),
        ("One word.", "One word.", [[(SAME, "One word.")]]),
        ("", "New.", [[(NEW, "New.")]]),
        ("Gone.", "", [[(GONE, "Gone.")]]),
        ("A 12 b.", "A 14 b.", [[(SAME, "A "), (GONE, "12 "), (NEW, "14 "), (SAME, "b.")]]),
        ("A.\n\nB.\n\nC.", "A.\n\nC.", [[(SAME, "A.")], [(GONE, "B.")], [(SAME, "C.")]]),
        ("A.\n\nC.", "A.\n\nB.\n\nC.", [[(SAME, "A.")], [(NEW, "B.")], [(SAME, "C.")]]),
        ("A.  B.\nC.", "A. B.\nC.", [[(SAME, "A. B.\nC.")]]),
        ("A b.\n\nC d.", "A b. C d.", [[(SAME, "A b. "), (GONE, PILCROW)], [(SAME, "C d.")]]),
        ("A b. C d.", "A b.\n\nC d.", [[(SAME, "A b."), (NEW, PILCROW)], [(SAME, "C d.")]]),
        ("<b>x</b>", "<i>x</i>", [[(GONE, "<b>x</b>"), (NEW, "<i>x</i>")]]),
    ],
)
def test_words_that_are_gone_and_new(old: str, new: str, found: list[Paragraph]) -> None:
    assert differences(old, new) == found


@given(st.text(alphabet="ab \n.", max_size=60), st.text(alphabet="ab \n.", max_size=60))
def test_both_texts_are_in_their_differences(old: str, new: str) -> None:
    """Nothing is lost and nothing is made up: what is left of each side is that side, word for word."""
    found = differences(old, new)
    assert "".join(side(found, NEW)) == "".join(old.split())
    assert "".join(side(found, GONE)) == "".join(new.split())
    assert any(map(is_changed, found)) or old.split() == new.split()


def test_what_stayed_far_from_a_change_is_left_out() -> None:
    old = "\n\n".join(f"Paragraph {number}." for number in range(20))
    shown = condensed(differences(old, old.replace("h 10.", "h ten.")))
    assert [part if isinstance(part, int) else len(part) for part in shown] == [9, 1, 3, 1, 8]
    assert condensed(differences("A.", "A.")) == [1]


def prose(length: int, seed: int, words: int = 3000, paragraph: int = 80) -> str:
    """Returns a text of about so many characters."""
    chance = random.Random(seed)
    said: list[str] = []
    while len(said) * paragraph * 6 < length:
        said.append(" ".join(f"w{chance.randrange(words)}" for _ in range(paragraph)))
    return "\n\n".join(said)


def a_megabyte(seed: int) -> str:
    """Returns a long post."""
    return prose(MEGABYTE, seed)


def one_line(seed: int) -> str:
    """Returns a long text without paragraphs."""
    return a_megabyte(seed).replace("\n\n", " ")


HARD: dict[str, Callable[[], tuple[str, str]]] = {
    "all others": lambda: (a_megabyte(1), a_megabyte(2)),
    "one word of many": lambda: (a_megabyte(1), a_megabyte(1).replace("w5 ", "w5x ", 1)),
    "a word in each paragraph": lambda: (a_megabyte(1), a_megabyte(1).replace("\n\n", " end\n\n")),
    "one paragraph": lambda: (one_line(1), one_line(2)),
    "a part of it": lambda: (one_line(1)[:400_000], one_line(2)[:400_000]),
    "one word again and again": lambda: ("a " * (MEGABYTE // 2), "a b " * (MEGABYTE // 4)),
    "two words": lambda: (prose(400_000, 1, 2), prose(400_000, 2, 2)),
    "forty words": lambda: (prose(400_000, 1, 40), prose(400_000, 2, 40)),
    "no words": lambda: ("." * MEGABYTE, "," * MEGABYTE),
    "blanks": lambda: ("a" + " " * MEGABYTE + "b", "a" + "\n \t" * (MEGABYTE // 3) + "b"),
}


@pytest.mark.parametrize("case", HARD)
def test_a_megabyte_is_compared_within_a_second(case: str) -> None:
    old, new = HARD[case]()
    started = time.thread_time()
    found = differences(old, new)
    assert time.thread_time() - started < LIMIT
    assert "".join(side(found, GONE)) == "".join(new.split())
