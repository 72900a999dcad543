"""Two people's changes of one text, put together, and what changed between two texts.

Lines are compared first and words only inside lines that differ, so that long texts cost little. The way of putting
together is that of diff3 (Khanna, Kunal and Pierce, A Formal Investigation of Diff3, 2007).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"
COSTLY = 1_000_000  # elements times elements; longer places count as rewritten whole, which takes no time
MINE, THEIRS, END = "[Your version]", "[The saved version]", "[End of the two versions]"

_WORDS = re.compile(r"\s+|\S+\s*")
_MARKS = re.compile("^(?:" + "|".join(re.escape(each) for each in (MINE, THEIRS, END)) + ")$", re.MULTILINE)


@dataclass(frozen=True)
class Merged:
    """A text that two people changed. `conflicts` counts the places that both changed: there it holds both versions."""

    text: str
    conflicts: int


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Puts two changes of `base` together. Where both changed the same words, both stand, between marks."""
    pieces, conflicts = [], 0
    for said in _chunks(_lines(base), _lines(mine), _lines(theirs)):
        chosen = _settled(*said)
        if chosen is None:
            chosen = _by_words(*("".join(each) for each in said))
        if chosen is None:
            conflicts += 1
            chosen = [MINE, "\n\n", *said[1], "\n", THEIRS, "\n\n", *said[2], "\n", END, "\n"]
        pieces += chosen
    return Merged("".join(pieces).removesuffix("\n"), conflicts)


def is_undecided(text: str) -> bool:
    """Says whether the marks of a merge still stand in a text."""
    return bool(_MARKS.search(text))


def changes(old: str, new: str) -> list[tuple[str, str]]:
    """Returns a text in pieces, each with what became of it: the same, added or removed, by words."""
    found: list[tuple[str, str]] = []
    for was, now in _differing(_lines(old), _lines(new)):
        if was == now:
            found.append((SAME, "".join(now)))
            continue
        for before, after in _differing(_words("".join(was)), _words("".join(now))):
            if before == after:
                found.append((SAME, "".join(after)))
                continue
            found += [(REMOVED, "".join(before)), (ADDED, "".join(after))]
    return [(kind, text) for kind, text in found if text]


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")] if text else []


def _words(text: str) -> list[str]:
    return _WORDS.findall(text)


def _settled(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[str] | None:
    """Returns what a place becomes when at most one side changed it, or both in the same way. None for a conflict."""
    if mine in (base, theirs):
        return list(theirs)
    return list(mine) if theirs == base else None


def _by_words(base: str, mine: str, theirs: str) -> list[str] | None:
    """Tries the words of lines that both changed; None when both changed the same words."""
    pieces: list[str] = []
    for said in _chunks(_words(base), _words(mine), _words(theirs)):
        chosen = _settled(*said)
        if chosen is None:
            return None
        pieces += chosen
    return pieces


def _chunks(
    base: list[str], mine: list[str], theirs: list[str]
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """Yields a text's places in order, as the three have them: those all share, and those that somebody changed."""
    at = (0, 0, 0)
    ends = (len(base), len(mine), len(theirs), 0)
    for start, in_mine, in_theirs, size in [*_shared(_blocks(base, mine), _blocks(base, theirs)), ends]:
        if (start, in_mine, in_theirs) != at:
            yield base[at[0] : start], mine[at[1] : in_mine], theirs[at[2] : in_theirs]
        if size:
            same = base[start : start + size]
            yield same, same, same
        at = (start + size, in_mine + size, in_theirs + size)


def _shared(
    mine: list[tuple[int, int, int]], theirs: list[tuple[int, int, int]]
) -> Iterator[tuple[int, int, int, int]]:
    """Yields where all three are the same: begin in the base, in mine, in theirs, and how long."""
    one = two = 0
    while one < len(mine) and two < len(theirs):
        (base_m, at_m, size_m), (base_t, at_t, size_t) = mine[one], theirs[two]
        start, end = max(base_m, base_t), min(base_m + size_m, base_t + size_t)
        if start < end:
            yield start, at_m + start - base_m, at_t + start - base_t, end - start
        if base_m + size_m < base_t + size_t:
            one += 1
        else:
            two += 1


def _differing(old: list[str], new: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    was = now = 0
    for at_old, at_new, size in [*_blocks(old, new), (len(old), len(new), 0)]:
        if (at_old, at_new) != (was, now):
            yield old[was:at_old], new[now:at_new]
        if size:
            yield old[at_old : at_old + size], new[at_new : at_new + size]
        was, now = at_old + size, at_new + size


def _blocks(old: list[str], new: list[str]) -> list[tuple[int, int, int]]:
    """Returns where two sequences are the same. What they begin and end with costs nothing to find."""
    least = min(len(old), len(new))
    head = next((at for at in range(least) if old[at] != new[at]), least)
    left = least - head
    tail = next((at for at in range(left) if old[-1 - at] != new[-1 - at]), left)
    was, now = old[head : len(old) - tail], new[head : len(new) - tail]
    between = []
    if len(was) * len(now) <= COSTLY:
        matcher = SequenceMatcher(None, was, now, autojunk=False)
        between = [(head + one, head + two, size) for one, two, size in matcher.get_matching_blocks() if size]
    found = [(0, 0, head), *between, (len(old) - tail, len(new) - tail, tail)]
    return [block for block in found if block[2]]
