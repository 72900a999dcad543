"""Word differences of two texts, paragraph by paragraph.

Bounded: history pages are public, and a text may be a megabyte of one word. Words and paragraphs that occur once on
both sides are matched first (patience, linear but for one sort); only what is left between them goes to difflib, as
long as there is work left to spend. What is beyond that is shown as gone and new, which is always true.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

SAME, GONE, NEW = "same", "gone", "new"
WORDS = 1_000_000  # characters of changed paragraphs that are compared word by word
WORK = 4_000_000  # pairs that difflib may look at
BREAK = "\n\n"
PILCROW = "¶"

Piece = tuple[str, str]
Paragraph = list[Piece]

_BREAKS = re.compile(r"\n[ \t]*\n\s*")
_WORDS = re.compile(r"\n\n|\S+[^\S\n]*|\s")


class _Purse:
    """What may still be spent on one thing."""

    def __init__(self, left: int) -> None:
        self.left = left

    def pays(self, cost: int) -> bool:
        """Takes the cost, if there is as much left."""
        can = cost <= self.left
        self.left -= cost if can else 0
        return can


class _Budget:
    """What may still be spent on one comparison."""

    def __init__(self) -> None:
        self.words, self.work = _Purse(WORDS), _Purse(WORK)


def differences(old: str, new: str) -> list[Paragraph]:
    """Returns both texts as paragraphs of pieces, each `same`, `gone` or `new` with its words.

    Two paragraphs that became one, or one that became two, show it by a pilcrow.
    """
    before, after, budget = _paragraphs(old), _paragraphs(new), _Budget()
    found: list[Paragraph] = []
    for kind, a0, a1, b0, b1 in _steps(before, after, budget):
        if kind == SAME:
            found += [[(SAME, each)] for each in after[b0:b1]]
        else:
            found += _words(before[a0:a1], after[b0:b1], budget)
    return found


def is_changed(paragraph: Paragraph) -> bool:
    """Says whether anything in a paragraph is gone or new."""
    return any(kind != SAME for kind, _ in paragraph)


def condensed(paragraphs: list[Paragraph], around: int = 1) -> list[Paragraph | int]:
    """Returns the changed paragraphs with so many on each side, and for those left out how many they are."""
    near = {
        place
        for number, paragraph in enumerate(paragraphs)
        if is_changed(paragraph)
        for place in range(number - around, number + around + 1)
    }
    shown: list[Paragraph | int] = []
    for number, paragraph in enumerate(paragraphs):
        if number in near:
            shown.append(paragraph)
        elif shown and isinstance(shown[-1], int):
            shown[-1] += 1
        else:
            shown.append(1)
    return shown


def _paragraphs(text: str) -> list[str]:
    return [each for each in _BREAKS.split(text.strip()) if each]


def _words(before: list[str], after: list[str], budget: _Budget) -> list[Paragraph]:
    """Compares paragraphs that changed, as one row of words with the breaks among them."""
    if not before or not after or not budget.words.pays(sum(map(len, before)) + sum(map(len, after))):
        return [[(GONE, each)] for each in before] + [[(NEW, each)] for each in after]
    old, new = (_WORDS.findall(BREAK.join(each)) for each in (before, after))
    found: list[Paragraph] = [[]]
    bare = [[word.rstrip(" \t") for word in each] for each in (old, new)]
    for kind, a0, a1, b0, b1 in _steps(bare[0], bare[1], budget):
        if kind == SAME:
            _add(found, SAME, new[b0:b1])
        else:
            _add(found, GONE, old[a0:a1])
            _add(found, NEW, new[b0:b1])
    return [paragraph for paragraph in found if paragraph]


def _add(found: list[Paragraph], kind: str, words: list[str]) -> None:
    start = 0
    for end in [*(place for place, word in enumerate(words) if word == BREAK), len(words)]:
        if start < end:
            found[-1].append((kind, "".join(words[start:end])))
        if end < len(words):
            if kind != SAME and found[-1] and found[-1][-1][0] == SAME:
                found[-1].append((kind, PILCROW))
            found.append([])
        start = end + 1


Step = tuple[str, int, int, int, int]


def _steps(before: Sequence[str], after: Sequence[str], budget: _Budget) -> Iterator[Step]:
    """Yields how one row becomes the other: what is the same, and between that what is gone and new."""
    a, b = 0, 0
    for start, other, size in _blocks(before, after, budget):
        if a < start or b < other:
            yield (GONE, a, start, b, other)
        if size:
            yield (SAME, start, start + size, other, other + size)
        a, b = start + size, other + size


def _blocks(before: Sequence[str], after: Sequence[str], budget: _Budget) -> Iterator[tuple[int, int, int]]:
    """Yields what both rows have, in order: where in each, and how many. The last is the end of both, of no size."""
    waiting = [(0, len(before), 0, len(after))]
    while waiting:
        a0, a1, b0, b1 = waiting.pop()
        size = 0
        while a0 + size < a1 and b0 + size < b1 and before[a0 + size] == after[b0 + size]:
            size += 1
        if size:
            yield a0, b0, size
            a0, b0 = a0 + size, b0 + size
        size = 0
        while a0 < a1 - size and b0 < b1 - size and before[a1 - size - 1] == after[b1 - size - 1]:
            size += 1
        if size:
            a1, b1 = a1 - size, b1 - size
            waiting.append((a1, a1 + size, b1, b1 + size))
        if a0 == a1 or b0 == b1:
            continue
        if anchors := _anchors(before[a0:a1], after[b0:b1]):
            starts = [(0, 0), *anchors]
            ends = [*anchors, (a1 - a0, b1 - b0)]
            gaps = [(a0 + a, a0 + c, b0 + b, b0 + d) for (a, b), (c, d) in zip(starts, ends, strict=True)]
            waiting += reversed([gap for gap in gaps if gap[0] < gap[1] and gap[2] < gap[3]])
        else:
            yield from _closely(before, after, (a0, a1, b0, b1), budget)
    yield len(before), len(after), 0


def _closely(
    before: Sequence[str], after: Sequence[str], where: tuple[int, int, int, int], budget: _Budget
) -> Iterator[tuple[int, int, int]]:
    """Yields what difflib finds between two anchors. Its cost is at most the equal pairs times the shorter row."""
    a0, a1, b0, b1 = where
    counts = Counter(after[b0:b1])
    pairs = sum(counts[each] for each in before[a0:a1])
    if not pairs or not budget.work.pays(pairs * min(a1 - a0, b1 - b0)):
        return
    matcher = SequenceMatcher(None, before[a0:a1], after[b0:b1], autojunk=False)
    for a, b, size in matcher.get_matching_blocks():
        if size:
            yield a0 + a, b0 + b, size


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Returns the longest row of things that both sides have exactly once, in the same order on both."""
    old, new = Counter(before), Counter(after)
    place = {each: number for number, each in enumerate(after) if new[each] == 1}
    pairs = [(number, place[each]) for number, each in enumerate(before) if old[each] == 1 and each in place]
    tails: list[int] = []
    last: list[int] = []
    earlier: list[int] = []
    for index, (_, other) in enumerate(pairs):
        spot = bisect_left(tails, other)
        earlier.append(last[spot - 1] if spot else -1)
        tails[spot : spot + 1] = [other]
        last[spot : spot + 1] = [index]
    chosen, index = [], last[-1] if last else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = earlier[index]
    return chosen[::-1]
